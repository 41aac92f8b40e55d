import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { type ChargeProperties, type EventValues, type PricedUsage, plainUsage } from './charge-model.ts'
import type { ChargeModelName } from './models.ts'
import { freeAllowanceOf } from './percentage.ts'
import { priceInAdvance, usageAroundEvent } from './price-in-advance.ts'
import type { RatedFee } from './rated-fee.ts'
import { runningTotalsOf } from './running-totals.ts'

const d = Decimal.of

type TestEvent = { readonly added: string; readonly shown?: string; readonly precise?: string }

/** The fees of events that arrive one after another; `added` are the units that raise the maximum. */
function feesOf(
  model: ChargeModelName,
  properties: ChargeProperties,
  events: readonly (string | TestEvent)[],
  isCount = false,
): readonly RatedFee[] {
  const list = events.map((event) => (typeof event === 'string' ? { added: event } : event))
  return list.map((event: TestEvent, k) => {
    const values = list.slice(0, k + 1).map(({ added }) => d(added))
    const eventValues: EventValues = isCount ? { ones: k + 1 } : values
    const total: PricedUsage = {
      ...plainUsage(Decimal.sum(values), k + 1),
      eventValues,
      runningTotals: model === 'percentage' ? runningTotalsOf(freeAllowanceOf(properties), eventValues) : [],
      preciseTotalAmount: Decimal.sum(list.slice(0, k + 1).map(({ precise }: TestEvent) => d(precise ?? 0))),
    }
    const share = {
      added: d(event.added),
      shownUnits: d(event.shown ?? event.added),
      isFirst: k === 0,
      preciseTotalAmount: d(event.precise ?? 0),
    }
    const pricing = { model, properties, exponent: 2, conversionRate: null }
    return priceInAdvance(pricing, usageAroundEvent(total, share))
  })
}

const cents = (fees: readonly RatedFee[]) => fees.map((fee) => Number(fee.amountCents))
const shown = (fees: readonly RatedFee[]) => fees.map((fee) => fee.units.toString())
const tier = (from: number, to: number | null, perUnit: string, flat: string) => ({
  from_value: from,
  to_value: to,
  per_unit_amount: perUnit,
  flat_amount: flat,
})

describe('a fee for each event', () => {
  it('case 47: count at a standard price', () => {
    const fees = feesOf('standard', { amount: '10' }, ['1', '1'], true)
    expect(cents(fees)).toEqual([1000, 1000])
    expect(shown(fees)).toEqual(['1', '1'])
  })

  it('case 48: count over two tiers', () => {
    const properties = { graduated_ranges: [tier(0, 2, '0', '0'), tier(3, null, '2', '0')] }
    expect(cents(feesOf('graduated', properties, ['1', '1', '1'], true))).toEqual([0, 0, 200])
  })

  it('case 49: unique values pay when the maximum rises', () => {
    const events = [
      { added: '1' },
      { added: '0', shown: '0' },
      { added: '0', shown: '1' },
      { added: '1' },
      { added: '0', shown: '0' },
      { added: '1' },
      { added: '0', shown: '0' },
    ]
    const fees = feesOf('standard', { amount: '12' }, events)
    expect(cents(fees)).toEqual([1200, 0, 0, 1200, 0, 1200, 0])
    expect(shown(fees)).toEqual(['1', '0', '1', '1', '0', '1', '0'])
  })

  it('case 50: a sum pays what rises above its maximum', () => {
    const events = [{ added: '10' }, { added: '0', shown: '0' }, { added: '4' }]
    const fees = feesOf('standard', { amount: '1' }, events)
    expect(cents(fees)).toEqual([1000, 0, 400])
    expect(shown(fees)).toEqual(['10', '0', '4'])
  })

  it('case 51: packages begun', () => {
    const properties = { amount: '100', package_size: 2, free_units: 3 }
    expect(cents(feesOf('package', properties, ['3', '1', '2']))).toEqual([0, 10_000, 10_000])
  })

  it('case 52: the first flat amount on the first event only', () => {
    const properties = { graduated_ranges: [tier(0, 5, '0.02', '0.01'), tier(6, null, '0.01', '0.01')] }
    const fees = feesOf('graduated', properties, ['3', '1', '2'])
    expect(cents(fees)).toEqual([7, 2, 4])
    expect(fees.map((fee) => fee.amountDetails)).toEqual([{}, {}, {}])
  })

  it('case 57: dynamic', () => {
    const events = [
      { added: '5', precise: '12.3456' },
      { added: '1', precise: '0.021' },
    ]
    const fees = feesOf('dynamic', {}, events)
    expect(cents(fees)).toEqual([1235, 2])
    expect(fees[0]?.preciseAmountCents.toString()).toBe('1234.56')
  })

  it('cases 61, 62: prorated units', () => {
    expect(cents(feesOf('standard', { amount: '10' }, [{ added: '3.86667', shown: '4' }]))).toEqual([3867])
    expect(cents(feesOf('standard', { amount: '10' }, ['3.73334', { added: '3.6', shown: '4' }]))[1]).toBe(
      3600,
    )
    const unique = [
      { added: '0.96667' },
      { added: '0', shown: '0' },
      { added: '0.86667' },
      { added: '0', shown: '0' },
    ]
    expect(cents(feesOf('standard', { amount: '10' }, unique))).toEqual([967, 0, 867, 0])
  })

  it('the unit amount is the rounded amount over the shown units', () => {
    const [fee, free] = feesOf('standard', { amount: '0.335' }, [{ added: '1' }, { added: '0', shown: '1' }])
    expect(fee?.unitAmount.toString()).toBe('0.34')
    expect(free?.unitAmount.toString()).toBe('0')
  })
})

