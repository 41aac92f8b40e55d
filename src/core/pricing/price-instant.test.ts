import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { isInstantModel, priceInstant } from './price-instant.ts'

const d = Decimal.of
const EUR = { exponent: 2, conversionRate: null }

describe('instant estimates', () => {
  it.each([
    ['percentage', { rate: '0.1', fixed_amount: '0' }, '400', 40n, '0.4', '0.1'],
    ['percentage', { rate: '0.1', fixed_amount: '0' }, '300', 30n, '0.3', '0.1'],
    ['percentage', { rate: '1', fixed_amount: '2' }, '100', 300n, '3', '3'],
    ['percentage', { rate: '1', per_transaction_min_amount: '5' }, '100', 500n, '5', '5'],
    ['percentage', { rate: '1', per_transaction_max_amount: '0.5' }, '100', 50n, '0.5', '0.5'],
    ['percentage', { rate: '1', free_units_per_events: 3 }, '100', 100n, '1', '1'],
    ['standard', { amount: '2.505' }, '1', 251n, '2.505', '250.5'],
    ['standard', { amount: '2.5' }, '0', 0n, '0', '0'],
  ] as const)('%s %j: %s units', (model, properties, units, cents, preciseAmount, unitCents) => {
    const price = priceInstant(model, properties, d(units), EUR)
    expect(price.units.toString()).toBe(units)
    expect(price.amountCents).toBe(cents)
    expect(price.preciseAmount.toString()).toBe(preciseAmount)
    expect(price.preciseUnitAmountCents.toString()).toBe(unitCents)
  })

  it('turns a price in a pricing unit into the currency, after the unit is rounded', () => {
    const credits = { exponent: 2, conversionRate: d('0.5') }
    const price = priceInstant('standard', { amount: '1.005' }, d(3), credits)
    expect(price.amountCents).toBe(151n)
    expect(price.preciseAmount.toString()).toBe('1.51')
    expect(price.preciseUnitAmountCents.toString()).toBe('50.5')
    expect(priceInstant('percentage', { rate: '1' }, d(0), credits).amountCents).toBe(0n)
  })

  it('negative units are none and cost nothing', () => {
    const price = priceInstant('percentage', { rate: '1', fixed_amount: '2' }, d(-4), EUR)
    expect(price).toMatchObject({ units: Decimal.zero, amountCents: 0n })
  })

  it('takes part with two models', () => {
    expect(isInstantModel('standard')).toBe(true)
    expect(isInstantModel('graduated')).toBe(false)
  })
})
