import { Decimal } from '../amounts/decimal.ts'
import type { EventValues } from '../pricing/charge-model.ts'
import type { Aggregation, UsageEvent } from './usage.ts'

/**
 * Each event's own value in event order, for a percentage's running totals and its limits per transaction
 * (docs/rules/pricing-models.md#percentage): a count and a unique count are that many ones, and no event has
 * to be read for them; a maximum is one transaction, carried by the first event that equals it, all others
 * being zero (docs/rules/aggregation.md#maximum).
 *
 * @param units the units of the group, for counts and unique counts
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