describe('a percentage for each event', () => {
  const base = { rate: '5', fixed_amount: '1' }
  const limited = {
    rate: '1',
    fixed_amount: '0.5',
    per_transaction_min_amount: '1.75',
    per_transaction_max_amount: '2',
  }
  const minimal = { rate: '0.5', per_transaction_min_amount: '12' }
  it.each([
    [53, { ...base, free_units_per_events: 2 }, ['8', '5', '3'], [0, 0, 115]],
    [54, { ...base, free_units_per_total_aggregation: '120' }, ['100', '10', '20', '20'], [0, 0, 150, 200]],
    [55, { ...base, free_units_per_total_aggregation: '3' }, ['5', '1'], [110, 105]],
    [56, limited, ['100', '1000', '10000'], [175, 200, 200]],
    [63, minimal, ['4', '20000'], [1200, 10_000]],
  ])('cases 53, 54, 55, 56, 63: case %s', (_row, properties, events, expected) => {
    expect(cents(feesOf('percentage', properties, events))).toEqual(expected)
  })

  it('case 58: the first counted event is free', () => {
    const properties = { rate: '1', fixed_amount: '1', free_units_per_events: 1 }
    expect(cents(feesOf('percentage', properties, ['1', '1'], true))).toEqual([0, 101])
  })

  it('shows the part of the event of row 53', () => {
    const fees = feesOf('percentage', { ...base, free_units_per_events: 2 }, ['8', '5', '3'])
    expect(fees[0]?.amountDetails).toEqual({
      units: '8.0',
      free_units: '8.0',
      free_events: '1.0',
      paid_units: '0.0',
      rate: '5.0',
      per_unit_total_amount: '0.0',
      paid_events: '0.0',
      fixed_fee_unit_amount: '0.0',
      fixed_fee_total_amount: '0.0',
      min_max_adjustment_total_amount: '0.0',
    })
    expect(fees[2]?.amountDetails).toEqual({
      units: '3.0',
      free_units: '0.0',
      free_events: '0.0',
      paid_units: '3.0',
      rate: '5.0',
      per_unit_total_amount: '0.15',
      paid_events: '1.0',
      fixed_fee_unit_amount: '1.0',
      fixed_fee_total_amount: '1.0',
      min_max_adjustment_total_amount: '0.0',
    })
  })

  it('shows the part of the event that passes the free total of row 54', () => {
    const properties = { ...base, free_units_per_total_aggregation: '120' }
    const fees = feesOf('percentage', properties, ['100', '10', '20', '20'])
    expect(fees[2]?.amountDetails).toMatchObject({
      units: '20.0',
      free_units: '10.0',
      paid_units: '10.0',
      free_events: '0.0',
      paid_events: '1.0',
      per_unit_total_amount: '0.5',
      fixed_fee_total_amount: '1.0',
    })
    expect(fees[3]?.amountDetails).toMatchObject({ free_units: '0.0', paid_units: '20.0' })
  })
})

describe('graduated percentage for each event', () => {
  const range = (from: number, to: number | null, rate: string, flat: string) => ({
    from_value: from,
    to_value: to,
    rate,
    flat_amount: flat,
  })
  const properties = {
    graduated_percentage_ranges: [
      range(0, 100, '20', '10'),
      range(101, 200, '30', '7'),
      range(201, null, '40', '5'),
    ],
  }
  const fees = feesOf('graduated_percentage', properties, ['50', '100', '300'])

  it('case 59: pays both rates and the new flat amount', () => {
    expect(cents(fees)).toEqual([2000, 3200, 12_000])
  })

  it('shows the part of the event in each range', () => {
    expect(fees[1]?.amountDetails).toMatchObject({
      graduated_percentage_ranges: [
        {
          units: '50.0',
          flat_unit_amount: '0.0',
          total_with_flat_amount: '10.0',
          per_unit_total_amount: '0.2',
        },
        { units: '50.0', flat_unit_amount: '7.0', total_with_flat_amount: '22.0', rate: '30.0' },
      ],
    })
    expect(fees[2]?.amountDetails).toMatchObject({
      graduated_percentage_ranges: [
        { units: '0.0', per_unit_total_amount: '0.0' },
        { units: '50.0', flat_unit_amount: '0.0', total_with_flat_amount: '15.0' },
        { units: '250.0', flat_unit_amount: '5.0', total_with_flat_amount: '105.0', to_value: null },
      ],
    })
  })

  it('a remove that leaves nothing is no event less than none', () => {
    const usage = usageAroundEvent(plainUsage(Decimal.zero), {
      added: Decimal.zero,
      shownUnits: Decimal.zero,
      isFirst: true,
      preciseTotalAmount: Decimal.zero,
    })
    const money = { exponent: 2, conversionRate: null }
    const pricing = { model: 'percentage', properties: { rate: '1', fixed_amount: '2' }, ...money } as const
    const fee = priceInAdvance(pricing, usage)
    expect(fee.amountCents).toBe(0n)
    expect(fee.amountDetails).toMatchObject({ units: '0.0', free_events: '0.0', paid_events: '0.0' })
  })
})
