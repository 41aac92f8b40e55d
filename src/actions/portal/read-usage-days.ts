import { Decimal } from '../../core/amounts/decimal.ts'
import type { CalendarDate } from '../../core/calendar/calendar-date.ts'
import { afterArrival } from '../../core/metering/usage.ts'
import { isSumOfDays, usageDays } from '../../core/portal/usage-days.ts'
import type { RatedCharge } from '../../core/rating/charge.ts'
import { planSubscriptionUsage, usageAfter } from '../../core/rating/rate-subscription.ts'
import type { Reads } from '../../store/database.ts'
import { answerUsages } from '../../store/events/usage.ts'
import type { Caller } from '../context.ts'
import { byMetricName, type CurrentUsageAsked, readOpenSubscription } from '../usage/read-current-usage.ts'

/** The units of a charge on each day of the open period. */
export type ChargeDays = {
  readonly charge: RatedCharge
  readonly days: readonly { readonly date: CalendarDate; readonly units: Decimal }[]
}

/**
 * The units of the open period by day in the customer's time zone (docs/rules/usage.md#usage-by-day), of the charges
 * whose units are the sum of their days. 404 `customer_not_found`, 405 `no_active_subscription`.
 */
export async function readUsageDays(
  reads: Reads,
  caller: Caller,
  asked: Pick<CurrentUsageAsked, 'externalCustomerId' | 'externalSubscriptionId'>,
): Promise<readonly ChargeDays[]> {
  const { snapshot, subscription, open } = await readOpenSubscription(reads, caller, asked)
  const { zone } = snapshot.customer
  const charges = byMetricName(subscription.charges).filter(isSumOfDays)
  const days = usageDays(open.window, caller.now, zone)
  const { durationDays } = open
  const planned = days.flatMap(({ date, window }) => {
    const whole = { subscription, charges, window, durationDays, zone, purpose: 'current' } as const
    const after = usageAfter(subscription, window)
    return planSubscriptionUsage(whole).buckets.map(({ charge, bucket }) => ({
      date,
      charge,
      query: afterArrival({ ...bucket.query, groupBy: [], detail: 'totals' }, after),
    }))
  })
  const answers = await answerUsages(
    reads,
    planned.map(({ query }) => query),
  )
  const units = new Map<string, Decimal>()
  const keyOf = (id: string, date: CalendarDate) => `${id} ${date}`
  for (const [n, { charge, date }] of planned.entries()) {
    const key = keyOf(charge.id, date)
    const totals = (answers[n] ?? []).map(({ total }) => total)
    units.set(key, Decimal.sum([units.get(key) ?? Decimal.zero, ...totals]))
  }
  return charges.map((charge) => ({
    charge,
    days: days.map(({ date }) => ({ date, units: units.get(keyOf(charge.id, date)) ?? Decimal.zero })),
  }))
}
