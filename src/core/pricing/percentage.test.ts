import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { type ChargeProperties, type PricedUsage, plainUsage } from './charge-model.ts'
import { freeAllowanceOf, percentage } from './percentage.ts'
import { runningTotalsOf } from './running-totals.ts'

const d = Decimal.of
const decimals = (values: readonly (string | number)[]) => values.map((value) => d(String(value)))

function price(properties: ChargeProperties, usage: PricedUsage) {
  expect(percentage.check(properties)).toEqual([])
  return percentage.price(properties, usage)
}

/** Usage of single events as a sum metric gives it to a percentage. */
function eventsOf(properties: ChargeProperties, values: readonly (string | number)[]): PricedUsage {
  const eventValues = decimals(values)
  const runningTotals = runningTotalsOf(freeAllowanceOf(properties), eventValues)
  return { ...plainUsage(Decimal.sum(eventValues), values.length), eventValues, runningTotals }
}

describe('percentage', () => {
  const base = { rate: '1.3', fixed_amount: '2' }
  it.each([
    [
      8,
      { ...base, free_units_per_events: 3, free_units_per_total_aggregation: '250' },
      [50, 150, 400],
      '11.15',
    ],
    [9, { ...base, free_units_per_events: 3 }, [50, 150, 400], '7.2'],
    [
      10,
      { ...base, free_units_per_events: 3, free_units_per_total_aggregation: '500' },
      [50, 150, 400],
      '7.2',
    ],
    [11, base, [], '18.4'],
    [12, { ...base, rate: '0' }, [], '8'],
  ])('cases 8 to 12: case %s, 800 units in 4 events', (_case, properties, totals, amount) => {
    const usage = { ...plainUsage(d(800), 4), runningTotals: decimals(totals) }
    expect(price(properties, usage).amount.toString()).toBe(amount)
  })

  it('case 13: more free events than events', () => {
    const usage = { ...plainUsage(d(400), 4), runningTotals: decimals([50, 150, 400]) }
    expect(price({ ...base, free_units_per_events: 5 }, usage).amount.toString()).toBe('0')
  })

  it('shows what is free and what is paid of row 8', () => {
    const properties = { ...base, free_units_per_events: 3, free_units_per_total_aggregation: '250' }
    const usage = { ...plainUsage(d(800), 4), runningTotals: decimals([50, 150, 400]) }
    expect(price(properties, usage).details).toEqual({
      units: '800.0',
      free_units: '250.0',
      free_events: 2,
      paid_units: '550.0',
      rate: '1.3',
      per_unit_total_amount: '7.15',
      paid_events: 2,
      fixed_fee_unit_amount: '2.0',
      fixed_fee_total_amount: '4.0',
      min_max_adjustment_total_amount: '0.0',
    })
  })
})

describe('percentage, event after event', () => {
  const base = { rate: '1', fixed_amount: '5' }
  const both = { ...base, free_units_per_events: 3, free_units_per_total_aggregation: '15' }
  it.each([
    [14, { ...base, free_units_per_events: 3 }, [10, 10, 10, 10], ['0', '0', '0', '5.1']],
    [
      15,
      { ...base, free_units_per_total_aggregation: '15' },
      [4, 4, 4, 4, 10],
      ['0', '0', '0', '5.01', '10.11'],
    ],
    [16, both, [1, 1, 1, 1], ['0', '0', '0', '5.01']],
    [17, both, [10, 10, 10], ['0', '5.05', '10.15']],
  ])('cases 14 to 17: case %s', (_case, properties, values, expected) => {
    const amounts = values.map((_value, k) =>
      price(properties, eventsOf(properties, values.slice(0, k + 1))).amount.toString(),
    )
    expect(amounts).toEqual(expected)
  })
})

