import { Decimal } from '../amounts/decimal.ts'
import { emptyGroup } from '../metering/grouping.ts'
import type { UsageEvent, UsageGroup, UsageQuery } from '../metering/usage.ts'

/** Usage that nobody had, of a charge or one of its filters. */
export type MadeUpUsage = {
  readonly chargeId: string
  /** Null for what matches no filter. */
  readonly filterId: string | null
  readonly units: Decimal
  readonly eventsCount: number
  /** Sum of the prices that the events carry, in currency units. */
  readonly preciseTotalAmount: Decimal
}

/** Decimals of the share of one event; the last event takes the rest. */
const SHARE_SCALE = 15

/**
 * The answer to a usage query as if the usage had come at the start of the period in equal events: a level is then
 * held for the whole period.
 *
 * @param exponent decimals of the currency
 */
export function madeUpGroup(usage: MadeUpUsage, query: UsageQuery, exponent: number): UsageGroup {
  const { units, preciseTotalAmount } = usage
  const isCounted = query.aggregation === 'count_agg' || query.aggregation === 'unique_count_agg'
  const eventsCount = isCounted ? units.round(0, 'ceil').toNumber() : units.isZero() ? 0 : usage.eventsCount
  return {
    groupedBy: emptyGroup(query.groupBy),
    eventsCount,
    total: isCounted ? units.round(0, 'ceil') : units,
    carried: Decimal.zero,
    momentMs: Decimal.zero,
    preciseTotalAmountCents: preciseTotalAmount.times(Decimal.of(10 ** exponent)),
    lastEventAt: query.period.from,
    events: query.detail === 'events' ? eventsOf(usage, query, eventsCount) : [],
  }
}

function eventsOf({ units }: MadeUpUsage, query: UsageQuery, count: number): UsageEvent[] {
  const isUnique = query.aggregation === 'unique_count_agg'
  if (count === 0) return []
  const share = units.dividedBy(Decimal.of(count)).round(SHARE_SCALE, 'down')
  const rest = units.minus(share.times(Decimal.of(count - 1)))
  return Array.from({ length: count }, (_, n) => ({
    at: query.period.from,
    id: String(n + 1).padStart(12, '0'),
    value: isUnique ? null : n === count - 1 ? rest : share,
    uniqueValue: isUnique ? String(n) : null,
    operation: 'add',
    preciseTotalAmountCents: Decimal.zero,
  }))
}
