import { describe, expect, it } from 'vitest'
import { unitPriceText } from './unit-price.ts'

const line = (amount_details: object, precise_unit_amount = '0.05') =>
  unitPriceText({ amount_details, precise_unit_amount, amount_currency: 'EUR' } as never)

describe('the unit price of a line', () => {
  it('is that of the charge where there is one for all units', () => {
    expect(line({})).toBe('€0.05')
    expect(line({ plan_amount_cents: 1900 }, '19.0')).toBe('€19.00')
    expect(line({ graduated_ranges: [{ per_unit_amount: '0.05' }] })).toBe('€0.05')
  })

  it('is never an average', () => {
    const average = '0.054644808743169'
    expect(line({ per_package_size: 100, per_package_unit_amount: '5.0' }, average)).toBe('€5.00 / 100')
    expect(line({ graduated_ranges: [{}, {}] }, average)).toBe('Tiered')
    expect(line({ graduated_percentage_ranges: [{}, {}] }, average)).toBe('Tiered')
    expect(line({ rate: '0.4' }, '0.004')).toBe('0.4%')
  })
})
