import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { instant } from '../calendar/instant.ts'
import { runningTotalsOf } from '../pricing/running-totals.ts'
import { eventValues } from './event-values.ts'
import type { Aggregation, UsageEvent } from './usage.ts'

function events(values: readonly (string | number)[]): readonly UsageEvent[] {
  return values.map((value, index) => ({
    at: instant(index),
    id: String(index),
    value: Decimal.of(value),
    uniqueValue: null,
    operation: 'add',
    preciseTotalAmountCents: Decimal.zero,
  }))
}

describe('eventValues', () => {
  it.each<[Aggregation, number[], string, unknown]>([
    ['sum_agg', [10, 80, -3], '87', ['10', '80', '-3']],
    ['sum_agg', [], '0', []],
    ['count_agg', [1, 1], '2', { ones: 2 }],
    ['unique_count_agg', [0, 0, 0], '2', { ones: 2 }],
    ['unique_count_agg', [], '-1', { ones: 0 }],
    ['max_agg', [5, 20, 3, 20], '20', ['0', '20', '0', '0']],
    ['max_agg', [], '0', []],
  ])('%s of %j with %s units', (aggregation, values, units, expected) => {
    const found = eventValues(aggregation, events(values), Decimal.of(units))
    expect('ones' in found ? found : found.map(String)).toEqual(expected)
  })

  it.each<[(string | number)[], number, string, string[]]>([
    [[50, 100, 250, 400], 3, '250', ['50', '150', '400']],
    [[50, 100, 250, 400], 0, '0', []],
    [[50, 100, 250, 400], 5, '0', ['50', '150', '400', '800']],
    [[4, 4, 4, 4, 10], 0, '15', ['4', '8', '12', '16']],
    [[10, 5, 9], 0, '15', ['10', '15', '24']],
  ])('make the running totals of %j with F %s and T %s', (values, free, units, expected) => {
    const found = eventValues('sum_agg', events(values), Decimal.zero)
    const totals = runningTotalsOf({ events: free, units: Decimal.of(units) }, found)
    expect('countUpTo' in totals ? totals : totals.map(String)).toEqual(expected)
  })
})
