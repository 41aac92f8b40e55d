import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { priceAdjustedAmount, priceAdjustedUnits } from './adjusted.ts'
import { type ChargeProperties, plainUsage } from './charge-model.ts'
import { CHARGE_MODELS, type ChargeModelName, chargeModels } from './models.ts'
import { type Pricing, priceUsage } from './price-usage.ts'
import type { RatedFee } from './rated-fee.ts'

const d = Decimal.of
const standardAt = (amount: string, over: Partial<Pricing> = {}): Pricing => ({
  model: 'standard',
  properties: { amount },
  exponent: 2,
  conversionRate: null,
  ...over,
})
const ranges = [{ from_value: 0, to_value: null, per_unit_amount: '2', flat_amount: '3', rate: '9' }]
/** Properties with which every model costs something. */
const costly: Readonly<Record<ChargeModelName, ChargeProperties>> = {
  standard: { amount: '2' },
  graduated: { graduated_ranges: ranges },
  volume: { volume_ranges: ranges },
  package: { amount: '2', package_size: 1, free_units: 0 },
  percentage: { rate: '50', fixed_amount: '1' },
  graduated_percentage: { graduated_percentage_ranges: ranges },
  dynamic: {},
  custom: {},
}
const told = (fee: RatedFee) => ({
  units: fee.units.toString(),
  cents: Number(fee.amountCents),
  precise: fee.preciseAmountCents.toString(),
  unit: fee.unitAmount.toString(),
})

describe('the order of pricing', () => {
  it('rounds half away from zero to the cent, once, and keeps 15 decimals', () => {
    expect(told(priceUsage(standardAt('5.12345'), plainUsage(d(10))))).toEqual({
      units: '10',
      cents: 5123,
      precise: '5123.45',
      unit: '5.12345',
    })
    expect(told(priceUsage(standardAt('0.005'), plainUsage(d(1)))).cents).toBe(1)
    const third = d(1).dividedBy(d(3))
    expect(told(priceUsage(standardAt('1'), plainUsage(third)))).toMatchObject({
      cents: 33,
      precise: '33.333333333333333',
      unit: '1',
    })
  })

  it('knows currencies without and with three decimals', () => {
    expect(told(priceUsage(standardAt('10.5', { exponent: 0 }), plainUsage(d(3)))).cents).toBe(32)
    expect(told(priceUsage(standardAt('0.0105', { exponent: 3 }), plainUsage(d(3)))).cents).toBe(32)
  })

  it.each(CHARGE_MODELS)('case 23: negative units of %s make a fee of nothing', (model) => {
    const pricing: Pricing = { ...standardAt('1'), model, properties: costly[model] }
    expect(chargeModels[model].check(costly[model])).toEqual([])
    const positive = priceUsage(pricing, { ...plainUsage(d(5), 2), preciseTotalAmount: d(3) })
    expect(Number(positive.amountCents)).toBeGreaterThan(0)
    const fee = priceUsage(pricing, { ...plainUsage(d(-5), 2), preciseTotalAmount: d(-3) })
    expect(told(fee)).toEqual({ units: '0', cents: 0, precise: '0', unit: '0' })
    expect(fee.amountDetails).toEqual({})
  })

  it('case 23: so does a negative amount of positive units', () => {
    const pricing: Pricing = { ...standardAt('1'), model: 'dynamic', properties: {} }
    const fee = priceUsage(pricing, { ...plainUsage(d(5), 2), preciseTotalAmount: d(-3) })
    expect(told(fee)).toEqual({ units: '0', cents: 0, precise: '0', unit: '0' })
  })

  it('shows the full units of a prorated charge', () => {
    const fee = priceUsage(standardAt('30'), { ...plainUsage(d('0.5')), fullUnits: d(2) })
    expect(told(fee)).toEqual({ units: '2', cents: 1500, precise: '1500', unit: '7.5' })
  })
})

describe('pricing units', () => {
  it('case 24: 300 units at 1.0, rate 0.5', () => {
    const fee = priceUsage(standardAt('1.0', { conversionRate: d('0.5') }), plainUsage(d(300)))
    expect(told(fee)).toEqual({ units: '300', cents: 15_000, precise: '15000', unit: '0.5' })
    expect(fee.pricingUnit?.amountCents).toBe(30_000n)
    expect(fee.pricingUnit?.preciseAmountCents.toString()).toBe('30000')
    expect(fee.pricingUnit?.unitAmountCents).toBe(100n)
    expect(fee.pricingUnit?.preciseUnitAmount.toString()).toBe('1')
    expect(fee.pricingUnit?.conversionRate.toString()).toBe('0.5')
  })

  it('bases the precise currency amount on the rounded pricing-unit amount', () => {
    const fee = priceUsage(standardAt('0.3333', { conversionRate: d('0.1') }), plainUsage(d(1)))
    expect(fee.pricingUnit?.amountCents).toBe(33n)
    expect(fee.pricingUnit?.preciseAmountCents.toString()).toBe('33.33')
    expect(told(fee)).toMatchObject({ cents: 3, precise: '3.3' })
  })

  it('rounds to the currency, not to hundredths', () => {
    const fee = priceUsage(standardAt('1.25', { exponent: 0, conversionRate: d('10') }), plainUsage(d(1)))
    expect(told(fee)).toMatchObject({ cents: 13, precise: '12.5' })
  })
})

describe('adjusted fees', () => {
  it('prices replaced units with the model, without events', () => {
    const percentage: Pricing = {
      ...standardAt('1'),
      model: 'percentage',
      properties: { rate: '1', fixed_amount: '5' },
    }
    expect(told(priceAdjustedUnits(percentage, d(300))).cents).toBe(300)
    expect(told(priceAdjustedUnits({ ...percentage, model: 'dynamic' }, d(300))).cents).toBe(0)
  })

  it('multiplies replaced units and price', () => {
    expect(told(priceAdjustedAmount(d('2.5'), d('33.333'), 2))).toEqual({
      units: '2.5',
      cents: 83,
      precise: '83.3325',
      unit: '0.33333',
    })
  })
})
