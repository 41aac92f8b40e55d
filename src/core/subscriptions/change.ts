import { type BillingInterval, periodContaining } from '../calendar/boundaries.ts'
import { addDays, type CalendarDate } from '../calendar/calendar-date.ts'
import { localDate } from '../calendar/zone.ts'
import { type BillingPlan, type BillMoment, chargesInterval, periodRule } from './subscription.ts'

const PERIODS_A_YEAR: Readonly<Record<BillingInterval, bigint>> = {
  yearly: 1n,
  semiannual: 2n,
  quarterly: 4n,
  monthly: 12n,
  weekly: 52n,
}

/** What plans are compared by. */
export type PricedPlan = Pick<BillingPlan, 'interval' | 'amountCents'>

/**
 * A plan's yearly amount in cents, only for comparing plans, whatever their currency
 * (docs/rules/subscriptions.md#change-of-plan).
 */
export function yearlyAmount(plan: PricedPlan): bigint {
  return plan.amountCents * PERIODS_A_YEAR[plan.interval]
}

/**
 * Whether a new plan is an upgrade or a downgrade; an equal amount is an upgrade
 * (docs/rules/subscriptions.md#change-of-plan).
 */
export function planChangeKind(current: PricedPlan, next: PricedPlan): 'upgrade' | 'downgrade' {
  return yearlyAmount(next) >= yearlyAmount(current) ? 'upgrade' : 'downgrade'
}

/**
 * The date on which a pending downgrade takes effect: the day after the current billing period
 * (docs/rules/subscriptions.md).
 */
export function downgradeDate(moment: BillMoment): CalendarDate {
  const rule = periodRule(moment.subscription, chargesInterval(moment.plan), moment.zone)
  return addDays(periodContaining(localDate(moment.at, moment.zone), rule).end, 1)
}
