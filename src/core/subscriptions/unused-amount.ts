import { Decimal } from '../amounts/decimal.ts'
import { roundCents } from '../amounts/rounding.ts'
import { periodContaining } from '../calendar/boundaries.ts'
import { addDays, type CalendarDate, daysBetween } from '../calendar/calendar-date.ts'
import type { Instant } from '../calendar/instant.ts'
import { localDate, type TimeZone } from '../calendar/zone.ts'
import { type BillingPlan, type BillingSubscription, periodRule } from './subscription.ts'
import { priceOfDays } from './subscription-fee.ts'
import { trialEndAt } from './trial.ts'

/** The latest subscription fee of a plan paid in advance, with what is needed to credit it. */
export type BilledFee = {
  /** The plan's price when the fee was created (`amount_details.plan_amount_cents`). */
  readonly planAmountCents: bigint
  readonly amountCents: bigint
  readonly preciseAmountCents: Decimal
  readonly preciseCouponsAmountCents: Decimal
  readonly taxesPreciseAmountCents: Decimal
  /** The fee's tax rates in percent. */
  readonly taxRates: readonly Decimal[]
  /** Cents of this fee already credited by earlier credit notes, without taxes. */
  readonly creditedAmountCents: Decimal
}

/** A subscription that ends at `terminatedAt`, before the end of the period it paid for. */
export type EarlyEnd = {
  readonly plan: BillingPlan
  readonly subscription: BillingSubscription
  readonly terminatedAt: Instant
  readonly zone: TimeZone
  readonly cause: 'upgrade' | 'termination'
  readonly fee: BilledFee
}

/** The credit for unused days. */
export type UnusedAmount = {
  readonly unusedDays: number
  /** Amount of the credit note's single item: cents before coupons and taxes, truncated to 5 decimals. */
  readonly itemAmountCents: Decimal
  readonly preciseCouponsAdjustmentCents: Decimal
  readonly preciseTaxesAmountCents: Decimal
  readonly taxesAmountCents: bigint
  /** Whole cents to credit, with taxes: the rounded net amount plus the rounded taxes. */
  readonly totalAmountCents: bigint
}

/** How an early end is credited; `refund` and `offset` depend on what was paid and what was used. */
export type TerminationCreditNote = 'credit' | 'refund' | 'offset'

/** The cents of a credit note by destination. */
export type CreditNoteShares = {
  readonly creditAmountCents: bigint
  readonly refundAmountCents: bigint
  readonly offsetAmountCents: bigint
}

/** The invoice of the billed fee: its total with taxes before credits, and what was paid on it, in cents. */
export type BilledInvoice = {
  readonly subTotalIncludingTaxesAmountCents: bigint
  readonly totalPaidAmountCents: bigint
}

const ITEM_SCALE = 5

/**
 * The credit for a subscription paid in advance that ends early (docs/rules/proration.md#unused-days), or null when
 * there is none. The day of a termination counts as used, the day of an upgrade as unused; during a trial everything
 * after it is unused. Dates are in the customer's zone. `fee` must have been billed for the open period: a
 * subscription that ends on a billing day, before its bill, has not paid for anything that could be credited.
 */
export function unusedAmount(end: EarlyEnd): UnusedAmount | null {
  const { fee } = end
  if (fee.amountCents <= 0n) return null
  const days = unusedDays(end)
  const capped = Decimal.min(priceAtBilling(end, days), Decimal.of(fee.amountCents))
  const item = capped.minus(fee.creditedAmountCents).round(ITEM_SCALE, 'down')
  if (!item.isPositive()) return null
  const { coupons, net, taxes } = netAndTaxes(item, fee)
  const taxesAmountCents = roundCents(taxes)
  return {
    unusedDays: days,
    itemAmountCents: item,
    preciseCouponsAdjustmentCents: coupons,
    preciseTaxesAmountCents: taxes,
    taxesAmountCents,
    totalAmountCents: roundCents(net) + taxesAmountCents,
  }
}

/**
 * How the credit of an early end is split (docs/rules/subscriptions.md#end and docs/rules/proration.md#unused-days).
 * With `refund` and `offset`, the paid share of the fee minus its used share, at most the total, is refunded or
 * offset; the rest is credited, or offset. An upgrade always credits.
 */
