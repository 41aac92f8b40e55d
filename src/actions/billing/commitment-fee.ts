import { Decimal } from '../../core/amounts/decimal.ts'
import { fromCents } from '../../core/amounts/rounding.ts'
import { periodContaining } from '../../core/calendar/boundaries.ts'
import { addMs, type Instant, instant } from '../../core/calendar/instant.ts'
import { endOfDay, localDate, startOfDay, type TimeZone } from '../../core/calendar/zone.ts'
import { commitmentFeeDraft, type FeeDraft } from '../../core/invoicing/fee-draft.ts'
import { commitmentEnd, commitmentTrueUp } from '../../core/subscriptions/commitment.ts'
import { ZONE_CHANGE_MAX_MS } from '../../core/subscriptions/open-window.ts'
import { periodRule } from '../../core/subscriptions/subscription.ts'
import type { BillWindows, Window } from '../../core/subscriptions/windows.ts'
import { commitmentFeesBetween, subscriptionFeesBefore } from '../../store/commitment-fees.ts'
import type { Reads } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import type { SubscriptionToBill } from './bill.ts'

/**
 * The fee that lifts a subscription to its plan's minimum commitment (subscriptions-and-invoicing §6), or null: in
 * arrears over the period that the bill closes, in advance over the period before it, on the invoices that may carry
 * a subscription fee.
 */
export async function computeCommitmentFee(
  reads: Reads,
  entry: SubscriptionToBill,
  windows: BillWindows,
  fees: readonly FeeDraft[],
): Promise<FeeDraft | null> {
  const { commitment, billingPlan, row, plan } = entry.subscription
  if (commitment === null || entry.reason === 'in_advance_charge') return null
  const covered = billingPlan.payInAdvance
    ? await previousPeriod(reads, entry, windows)
    : arrearsPeriod(entry, windows, fees)
  if (covered === null) return null
  const others = await commitmentFeesBetween(reads, {
    externalSubscriptionId: row.externalId,
    subscriptionId: row.id,
    from: covered.billed.from,
    to: covered.billed.to,
    exceptInvoiceId: entry.exceptInvoiceId,
    period: covered.period,
  })
  // A renewal on this bill pays for the period that begins, the arrears on it for the one that is reconciled.
  const counted = fees.filter(
    (fee) =>
      fee.feeType === (billingPlan.payInAdvance ? 'charge' : fee.feeType) &&
      fee.period !== null &&
      fee.period.from <= covered.billed.to &&
      fee.period.to < addMs(covered.period.to, ZONE_CHANGE_MAX_MS),
  )
  const amountCents = counted.reduce((sum, fee) => sum + fee.amountCents, others.amountCents)
  const precise = Decimal.sum(counted.map((fee) => fee.preciseAmountCents)).plus(others.preciseAmountCents)
  const trueUp = commitmentTrueUp(
    commitment.amountCents,
    {
      period: covered.period,
      billedFrom: covered.billed.from,
      billedTo: covered.billed.to,
      zone: covered.zone,
    },
    { amountCents, preciseAmountCents: precise },
  )
  if (trueUp === null) return null
  return commitmentFeeDraft({
    id: newId(),
    subscriptionId: row.id,
    commitmentId: commitment.id,
    displayName: commitment.invoiceDisplayName,
    amountCents: trueUp.amountCents,
    preciseAmountCents: trueUp.preciseAmountCents,
    unitAmount: fromCents(trueUp.amountCents, plan.amountCurrency),
    period: covered.billed,
  })
}

/** A period in the zone in which it was billed. */
type Covered = { readonly period: Window; readonly billed: Window; readonly zone: TimeZone }

function arrearsPeriod(
  entry: SubscriptionToBill,
  windows: BillWindows,
  fees: readonly FeeDraft[],
): Covered | null {
  if (!fees.some((fee) => fee.feeType === 'subscription')) return null
  return coveredBy(entry, windows.subscription, entry.zone)
}

/** The period of the latest earlier subscription fee; none without one (a first invoice, or a trial). */
async function previousPeriod(
  reads: Reads,
  entry: SubscriptionToBill,
  windows: BillWindows,
): Promise<Covered | null> {
  if (entry.reason === 'subscription_starting') return null
  const [last] = await subscriptionFeesBefore(reads, entry.subscription.row.id, entry.exceptInvoiceId)
  if (!last?.fromAt || !last.toAt) return null
  const terminatedAt = entry.subscription.billing.terminatedAt
  // It may end a little later than the next one begins, when the customer moved east meanwhile.
  const isPast = last.toAt < addMs(windows.subscription.from, ZONE_CHANGE_MAX_MS)
  if (!isPast && terminatedAt === null) return null
  return coveredBy(entry, { from: last.fromAt, to: last.toAt }, last.timezone)
}

function coveredBy(entry: SubscriptionToBill, window: Window, zone: TimeZone): Covered {
  const { billing, billingPlan } = entry.subscription
  const period = wholePeriod(entry, window.from, zone)
  const end = commitmentEnd(window.to, period.to, closingInstant(entry))
  const startDay = startOfDay(localDate(billing.startedAt, zone), zone)
  const from: Instant = instant(Math.max(window.from, period.from, startDay))
  const billed = { from, to: billingPlan.payInAdvance ? end : instant(Math.min(end, window.to)) }
  return { period, billed, zone }
}

function closingInstant(entry: SubscriptionToBill): Instant | null {
  return entry.reason === 'subscription_terminating' ? entry.subscription.billing.terminatedAt : null
}

function wholePeriod(entry: SubscriptionToBill, at: Instant, zone: TimeZone): Window {
  const { billing, billingPlan } = entry.subscription
  const rule = periodRule(billing, billingPlan.interval, zone)
  const period = periodContaining(localDate(at, zone), rule)
  return { from: startOfDay(period.start, zone), to: endOfDay(period.end, zone) }
}
