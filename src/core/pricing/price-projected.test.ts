import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { plainUsage } from './charge-model.ts'
import { priceProjected, projectToEnd } from './price-projected.ts'
import type { Pricing } from './price-usage.ts'

const d = Decimal.of
const money = { exponent: 2, conversionRate: null }
const standardAt = (amount: string): Pricing => ({ model: 'standard', properties: { amount }, ...money })
const march = { elapsedDays: 3, totalDays: 31, isRecurring: false }

describe('projected usage', () => {
  it.each([
    [3, '10', '31', 31_000n],
    [1, '20', '10.33', 20_660n],
  ])('%s units at %s after 3 of 31 days', (units, amount, projected, cents) => {
    const fee = priceProjected(standardAt(amount), plainUsage(d(units), units), march)
    expect(fee.units.toString()).toBe(projected)
    expect(fee.amountCents).toBe(cents)
  })

  it.each([
    [0, '0'],
    [-4, '0'],
    [10, '30'],
    [30, '10'],
    [45, '10'],
  ])('10 units after %s of 30 days', (elapsedDays, projected) => {
    expect(projectToEnd(d(10), { elapsedDays, totalDays: 30 }).toString()).toBe(projected)
  })

  it('starts from the first tier, without a flat amount at zero', () => {
    const ranges = [
      { from_value: 0, to_value: 10, per_unit_amount: '1', flat_amount: '5' },
      { from_value: 11, to_value: null, per_unit_amount: '2', flat_amount: '7' },
    ]
    const pricing: Pricing = { model: 'graduated', properties: { graduated_ranges: ranges }, ...money }
    const half = { elapsedDays: 15, totalDays: 30, isRecurring: false }
    expect(priceProjected(pricing, plainUsage(d(10)), half).amountCents).toBe(4200n)
    expect(priceProjected(pricing, plainUsage(d(0)), half).amountCents).toBe(0n)
  })

  it('scales the amount of models that price single events', () => {
    const pricing: Pricing = { model: 'percentage', properties: { rate: '1', fixed_amount: '1' }, ...money }
    const fee = priceProjected(pricing, plainUsage(d(100), 2), { ...march, elapsedDays: 10, totalDays: 30 })
    expect(fee.units.toString()).toBe('300')
    expect(fee.amountCents).toBe(900n)
  })

  it('projects a recurring quantity unchanged and nothing below zero', () => {
    const recurring = { ...march, isRecurring: true }
    expect(priceProjected(standardAt('10'), plainUsage(d(3)), recurring)).toMatchObject({
      amountCents: 3000n,
    })
    expect(priceProjected(standardAt('10'), plainUsage(d(-3)), march).units.toString()).toBe('0')
    const dynamic: Pricing = { model: 'dynamic', properties: {}, ...money }
    const credit = { ...plainUsage(d(3)), preciseTotalAmount: d(-1) }
    expect(priceProjected(dynamic, credit, march).amountCents).toBe(0n)
    expect(priceProjected(dynamic, credit, recurring).amountCents).toBe(0n)
  })
})
