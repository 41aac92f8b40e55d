import { Decimal } from '../amounts/decimal.ts'
import type { EventValues } from '../pricing/charge-model.ts'
import type { Aggregation, UsageEvent } from './usage.ts'

/**
 * Each event's own value in event order, for a percentage's running totals and per-transaction limits
 * (docs/rules/pricing-models.md#percentage). Counts and unique counts are all ones, so no event has to be read. A
 * maximum is a single transaction, the first event that equals it; all others are zero
 * (docs/rules/aggregation.md#maximum).
 *
 * @param units the group's units, for counts and unique counts
 */
export function eventValues(
  aggregation: Aggregation,
  events: readonly UsageEvent[],
  units: Decimal,
): EventValues {
  if (aggregation === 'count_agg' || aggregation === 'unique_count_agg' || aggregation === 'custom_agg') {
    return { ones: Math.max(0, units.round(0, 'down').toNumber()) }
  }
  const values = events.map((event) => event.value ?? Decimal.zero)
  if (aggregation !== 'max_agg' || values.length === 0) return values
  const maximum = values.reduce(Decimal.max)
  const holder = values.findIndex((value) => value.equals(maximum))
  return values.map((value, index) => (index === holder ? value : Decimal.zero))
}
