import { Decimal } from '../amounts/decimal.ts'
import type { Aggregation, UsageEvent } from './usage.ts'

/** The free allowances of a percentage charge (metering-and-rating §3.8). */
export type FreeAllowance = {
  /** `F`: events that pay nothing; zero when absent. */
  readonly events: number
  /** `T`: amount of units that pays nothing; zero when absent. */
  readonly units: Decimal
}

/**
 * `R` of the percentage model, in event order (metering-and-rating §3.8). Only sums, counts and unique counts have
 * running totals. A count's list stops as soon as it exceeds both allowances, for nothing reads further.
 *
 * @param events the counted events of one group in order (sum)
 * @param units the units of the group (count and unique count)
 */
export function runningTotals(
  aggregation: Aggregation,
  events: readonly UsageEvent[],
  units: Decimal,
  free: FreeAllowance,
): readonly Decimal[] {
  if (free.events <= 0 && !free.units.isPositive()) return []
  if (aggregation === 'sum_agg') return sumTotals(events, free)
  if (aggregation !== 'count_agg' && aggregation !== 'unique_count_agg') return []
  const enough = Decimal.max(Decimal.of(free.events), free.units.round(0, 'ceil')).plus(Decimal.one)
  const length = Decimal.max(Decimal.min(units.round(0, 'down'), enough), Decimal.zero).toNumber()
  return Array.from({ length }, (_, index) => Decimal.of(index + 1))
}

/**
 * Each event's own value in event order, for limits per transaction: a count's events are one each, a unique count's
 * units one each; a maximum is one transaction, carried by the first event that equals it (§2.7, §3.8).
 */
export function eventValues(
  aggregation: Aggregation,
  events: readonly UsageEvent[],
  units: Decimal,
): readonly Decimal[] {
  if (aggregation === 'unique_count_agg') {
    return Array.from({ length: Math.max(0, units.round(0, 'down').toNumber()) }, () => Decimal.one)
  }
  if (aggregation !== 'max_agg') return events.map((event) => event.value ?? Decimal.zero)
  const values = events.map((event) => event.value ?? Decimal.zero)
  const maximum = values.length === 0 ? Decimal.zero : values.reduce(Decimal.max)
  const holder = values.findIndex((value) => value.equals(maximum))
  return values.map((value, index) => (index === holder ? value : Decimal.zero))
}

function sumTotals(events: readonly UsageEvent[], free: FreeAllowance): readonly Decimal[] {
  const totals: Decimal[] = []
  let total = Decimal.zero
  for (const event of free.events > 0 ? events.slice(0, free.events) : events) {
    total = total.plus(event.value ?? Decimal.zero)
    totals.push(total)
    if (free.events <= 0 && total.compare(free.units) > 0) break
  }
  return totals
}
