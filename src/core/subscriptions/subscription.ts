import type { Decimal } from '../amounts/decimal.ts'
import type { BillingInterval, BillingTime, PeriodRule } from '../calendar/boundaries.ts'
import { utcDate } from '../calendar/calendar-date.ts'
import type { Instant } from '../calendar/instant.ts'
import { localDate, type TimeZone } from '../calendar/zone.ts'
import type { SubscriptionStatus } from './lifecycle.ts'

/** What billing needs to know about a plan (the overridden copy, if there is one). */
export type BillingPlan = {
  readonly interval: BillingInterval
  readonly payInAdvance: boolean
  readonly amountCents: bigint
  /** Days, possibly with a fraction; null or zero means no trial. */
  readonly trialPeriodDays: Decimal | null
  /** Only meaningful on yearly and semiannual plans. */
  readonly billChargesMonthly: boolean
  /** Only meaningful on yearly and semiannual plans. */
  readonly billFixedChargesMonthly: boolean
  readonly hasPayInAdvanceFixedCharges: boolean
}

/** Why a subscription started. */
export type StartCause = 'creation' | 'upgrade' | 'downgrade'

/** Why a subscription ended; upgrade and downgrade have a successor, a termination has none. */
export type EndCause = 'upgrade' | 'downgrade' | 'termination'

/** What billing needs to know about a started subscription. */
export type BillingSubscription = {
  readonly status: SubscriptionStatus
  readonly billingTime: BillingTime
  /** Its local date anchors the periods; kept across upgrades and downgrades. */
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

/** A plan and a subscription at an instant, in the customer's zone. */
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

/** The rule for a subscription's periods, for the plan's interval or its monthly parts. */
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

/** True when a plan can bill some fees monthly within its longer periods. */
export function isLongInterval(interval: BillingInterval): boolean {
  return interval === 'yearly' || interval === 'semiannual'
}

/** The interval at which usage charges are billed: monthly on a long plan that is set to, otherwise the plan's. */
export function chargesInterval(plan: BillingPlan): BillingInterval {
  return isLongInterval(plan.interval) && plan.billChargesMonthly ? 'monthly' : plan.interval
}

/** The interval at which fixed charges are billed: monthly on a long plan that is set to, otherwise the plan's. */
export function fixedChargesInterval(plan: BillingPlan): BillingInterval {
  return isLongInterval(plan.interval) && plan.billFixedChargesMonthly ? 'monthly' : plan.interval
}

/** The interval at which anything of the plan is billed. */
export function billingDaysInterval(plan: BillingPlan): BillingInterval {
  const isSplit = plan.billChargesMonthly || plan.billFixedChargesMonthly
  return isLongInterval(plan.interval) && isSplit ? 'monthly' : plan.interval
}
