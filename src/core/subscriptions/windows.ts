import {
  type BillingInterval,
  type DatePeriod,
  isFirstMonth,
  isPeriodStart,
  periodContaining,
  periodDays,
  shiftBack,
} from '../calendar/boundaries.ts'
import { addMs, DAY_MS, type Instant, instant, type Period } from '../calendar/instant.ts'
import { endOfDay, localDate, startOfDay, type TimeZone } from '../calendar/zone.ts'
import {
  type BillingSubscription,
  type BillMoment,
  chargesInterval,
  fixedChargesInterval,
  isEndedAt,
  isLongInterval,
  periodRule,
} from './subscription.ts'

/** A window as in the API: both ends INCLUSIVE, `to` being the last millisecond (…59.999) or a termination. */
export type Window = { readonly from: Instant; readonly to: Instant }

/** The windows of one subscription's bill, and the days of the full period that each is part of. */
export type BillWindows = {
  readonly subscription: Window
  /** Null when the bill carries no usage charges (monthly-split plans). */
  readonly charges: Window | null
  /** Null when the bill carries no fixed charges (monthly-split plans). */
  readonly fixedCharges: Window | null
  readonly chargesDurationDays: number
  readonly fixedChargesDurationDays: number
}

/** A window with the days of the full period it is part of, the divisor of a prorated price. */
export type UsageWindow = { readonly window: Window; readonly durationDays: number }

/** `current` is true for current usage, progressive billing and charges billed in advance. */
export type WindowMoment = BillMoment & { readonly current: boolean }

/**
 * The three windows of a bill at the instant `at` (docs/rules/periods.md#windows and
 * docs/rules/periods.md#monthly-charges). A window before the start of the subscription collapses to the start. When
 * a termination or an upgrade ends the subscription, every window is present regardless of the month, because no
 * later bill could carry its fees.
 */
export function billWindows(bill: WindowMoment): BillWindows {
  const charges = usageWindow(bill, chargesInterval(bill.plan))
  const fixedCharges = usageWindow(bill, fixedChargesInterval(bill.plan))
  return {
    subscription: subscriptionWindow(bill),
    charges: hasPart(bill, chargesInterval(bill.plan)) ? charges.window : null,
    fixedCharges: hasPart(bill, fixedChargesInterval(bill.plan)) ? fixedCharges.window : null,
    chargesDurationDays: charges.durationDays,
    fixedChargesDurationDays: fixedCharges.durationDays,
  }
}

/** The windows of the periodic bill on the day of `at`, as if the subscription were still active. */
export function periodicWindows(moment: BillMoment): BillWindows {
  return billWindows({ ...moment, subscription: active(moment.subscription), current: false })
}

/**
 * The windows of the final bill of a subscription that was terminated without a successor, `at` being the termination
 * (docs/rules/subscriptions.md#end). On a billing day whose periodic bill does not exist yet (`hasPeriodicBill`
 * false: no invoice has the `periodicWindows`) the closed period is billed and nothing of the new day; otherwise the
 * open period up to the termination is billed. On plans that bill some fees monthly, each window is judged by its own
 * period, so that a year does not count as closed because one of its months is.
 */
export function terminationWindows(moment: BillMoment, hasPeriodicBill: boolean): BillWindows {
  const { plan, subscription, at, zone } = moment
  const own = billWindows({ ...moment, current: false })
  if (hasPeriodicBill || subscription.endedBy !== 'termination') return own
  if (at - DAY_MS < subscription.startedAt) return own
  const regular = periodicWindows(moment)
  const today = localDate(at, zone)
  const closes = (interval: BillingInterval) => isPeriodStart(today, periodRule(subscription, interval, zone))
  const charges = closes(chargesInterval(plan)) ? regular : own
  const fixedCharges = closes(fixedChargesInterval(plan)) ? regular : own
  return {
    subscription: closes(plan.interval) ? regular.subscription : own.subscription,
    charges: charges.charges,
    fixedCharges: fixedCharges.fixedCharges,
    chargesDurationDays: charges.chargesDurationDays,
    fixedChargesDurationDays: fixedCharges.fixedChargesDurationDays,
  }
}

/**
 * The usage window open at an instant, clamped to the life of the subscription (the API's `current_billing_period`):
 * before the start it is the window of the start, after the termination that of the termination.
 */
export function currentChargesWindow(moment: BillMoment): UsageWindow {
  return usageWindow(currentMoment(moment), chargesInterval(moment.plan))
}

/** The fixed-charges window open at an instant, which a fixed charge billed in advance pays for. */
export function currentFixedChargesWindow(moment: BillMoment): UsageWindow {
  return usageWindow(currentMoment(moment), fixedChargesInterval(moment.plan))
}

/**
 * The half-open span of a window's events, or null when the window is empty. The end of a subscription is inclusive,
 * unless another one takes over at that exact instant (docs/rules/events.md#whose-event-it-is).
 *
 * @param takenOverAt when another subscription with the same external id started as this one ended; null for none
 */