describe('percentage with limits per transaction', () => {
  const limits = { rate: '2.99', per_transaction_min_amount: '1.75', per_transaction_max_amount: '12' }
  it.each([
    ['18', limits, '16.142'],
    ['19', { ...limits, fixed_amount: '2' }, '18.691'],
    ['20, F 2', { ...limits, free_units_per_events: 2 }, '12'],
    ['20, T 30', { ...limits, free_units_per_total_aggregation: '30' }, '13.794'],
    [
      '20, F 3 and T 10000',
      { ...limits, free_units_per_events: 3, free_units_per_total_aggregation: '10000' },
      '2.691',
    ],
  ])('cases 18 to 20: case %s', (_row, properties, amount) => {
    const usage = eventsOf(properties, [10, 80, 10000])
    expect(price(properties, usage).amount.toString()).toBe(amount)
  })

  it.each([
    ['18', limits, ['1.75', '2.392', '12']],
    ['19', { ...limits, fixed_amount: '2' }, ['2.299', '4.392', '12']],
  ])('cases 18, 19: the part of each event, row %s', (_row, properties, parts) => {
    const alone = [10, 80, 10000].map((value) => price(properties, eventsOf(properties, [value])).amount)
    expect(alone.map(String)).toEqual(parts)
  })

  it('leaves no free events once the free units are used up', () => {
    const properties = {
      ...limits,
      free_units_per_events: 3,
      free_units_per_total_aggregation: '5',
    }
    expect(price(properties, eventsOf(properties, [10, 100])).amount.toString()).toBe('4.74')
  })

  it('case 21: cumulated', () => {
    const properties = {
      rate: '1',
      fixed_amount: '1',
      per_transaction_min_amount: '1.75',
      per_transaction_max_amount: '12',
    }
    const amounts = [[100], [100, 1000], [100, 1000, 10000]].map((values) =>
      price(properties, eventsOf(properties, values)).amount.toString(),
    )
    expect(amounts).toEqual(['2', '13', '25'])
  })

  it('shows what the limits added', () => {
    const result = price(limits, eventsOf(limits, [10, 80, 10000]))
    expect(result.details.min_max_adjustment_total_amount).toBe('-285.549')
  })

  it.each([
    {},
    { free_units_per_events: 2 },
    { free_units_per_total_aggregation: '3' },
    { free_units_per_total_aggregation: '2.5' },
    { free_units_per_total_aggregation: '9' },
    { free_units_per_events: 2, free_units_per_total_aggregation: '4' },
    { free_units_per_events: 5, free_units_per_total_aggregation: '2' },
  ])('prices counted events as events of one unit: %j', (allowance) => {
    const properties = { rate: '50', fixed_amount: '0.1', per_transaction_min_amount: '0.2', ...allowance }
    const listed = eventsOf(properties, [1, 1, 1, 1, 1])
    const counted: PricedUsage = {
      ...listed,
      eventValues: { ones: 5 },
      runningTotals: runningTotalsOf(freeAllowanceOf(properties), { ones: 5 }),
    }
    const amount = price(properties, counted).amount
    expect(amount.toString()).toBe(price(properties, listed).amount.toString())
  })
})

describe('what a percentage reads', () => {
  it.each([
    [{ rate: '1', fixed_amount: '2' }, false],
    [{ rate: '1', free_units_per_events: 1 }, true],
    [{ rate: '1', free_units_per_total_aggregation: '1' }, true],
    [{ rate: '1', free_units_per_total_aggregation: '0' }, false],
    [{ rate: '1', per_transaction_max_amount: '1' }, true],
  ])('%j: single events %s', (properties, reads) => {
    expect(percentage.readsEvents(properties)).toBe(reads)
  })

  it('keeps only the running totals that it needs', () => {
    const values = decimals([4, 4, 4, 4, 10])
    const totals = (events: number, units: number) =>
      runningTotalsOf({ events, units: d(units) }, values).toString()
    expect(totals(0, 0)).toBe('')
    expect(totals(2, 100)).toBe('4,8')
    expect(totals(0, 7)).toBe('4,8')
    expect(totals(0, 100)).toBe('4,8,12,16,26')
  })
})
