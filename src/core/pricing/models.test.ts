import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { type ChargeProperties, type PricedUsage, plainUsage } from './charge-model.ts'
import { CHARGE_MODELS, type ChargeModelName, chargeModels, isChargeModelName } from './models.ts'

const d = Decimal.of

function price(model: ChargeModelName, properties: ChargeProperties, usage: PricedUsage) {
  expect(chargeModels[model].check(properties)).toEqual([])
  return chargeModels[model].price(properties, usage)
}

const units = (value: string | number, over: Partial<PricedUsage> = {}) => ({
  ...plainUsage(d(String(value))),
  ...over,
})

const tier = (from: number, to: number | null, perUnit: string, flat: string) => ({
  from_value: from,
  to_value: to,
  per_unit_amount: perUnit,
  flat_amount: flat,
})

describe('standard', () => {
  it.each([
    ['10.5', '3', '31.5'],
    ['0.0000001', '3000', '0.0003'],
    ['1.5e2', '2', '300'],
  ])('%s a unit for %s units', (amount, count, expected) => {
    const result = price('standard', { amount }, units(count))
    expect(result.amount.toString()).toBe(expected)
    expect(result.unitAmount.toString()).toBe(d(amount).toString())
    expect(result.details).toEqual({})
  })

  it('shows the unit amount over the full units when prorated', () => {
    const result = price('standard', { amount: '30' }, units('0.5', { fullUnits: d(2) }))
    expect(result.amount.toString()).toBe('15')
    expect(result.unitAmount.toString()).toBe('7.5')
  })
})

describe('graduated', () => {
  const properties = {
    graduated_ranges: [tier(0, 10, '10', '2'), tier(11, 20, '5', '3'), tier(21, null, '5', '3')],
  }
  it.each([
    [0, '2', '0'],
    [1, '12', '12'],
    [10, '102', '10.2'],
    [11, '110', '10'],
    [12, '115', '9.58333'],
    [21, '163', '7.76'],
  ])('case 1: %s units over three tiers', (count, amount, unitAmount) => {
    const result = price('graduated', properties, units(count))
    expect(result.amount.toString()).toBe(amount)
    expect(result.unitAmount.round(unitAmount.split('.')[1]?.length ?? 0).toString()).toBe(unitAmount)
  })

  it('counts a fraction after a tier in the next tier', () => {
    expect(price('graduated', properties, units('10.5')).amount.toString()).toBe('107.5')
  })

  it('shows each visited tier', () => {
    expect(price('graduated', properties, units(12)).details).toEqual({
      graduated_ranges: [
        {
          from_value: 0,
          to_value: 10,
          flat_unit_amount: '2.0',
          per_unit_amount: '10.0',
          units: '10.0',
          per_unit_total_amount: '100.0',
          total_with_flat_amount: '102.0',
        },
        {
          from_value: 11,
          to_value: 20,
          flat_unit_amount: '3.0',
          per_unit_amount: '5.0',
          units: '2.0',
          per_unit_total_amount: '10.0',
          total_with_flat_amount: '13.0',
        },
      ],
    })
  })

  it('shows a price per unit of zero when nothing was used', () => {
    expect(price('graduated', properties, units(0)).details).toMatchObject({
      graduated_ranges: [{ per_unit_amount: '0.0', units: '0.0', total_with_flat_amount: '2.0' }],
    })
  })

  it('owes no flat amount before the first unit of an event in advance', () => {
    expect(price('graduated', properties, units(0, { flatAtZero: false })).amount.toString()).toBe('0')
  })
})

describe('graduated with touching ranges', () => {
  const touching = {
    graduated_ranges: [
      { from_value: 0, to_value: '0.1', per_unit_amount: '10', flat_amount: '0' },
      { from_value: 0.1, to_value: 1, per_unit_amount: '5', flat_amount: '0' },
      { from_value: 1, to_value: null, per_unit_amount: '2', flat_amount: '0' },
    ],
  }
  it.each([
    ['0.05', '0.5'],
    ['0.5', '3'],
    ['3', '9.5'],
  ])('case 2: %s units over touching ranges', (count, amount) => {
    expect(price('graduated', touching, units(count)).amount.toString()).toBe(amount)
  })

  it('case 3: avoids the flat amount of zero usage with a tiny free first tier', () => {
    const properties = {
      graduated_ranges: [
        { from_value: 0, to_value: 0.01, per_unit_amount: '0', flat_amount: '0' },
        { from_value: 0.01, to_value: 10, per_unit_amount: '10', flat_amount: '2' },
        { from_value: 11, to_value: null, per_unit_amount: '5', flat_amount: '3' },
      ],
    }
    expect(price('graduated', properties, units(0)).amount.toString()).toBe('0')
  })
})

