import type { Decimal } from '../amounts/decimal.ts'
import type { BillingInterval, BillingTime, PeriodRule } from '../calendar/boundaries.ts'
import { utcDate } from '../calendar/calendar-date.ts'
import type { Instant } from '../calendar/instant.ts'
import { localDate, type TimeZone } from '../calendar/zone.ts'
import type { SubscriptionStatus } from './lifecycle.ts'

/** What billing needs to know of a plan; of the child plan when the subscription overrides it. */
export type BillingPlan = {
  readonly interval: BillingInterval
  readonly payInAdvance: boolean
  readonly amountCents: bigint
  /** Days, possibly with a fraction; null or zero means no trial. */
  readonly trialPeriodDays: Decimal | null
  /** Only has a meaning on yearly and semiannual plans. */
  readonly billChargesMonthly: boolean
  /** Only has a meaning on yearly and semiannual plans. */
  readonly billFixedChargesMonthly: boolean
  readonly hasPayInAdvanceFixedCharges: boolean
}

/** What brought a subscription about. */
export type StartCause = 'creation' | 'upgrade' | 'downgrade'

/** What ended a subscription; upgrade and downgrade have a successor, a termination has none. */
export type EndCause = 'upgrade' | 'downgrade' | 'termination'

/** What billing needs to know of a subscription that has started. */
export type BillingSubscription = {
  readonly status: SubscriptionStatus
  readonly billingTime: BillingTime
  /** Its local date anchors the periods; inherited across upgrades and downgrades. */
  readonly subscriptionAt: Instant
  readonly startedAt: Instant
  /** Earliest start among the customer's subscriptions with this external id; trials count from it. */
  readonly initialStartedAt: Instant
  readonly createdAt: Instant
  readonly terminatedAt: Instant | null
  readonly endingAt: Instant | null
  readonly trialEndedAt: Instant | null
  readonly startedBy: StartCause
  /** Null while the subscription is not terminated. */
  readonly endedBy: EndCause | null
}

/** A plan and a subscription seen at an instant from the customer's zone. */
export type BillMoment = {
  readonly plan: BillingPlan
  readonly subscription: BillingSubscription
  readonly at: Instant
  readonly zone: TimeZone
}

/** True when the subscription is terminated at or before an instant. */
export function isEndedAt(subscription: BillingSubscription, at: Instant): boolean {
  return subscription.terminatedAt !== null && subscription.terminatedAt <= at
}

/**
 * True when the subscription started on an earlier UTC date than it was created
 * (docs/rules/proration.md#first-and-last-periods).
 */
export function isBackdated(subscription: BillingSubscription): boolean {
  return utcDate(subscription.startedAt) < utcDate(subscription.createdAt)
}

/** The rule of the periods of a subscription, for the interval of its plan or for its monthly parts. */
export function periodRule(
  subscription: Pick<BillingSubscription, 'billingTime' | 'subscriptionAt'>,
  interval: BillingInterval,
  zone: TimeZone,
): PeriodRule {
  return {
    interval,
    billingTime: subscription.billingTime,
    anchor: localDate(subscription.subscriptionAt, zone),
  }
}

/** True when a plan can bill some of its fees monthly inside its own longer periods. */
export function isLongInterval(interval: BillingInterval): boolean {
  return interval === 'yearly' || interval === 'semiannual'
}

/** The interval at which usage charges are billed: monthly on a long plan that says so, else the plan's. */
export function chargesInterval(plan: BillingPlan): BillingInterval {
  return isLongInterval(plan.interval) && plan.billChargesMonthly ? 'monthly' : plan.interval
}

/** The interval at which fixed charges are billed: monthly on a long plan that says so, else the plan's. */
export function fixedChargesInterval(plan: BillingPlan): BillingInterval {
  return isLongInterval(plan.interval) && plan.billFixedChargesMonthly ? 'monthly' : plan.interval
}

/** The interval at which anything of the plan is billed. */
export function billingDaysInterval(plan: BillingPlan): BillingInterval {
  const isSplit = plan.billChargesMonthly || plan.billFixedChargesMonthly
  return isLongInterval(plan.interval) && isSplit ? 'monthly' : plan.interval
}
