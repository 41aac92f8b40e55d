import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { instant } from '../calendar/instant.ts'
import { eventValues, runningTotals } from './running-totals.ts'
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

const texts = (list: readonly Decimal[]) => list.map(String)

describe('runningTotals', () => {
  it.each<[Aggregation, (string | number)[], number, string | number, string, string[]]>([
    ['sum_agg', [50, 100, 250, 400], 3, 0, '800', ['50', '150', '400']],
    ['sum_agg', [50, 100, 250, 400], 3, 250, '800', ['50', '150', '400']],
    ['sum_agg', [50, 100, 250, 400], 0, 0, '800', []],
    ['sum_agg', [50, 100, 250, 400], 5, 0, '800', ['50', '150', '400', '800']],
    ['sum_agg', [4, 4, 4, 4, 10], 0, '15', '26', ['4', '8', '12', '16']],
    ['sum_agg', [10, 5, 9], 0, '15', '24', ['10', '15', '24']],
    ['sum_agg', [], 2, 0, '0', []],
    ['count_agg', [1, 1, 1], 1, 0, '3', ['1', '2']],
    ['count_agg', [1, 1, 1], 5, 0, '3', ['1', '2', '3']],
    ['count_agg', [1, 1, 1, 1, 1], 1, '2.5', '5', ['1', '2', '3', '4']],
    ['unique_count_agg', [1, 1], 3, 0, '2', ['1', '2']],
    ['max_agg', [1, 2], 3, 0, '2', []],
  ])('%s of %j with F %s and T %s', (aggregation, values, free, amount, units, expected) => {
    const allowance = { events: free, units: Decimal.of(amount) }
    expect(texts(runningTotals(aggregation, events(values), Decimal.of(units), allowance))).toEqual(expected)
  })
})

describe('eventValues', () => {
  it.each<[Aggregation, number[], string, string[]]>([
    ['sum_agg', [10, 80, -3], '87', ['10', '80', '-3']],
    ['count_agg', [1, 1], '2', ['1', '1']],
    ['unique_count_agg', [0, 0, 0], '2', ['1', '1']],
    ['max_agg', [5, 20, 3, 20], '20', ['0', '20', '0', '0']],
    ['max_agg', [], '0', []],
  ])('%s of %j', (aggregation, values, units, expected) => {
    expect(texts(eventValues(aggregation, events(values), Decimal.of(units)))).toEqual(expected)
  })
})
