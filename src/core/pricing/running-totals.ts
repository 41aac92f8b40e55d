import { Decimal } from '../amounts/decimal.ts'
import type { EventValues, RunningTotals } from './charge-model.ts'

/** A percentage's free allowance: `F` events and `T` units (docs/rules/pricing-models.md#percentage); 0 for none. */
export type FreeAllowance = { readonly events: number; readonly units: Decimal }

/**
 * The running totals `R` of events in time order (docs/rules/pricing-models.md#percentage): none without an
 * allowance; for values the cumulative sums of the first `F` events, or, when F = 0, until one exceeds `T`;
 * for counts 1, 2, …, n.
 */
export function runningTotalsOf(allowance: FreeAllowance, values: EventValues): RunningTotals {
  if (allowance.events === 0 && allowance.units.isZero()) return []
  if ('ones' in values) return { countUpTo: values.ones }
  const totals: Decimal[] = []
  let total = Decimal.zero
  for (const value of values) {
    if (allowance.events > 0 && totals.length === allowance.events) break
    total = total.plus(value)
    totals.push(total)
    if (allowance.events === 0 && total.compare(allowance.units) > 0) break
  }
  return totals
}

/** The number of running totals. */
export function totalsCount(totals: RunningTotals): number {
  return 'countUpTo' in totals ? totals.countUpTo : totals.length
}

/** The k-th running total, starting at 1; zero when there is none. */
export function totalAt(totals: RunningTotals, k: number): Decimal {
  if ('countUpTo' in totals) return k >= 1 && k <= totals.countUpTo ? Decimal.of(k) : Decimal.zero
  return totals[k - 1] ?? Decimal.zero
}

/** The number of running totals below `limit`. */
export function totalsBelow(totals: RunningTotals, limit: Decimal): number {
  if (!('countUpTo' in totals)) return totals.filter((total) => total.compare(limit) < 0).length
  const wholeBelow = limit.round(0, 'ceil').minus(Decimal.one)
  if (!wholeBelow.isPositive()) return 0
  return Number(Decimal.min(wholeBelow, Decimal.of(totals.countUpTo)).toString())
}
