import { Decimal } from '../amounts/decimal.ts'
import { addMs, DAY_MS, type Instant } from '../calendar/instant.ts'
import { localDate } from '../calendar/zone.ts'
import type { BillingPlan, BillingSubscription, BillMoment } from './subscription.ts'

/**
 * The end of a subscription's trial, or null when its plan has none (docs/rules/subscriptions.md#trial). Counted from
 * the first start of the chain, so an upgrade does not restart it; fractions of a day count, rounded down to the
 * millisecond.
 */
export function trialEndAt(
  plan: Pick<BillingPlan, 'trialPeriodDays'>,
  subscription: Pick<BillingSubscription, 'initialStartedAt'>,
): Instant | null {
  const days = plan.trialPeriodDays
  if (days === null || !days.isPositive()) return null
  const ms = days.times(Decimal.of(DAY_MS)).round(0, 'down')
  return addMs(subscription.initialStartedAt, ms.toNumber())
}

/** True when the trial is neither over nor marked as ended at an instant; an end marked later is ignored. */
export function isInTrial(moment: Pick<BillMoment, 'plan' | 'subscription' | 'at'>): boolean {
  const { plan, subscription, at } = moment
  const end = trialEndAt(plan, subscription)
  const isMarked = subscription.trialEndedAt !== null && subscription.trialEndedAt <= at
  return !isMarked && end !== null && end > at
}

/** True on the local date on which the trial ends, at any time of day. */
export function isLastTrialDay(moment: BillMoment): boolean {
  const end = trialEndAt(moment.plan, moment.subscription)
  return end !== null && localDate(end, moment.zone) === localDate(moment.at, moment.zone)
}