describe('volume', () => {
  const properties = {
    volume_ranges: [tier(0, 100, '2', '10'), tier(101, 200, '1', '0'), tier(201, null, '0.5', '50')],
  }
  it.each([
    ['0', '10'],
    ['1', '12'],
    ['100', '210'],
    ['100.5', '100.5'],
    ['101', '101'],
    ['200', '200'],
    ['300', '200'],
  ])('case 4: %s units', (count, amount) => {
    expect(price('volume', properties, units(count)).amount.toString()).toBe(amount)
  })

  it('case 5: finds the tier with the full units and prices the prorated ones', () => {
    const result = price('volume', properties, units('198.6', { fullUnits: d(300) }))
    expect(result.amount.toString()).toBe('149.3')
    expect(result.details).toEqual({
      flat_unit_amount: '50.0',
      per_unit_amount: '0.331',
      per_unit_total_amount: '99.3',
    })
  })

  it('shows zero per unit when nothing was used', () => {
    expect(price('volume', properties, units(0)).details).toMatchObject({ per_unit_amount: '0.0' })
  })

  it.each([
    ['10', '20'],
    ['10.5', '10.5'],
    ['11', '11'],
    ['12', '12'],
    ['20.5', '10.25'],
  ])('a gap between tiers belongs to the upper one: %s units', (count, amount) => {
    const gaps = {
      volume_ranges: [tier(0, 10, '2', '0'), tier(12, 20, '1', '0'), tier(22, null, '0.5', '0')],
    }
    expect(price('volume', gaps, units(count)).amount.toString()).toBe(amount)
  })

  it('takes the first tier at zero units even when it begins at 1', () => {
    const fromOne = { volume_ranges: [tier(1, 100, '2', '10'), tier(101, null, '1', '0')] }
    expect(price('volume', fromOne, units(0)).amount.toString()).toBe('10')
  })
})

describe('package', () => {
  const properties = (free: number) => ({ amount: '100', package_size: 10, free_units: free })
  it.each([
    [121, 0, '1300', '10.74'],
    [121, 10, '1200', '10.81'],
    [121, 200, '0', '0'],
    [3, 0, '100', '33.33'],
    [15, 0, '200', '13.33'],
    [3, 5, '0', '0'],
    [12, 5, '100', '14.29'],
    [5, 5, '0', '0'],
  ])('cases 6, 7: %s units, %s free', (count, free, amount, unitAmount) => {
    const result = price('package', properties(free), units(count))
    expect(result.amount.toString()).toBe(amount)
    expect(result.unitAmount.round(2).toString()).toBe(unitAmount)
  })

  it('shows what is free and what is paid', () => {
    expect(price('package', properties(10), units(121)).details).toEqual({
      free_units: '10.0',
      paid_units: '111.0',
      per_package_size: 10,
      per_package_unit_amount: '100.0',
    })
    expect(price('package', properties(10), units(3)).details).toMatchObject({ paid_units: '0.0' })
    expect(price('package', properties(10), units(0)).details).toEqual({
      free_units: '0.0',
      paid_units: '0.0',
      per_package_size: 0,
      per_package_unit_amount: '0.0',
    })
  })
})

describe('graduated_percentage', () => {
  const range = (from: number, to: number | null, rate: string, flat: string) => ({
    from_value: from,
    to_value: to,
    rate,
    flat_amount: flat,
  })
  const properties = {
    graduated_percentage_ranges: [
      range(0, 10, '1', '200'),
      range(11, 20, '2', '300'),
      range(21, null, '3', '400'),
    ],
  }
  it.each([
    [0, '200'],
    [1, '200.01'],
    [10, '200.1'],
    [11, '500.12'],
    [12, '500.14'],
    [21, '900.33'],
  ])('case 22: %s units', (count, amount) => {
    expect(price('graduated_percentage', properties, units(count)).amount.toString()).toBe(amount)
  })

  it('shows each visited tier', () => {
    expect(price('graduated_percentage', properties, units(12)).details).toMatchObject({
      graduated_percentage_ranges: [
        { from_value: 0, to_value: 10, rate: '1.0', units: '10.0', per_unit_total_amount: '0.1' },
        {
          from_value: 11,
          to_value: 20,
          units: '2.0',
          flat_unit_amount: '300.0',
          total_with_flat_amount: '300.04',
        },
      ],
    })
  })
})

describe('dynamic and custom', () => {
  it('cost what the events or the script say', () => {
    const usage = units(20, { preciseTotalAmount: d('9.12') })
    expect(price('dynamic', {}, usage).amount.toString()).toBe('9.12')
    expect(price('custom', {}, usage).amount.toString()).toBe('9.12')
  })

  it('dynamic costs nothing without units', () => {
    expect(price('dynamic', {}, units(0, { preciseTotalAmount: d('9.12') })).amount.toString()).toBe('0')
  })
})

describe('the registry', () => {
  it('names every model as its key, with defaults that are valid and price nothing', () => {
    expect(CHARGE_MODELS).toHaveLength(8)
    for (const name of CHARGE_MODELS) {
      const model = chargeModels[name]
      expect(model.name).toBe(name)
      expect(model.check(model.defaults)).toEqual([])
      expect(model.price(model.defaults, plainUsage(d(7), 2)).amount.isZero()).toBe(true)
    }
  })

  it('knows its names only', () => {
    expect(isChargeModelName('graduated')).toBe(true)
    expect(isChargeModelName('toString')).toBe(false)
  })
})