export function creditNoteShares(
  end: EarlyEnd,
  totalCents: bigint,
  invoice: BilledInvoice,
  mode: TerminationCreditNote,
): CreditNoteShares {
  const refund = mode === 'credit' || end.cause === 'upgrade' ? null : refundable(end, totalCents, invoice)
  const none = { creditAmountCents: 0n, refundAmountCents: 0n, offsetAmountCents: 0n }
  if (refund === null) return { ...none, creditAmountCents: totalCents }
  const rest = totalCents - refund
  if (mode === 'refund') return { ...none, refundAmountCents: refund, creditAmountCents: rest }
  return { ...none, refundAmountCents: refund, offsetAmountCents: rest }
}

function refundable(end: EarlyEnd, totalCents: bigint, invoice: BilledInvoice): bigint {
  const { fee } = end
  if (invoice.subTotalIncludingTaxesAmountCents <= 0n || fee.amountCents <= 0n) return 0n
  const feeTotal = fee.preciseAmountCents
    .minus(fee.preciseCouponsAmountCents)
    .plus(fee.taxesPreciseAmountCents)
  const paid = feeTotal
    .times(Decimal.of(invoice.totalPaidAmountCents))
    .dividedBy(Decimal.of(invoice.subTotalIncludingTaxesAmountCents))
  const { net, taxes } = netAndTaxes(priceAtBilling(end, usedDays(end)), fee)
  const used = Decimal.of(roundCents(net.plus(taxes)))
  const unspent = Decimal.max(Decimal.zero, paid.minus(used))
  return roundCents(Decimal.min(unspent, Decimal.of(totalCents)))
}

/** The paid but unused days of the open period after the end of the subscription. */
function unusedDays(end: EarlyEnd): number {
  const last = openPeriod(end).end
  const endDay = localDate(end.terminatedAt, end.zone)
  const usedUntil = end.cause === 'upgrade' ? addDays(endDay, -1) : endDay
  const trialDay = trialEndDay(end)
  if (trialDay === null || trialDay < usedUntil) return Math.max(0, daysBetween(usedUntil, last))
  return Math.max(0, daysBetween(addDays(trialDay, -1), last))
}

/** The days from the start of the period, the start of the subscription or the end of a trial to the termination. */
function usedDays(end: EarlyEnd): number {
  const begun = localDate(end.subscription.startedAt, end.zone)
  const starts = [openPeriod(end).start, begun, trialEndDay(end) ?? begun]
  const first = starts.reduce((latest, day) => (day > latest ? day : latest))
  return Math.max(0, daysBetween(first, localDate(end.terminatedAt, end.zone)) + 1)
}

function openPeriod(end: EarlyEnd): { readonly start: CalendarDate; readonly end: CalendarDate } {
  const rule = periodRule(end.subscription, end.plan.interval, end.zone)
  return periodContaining(localDate(end.terminatedAt, end.zone), rule)
}

function trialEndDay(end: EarlyEnd): CalendarDate | null {
  const trialEnd = trialEndAt(end.plan, end.subscription)
  return trialEnd === null ? null : localDate(trialEnd, end.zone)
}

/** The price of days at the plan's price when the fee was created. */
function priceAtBilling(end: EarlyEnd, dayCount: number): Decimal {
  const plan = { ...end.plan, amountCents: end.fee.planAmountCents }
  return priceOfDays({ plan, subscription: end.subscription, zone: end.zone }, end.terminatedAt, dayCount)
}

/** An amount of the fee minus its share of coupons, and the taxes on the rest. */
function netAndTaxes(amount: Decimal, fee: BilledFee): { coupons: Decimal; net: Decimal; taxes: Decimal } {
  const coupons = fee.preciseCouponsAmountCents.times(amount).dividedBy(Decimal.of(fee.amountCents))
  const net = amount.minus(coupons)
  const taxes = net.times(Decimal.sum(fee.taxRates)).dividedBy(Decimal.hundred)
  return { coupons, net, taxes }
}
