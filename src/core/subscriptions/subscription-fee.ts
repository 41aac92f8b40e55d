import { Decimal } from '../amounts/decimal.ts'
import { roundCents } from '../amounts/rounding.ts'
import { isFirstMonth, periodContaining, periodDays, shiftBack } from '../calendar/boundaries.ts'
import { partsOf } from '../calendar/calendar-date.ts'
import { days } from '../calendar/days.ts'
import type { Instant } from '../calendar/instant.ts'
import { localDate, startOfDay } from '../calendar/zone.ts'
import { type BillMoment, isBackdated, isEndedAt, isLongInterval, periodRule } from './subscription.ts'
import { isInTrial, isLastTrialDay, trialEndAt } from './trial.ts'
import type { Window } from './windows.ts'

/** What earlier invoices imply for the subscription fee of this bill. */
export type FeeHistory = {
  /** Another invoice has a subscription fee created on the issuing day; the one being rebuilt is ignored. */
  readonly hasFeeOnIssuingDay: boolean
  /** A subscription fee of this subscription was created before this invoice. */
  readonly hasEarlierFee: boolean
  /** This is the subscription's first invoice, ignoring deleted ones. */
  readonly isFirstInvoice: boolean
  /** This is the subscription's only billed period, and its reason is `subscription_starting`. */
  readonly isOnlyStartingInvoice: boolean
  readonly invoiceCreatedAt: Instant
}

/** An amount in exact cents, and in the whole cents that are owed. */
export type FeeAmount = { readonly preciseAmountCents: Decimal; readonly amountCents: bigint }

const NOTHING: FeeAmount = { preciseAmountCents: Decimal.zero, amountCents: 0n }

/**
 * True when a bill has a subscription fee, even a zero one (docs/rules/invoices.md#what-is-on-it and
 * docs/rules/periods.md#monthly-charges).
 */
export function isSubscriptionFeeDue(bill: BillMoment, history: FeeHistory): boolean {
  const { plan, subscription } = bill
  if (plan.payInAdvance && history.hasFeeOnIssuingDay) return false
  if (isLongInterval(plan.interval) && !isLongFeeDue(bill, history)) return false
  if (isInTrial(bill) && !isLastTrialDay(bill)) return false
  if (!plan.payInAdvance && plan.hasPayInAdvanceFixedCharges && history.isOnlyStartingInvoice) return false
  if (subscription.terminatedAt === null) {
    return subscription.status === 'active' || subscription.status === 'incomplete'
  }
  return !plan.payInAdvance || subscription.terminatedAt > history.invoiceCreatedAt
}

/**
 * The subscription fee over the subscription window of a bill (docs/rules/proration.md#price-of-a-day and
 * docs/rules/proration.md#trials-in-a-period): the full price, or the days of the window at the price of a day. The
 * price of a day is the plan's price over the days of the WHOLE period around the first billed day, never over the
 * days since the start.
 */
export function subscriptionFee(bill: BillMoment, window: Window, history: FeeHistory): FeeAmount {
  const { plan, subscription, zone } = bill
  const trialEnd = trialEndAt(plan, subscription)
  if (trialEnd !== null && trialEnd >= window.to) return NOTHING
  const isCutByTrial = trialEnd !== null && trialEnd > window.from
  const from = isCutByTrial ? trialEnd : window.from
  const isClosing = isClosedInArrears(bill)
  const isUpgradeStart =
    subscription.startedBy === 'upgrade' && (history.isFirstInvoice || opensOnStartDay(bill, window))
  const isFull = !isClosing && !isUpgradeStart && isFullPeriod(bill, history)
  if (isFull && !isCutByTrial) return feeOf(Decimal.of(plan.amountCents))
  const upgradeDay = isClosing && subscription.endedBy === 'upgrade' ? 1 : 0
  return feeOf(priceOfDays(bill, from, Math.max(0, days(from, window.to, zone) - upgradeDay)))
}

/**
 * The exact price in cents of a number of days, by the length of the plan's period around an instant
 * (docs/rules/proration.md#price-of-a-day).
 */
export function priceOfDays(
  moment: Pick<BillMoment, 'plan' | 'subscription' | 'zone'>,
  on: Instant,
  dayCount: number,
): Decimal {
  const rule = periodRule(moment.subscription, moment.plan.interval, moment.zone)
  const length = periodDays(periodContaining(localDate(on, moment.zone), rule))
  // Multiply first, so that all the days of a period cost exactly its price.
  return Decimal.of(moment.plan.amountCents).times(Decimal.of(dayCount)).dividedBy(Decimal.of(length))
}

function feeOf(preciseAmountCents: Decimal): FeeAmount {
  return { preciseAmountCents, amountCents: roundCents(preciseAmountCents) }
}

/** An upgrade that waited for its payment into the next period pays that one from its start on. */
function opensOnStartDay({ subscription, zone }: BillMoment, window: Window): boolean {
  return window.from === startOfDay(localDate(subscription.startedAt, zone), zone)
}

/** Terminated in arrears, by an upgrade or without a successor (docs/rules/proration.md#first-and-last-periods). */
function isClosedInArrears({ plan, subscription, at }: BillMoment): boolean {
  return !plan.payInAdvance && isEndedAt(subscription, at) && subscription.endedBy !== 'downgrade'
}

/** A period billed at the full price (docs/rules/proration.md#first-and-last-periods). */
function isFullPeriod(bill: BillMoment, history: FeeHistory): boolean {
  const { plan, subscription } = bill
  if (history.hasEarlierFee) return true
  const isStandalone = subscription.startedBy === 'creation'
  if (plan.payInAdvance && subscription.billingTime === 'anniversary' && isStandalone) return true
  if (!isBackdated(subscription)) return false
  return plan.payInAdvance || startedBeforeBase(bill)
}

function startedBeforeBase({ plan, subscription, at, zone }: BillMoment): boolean {
  const rule = periodRule(subscription, plan.interval, zone)
  const base = periodContaining(shiftBack(localDate(at, zone), rule), rule)
  return subscription.startedAt < startOfDay(base.start, zone)
}

/**
 * The rule for yearly and semiannual plans, which may bill each month without a subscription fee
 * (docs/rules/periods.md#monthly-charges).
 */
function isLongFeeDue(bill: BillMoment, history: FeeHistory): boolean {
  const { plan, subscription, at, zone } = bill
  const today = localDate(at, zone)
  const rule = periodRule(subscription, plan.interval, zone)
  const isFirst = isFirstMonth(today, rule)
  if (!plan.payInAdvance) return isEndedAt(subscription, at) || isFirst
  if (!isBackdated(subscription)) return isFirst || !history.hasEarlierFee
  return isFirst && !isVeryFirstPeriod(bill)
}

/** Whether a bill falls in the anchor's own period (calendar) or month (anniversary). */
function isVeryFirstPeriod({ plan, subscription, at, zone }: BillMoment): boolean {
  const rule = periodRule(subscription, plan.interval, zone)
  const today = localDate(at, zone)
  if (rule.billingTime === 'calendar') {
    return periodContaining(today, rule).start === periodContaining(rule.anchor, rule).start
  }
  const month = partsOf(periodContaining(today, { ...rule, interval: 'monthly' }).start)
  const anchor = partsOf(rule.anchor)
  return month.year === anchor.year && month.month === anchor.month
}
