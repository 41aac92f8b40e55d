import { expect, it } from 'vitest'
import { taxRounding } from './tax-rounding.ts'

it('is what the rounded lines of the taxes lack to the tax of the invoice', () => {
  const applied_taxes = [{ amount_cents: 16_667 }, { amount_cents: 2917 }]
  expect(taxRounding({ taxes_amount_cents: 19_583, applied_taxes })).toBe(-1)
  expect(taxRounding({ taxes_amount_cents: 19_584, applied_taxes })).toBe(0)
  expect(taxRounding({ taxes_amount_cents: 0, applied_taxes: [] })).toBe(0)
})
