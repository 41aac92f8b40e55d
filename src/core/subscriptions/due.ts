import { nextPeriod } from '../calendar/boundaries.ts'
import { addDays, type CalendarDate, compareDates } from '../calendar/calendar-date.ts'
import { addMs, type Instant, instant } from '../calendar/instant.ts'
import { localDate, startOfDay, type TimeZone } from '../calendar/zone.ts'
import {
  type BillingPlan,
  type BillingSubscription,
  billingDaysInterval,
  periodRule,
} from './subscription.ts'

/**
 * The local midnight of the next billing day strictly after an instant (docs/rules/periods.md#billing-days): the
 * start of a plan period, or of a month when a yearly or semiannual plan bills some fees monthly. Never the
 * subscription's start day, nor a day that had passed when the subscription was created. Null when the subscription
 * is not active, or when it ends on or before that day, because the termination bills it.
 */
export function nextBillingAt(
  plan: BillingPlan,
  subscription: BillingSubscription,
  after: Instant,
  zone: TimeZone,
): Instant | null {
  if (subscription.status !== 'active' || subscription.terminatedAt !== null) return null
  const rule = periodRule(subscription, billingDaysInterval(plan), zone)
  // The billing day is the next period start after all of these dates.
  let day = latest(
    localDate(subscription.startedAt, zone),
    addDays(localDate(subscription.createdAt, zone), -1),
    addDays(localDate(after, zone), -1),
  )
  do day = nextPeriod(day, rule).start
  while (startOfDay(day, zone) <= after)
  return isBilledByEnding(day, subscription, zone) ? null : startOfDay(day, zone)
}

/**
 * The first billing instant of a subscription that was just created. A subscription that started in the
 * past and is created on a billing day is due on that same day, so the answer can be a midnight shortly
 * before the creation.
 */
export function firstBillingAt(
  plan: BillingPlan,
  subscription: BillingSubscription,
  zone: TimeZone,
): Instant | null {
  const midnight = startOfDay(localDate(subscription.createdAt, zone), zone)
  return nextBillingAt(plan, subscription, addMs(midnight, -1), zone)
}

/**
 * When a subscription with an end date terminates: the local midnight of the date of `endingAt`
 * (docs/rules/subscriptions.md#end).
 */
export function endingBillAt(endingAt: Instant, zone: TimeZone): Instant {
  return startOfDay(localDate(endingAt, zone), zone)
}

/**
 * When a pending subscription becomes active: the local midnight of the date of `subscriptionAt`
 * (docs/rules/subscriptions.md#start).
 */
export function activationAt(subscriptionAt: Instant, zone: TimeZone): Instant {
  return startOfDay(localDate(subscriptionAt, zone), zone)
}

/** How a new subscription's start date relates to today's local date (docs/rules/subscriptions.md#start). */
export function startTiming(
  subscriptionAt: Instant,
  now: Instant,
  zone: TimeZone,
): 'past' | 'today' | 'future' {
  const start = localDate(subscriptionAt, zone)
  const today = localDate(now, zone)
  if (start === today) return 'today'
  return start < today ? 'past' : 'future'
}

/**
 * The start of a backdated subscription: the requested date, or the latest billed termination with the same external
 * id if later, so that no usage is billed twice (docs/rules/subscriptions.md#start).
 */
export function backdatedStart(subscriptionAt: Instant, lastBilledTermination: Instant | null): Instant {
  return instant(Math.max(subscriptionAt, lastBilledTermination ?? subscriptionAt))
}

/**
 * True when `endingAt` is a date after today and after the start date, in the customer's zone
 * (docs/rules/subscriptions.md).
 */
export function isEndingAllowed(
  endingAt: Instant,
  subscriptionAt: Instant,
  now: Instant,
  zone: TimeZone,
): boolean {
  const end = localDate(endingAt, zone)
  return end > localDate(now, zone) && end > localDate(subscriptionAt, zone)
}

/**
 * The UTC dates of the two warnings before an end: 45 and 15 days earlier, in order
 * (docs/rules/subscriptions.md#end and docs/decisions/0007-due-work-is-rows.md).
 */
export function terminationAlertDates(endingAt: Instant): readonly CalendarDate[] {
  const end = localDate(endingAt, 'UTC')
  return [addDays(end, -45), addDays(end, -15)]
}

function isBilledByEnding(day: CalendarDate, subscription: BillingSubscription, zone: TimeZone): boolean {
  return subscription.endingAt !== null && localDate(subscription.endingAt, zone) <= day
}

function latest(first: CalendarDate, ...others: readonly CalendarDate[]): CalendarDate {
  return others.reduce((last, date) => (compareDates(date, last) > 0 ? date : last), first)
}
