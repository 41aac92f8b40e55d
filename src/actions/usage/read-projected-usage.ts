import { daysBetween } from '../../core/calendar/calendar-date.ts'
import type { Instant } from '../../core/calendar/instant.ts'
import { localDate, type TimeZone } from '../../core/calendar/zone.ts'
import type { PeriodProgress } from '../../core/pricing/price-projected.ts'
import { projectedLineOf } from '../../core/rating/usage-lines.ts'
import type { Window } from '../../core/subscriptions/windows.ts'
import type { Reads } from '../../store/database.ts'
import type { ShownUsage } from '../../wire/usage.ts'
import type { Caller } from '../context.ts'
import { rateSubscription } from './rate-subscription.ts'
import {
  byMetricName,
  type CurrentUsageAsked,
  readOpenSubscription,
  taxesOf,
  totalsOf,
} from './read-current-usage.ts'

/**
 * The usage of the open period with its projection to the end of the period (docs/rules/usage.md#projected-usage).
 * 404 `customer_not_found`, 405 `no_active_subscription`.
 */
export async function readProjectedUsage(
  reads: Reads,
  caller: Caller,
  asked: Pick<CurrentUsageAsked, 'externalCustomerId' | 'externalSubscriptionId' | 'applyTaxes'>,
): Promise<ShownUsage> {
  const found = await readOpenSubscription(reads, caller, asked)
  const { snapshot, subscription, open } = found
  const charges = byMetricName(subscription.charges)
  const [rated, taxes] = await Promise.all([
    rateSubscription(reads, {
      subscription,
      charges,
      window: open.window,
      durationDays: open.durationDays,
      zone: snapshot.customer.zone,
      purpose: 'current',
    }),
    taxesOf(reads, found, charges, asked.applyTaxes),
  ])
  const progress = progressOf(open.window, caller.now, snapshot.customer.zone)
  return {
    ...totalsOf(found, rated, taxes),
    lines: rated.map((usage) => projectedLineOf(usage, progress)),
  }
}

/** The started days of the window out of all its days, as local dates; none before the window. */
function progressOf({ from, to }: Window, now: Instant, zone: TimeZone): PeriodProgress {
  const first = localDate(from, zone)
  const daysUntil = (at: Instant) => daysBetween(first, localDate(at, zone)) + 1
  return { elapsedDays: now < from ? 0 : daysUntil(now), totalDays: daysUntil(to) }
}