export function usagePeriod(window: Window, takenOverAt: Instant | null = null): Period | null {
  const end = addMs(window.to, 1)
  const to = takenOverAt === null ? end : instant(Math.min(end, takenOverAt))
  return window.from < window.to && window.from < to ? { from: window.from, to } : null
}

/** The last instant of the plan's period containing an instant (docs/rules/periods.md). */
export function nextEndOfPeriod(moment: BillMoment): Instant {
  const rule = periodRule(moment.subscription, moment.plan.interval, moment.zone)
  return endOfDay(periodContaining(localDate(moment.at, moment.zone), rule).end, moment.zone)
}

/** The first instant of the period before the one containing an instant; of that period itself when `current`. */
export function previousBeginningOfPeriod(bill: WindowMoment): Instant {
  return startOfDay(basePeriod(bill, bill.plan.interval).start, bill.zone)
}

function currentMoment(moment: BillMoment): WindowMoment {
  const { startedAt, terminatedAt } = moment.subscription
  const latest = terminatedAt === null ? moment.at : Math.min(moment.at, terminatedAt)
  return { ...moment, at: instant(Math.max(latest, startedAt)), current: true }
}

function isEndedBy(bill: BillMoment, ...causes: readonly BillingSubscription['endedBy'][]): boolean {
  return isEndedAt(bill.subscription, bill.at) && causes.includes(bill.subscription.endedBy)
}

/** Whether the bill closes the open period. */
function isArrearsClosing(bill: BillMoment): boolean {
  return !bill.plan.payInAdvance && isEndedBy(bill, 'termination', 'upgrade')
}

function basePeriod(bill: WindowMoment, interval: BillingInterval): DatePeriod {
  const rule = periodRule(bill.subscription, interval, bill.zone)
  const today = localDate(bill.at, bill.zone)
  const isCurrent = bill.current || isEndedBy(bill, 'upgrade')
  return periodContaining(isCurrent ? today : shiftBack(today, rule), rule)
}

function openPeriod(bill: WindowMoment, interval: BillingInterval): DatePeriod {
  return periodContaining(localDate(bill.at, bill.zone), periodRule(bill.subscription, interval, bill.zone))
}

function subscriptionWindow(bill: WindowMoment): Window {
  const { subscription, plan, zone } = bill
  const isOpen = plan.payInAdvance || isArrearsClosing(bill)
  const period = isOpen ? openPeriod(bill, plan.interval) : basePeriod(bill, plan.interval)
  const start = startOfDay(period.start, zone)
  const from = start < subscription.startedAt ? startOfStartDay(subscription, zone) : start
  return { from, to: windowEnd(bill, period) }
}

function usageWindow(bill: WindowMoment, interval: BillingInterval): UsageWindow {
  const isOpen = isEndedBy(bill, 'termination') || isArrearsClosing(bill)
  const period = isOpen ? openPeriod(bill, interval) : basePeriod(bill, interval)
  const start = startOfDay(period.start, bill.zone)
  const from = instant(Math.max(start, bill.subscription.startedAt))
  return { window: { from, to: lifeEnd(bill, period) }, durationDays: periodDays(period) }
}

/** Only a termination before the bill shortens the window of the plan's price. */
function windowEnd(bill: WindowMoment, period: DatePeriod): Instant {
  const isEnded = isEndedAt(bill.subscription, bill.at)
  return isEnded
    ? lifeEnd(bill, period)
    : lifeEnd({ ...bill, subscription: active(bill.subscription) }, period)
}

/** Usage ends with the subscription, even for events before the end that arrive after it. */
function lifeEnd({ subscription, zone }: WindowMoment, period: DatePeriod): Instant {
  const { startedAt, terminatedAt } = subscription
  const end = endOfDay(period.end, zone)
  return instant(Math.max(terminatedAt !== null && terminatedAt <= end ? terminatedAt : end, startedAt))
}

function active(subscription: BillingSubscription): BillingSubscription {
  return { ...subscription, terminatedAt: null, endedBy: null }
}

function startOfStartDay(subscription: BillingSubscription, zone: TimeZone): Instant {
  return startOfDay(localDate(subscription.startedAt, zone), zone)
}

/**
 * Whether a bill carries usage charges (or fixed charges) billed at this interval
 * (docs/rules/periods.md#monthly-charges).
 */
function hasPart(bill: WindowMoment, interval: BillingInterval): boolean {
  const { plan, subscription, at, zone } = bill
  const isSplit = isLongInterval(plan.interval) && (plan.billChargesMonthly || plan.billFixedChargesMonthly)
  if (!isSplit || interval === 'monthly') return true
  if (bill.current || isEndedBy(bill, 'termination', 'upgrade')) return true
  return isFirstMonth(localDate(at, zone), periodRule(subscription, plan.interval, zone))
}
