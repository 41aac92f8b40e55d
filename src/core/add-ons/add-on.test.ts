import { describe, expect, it } from 'vitest'
import { readAddOnChange, readNewAddOn } from './add-on.ts'

const SETUP = { name: 'Setup', code: ' setup ', amount_cents: 123, amount_currency: 'EUR' }

const details = (result: ReturnType<typeof readNewAddOn> | ReturnType<typeof readAddOnChange>) =>
  result.ok ? null : 'details' in result.problem && result.problem.details

describe('a new add-on', () => {
  it('has what is mandatory, and its code without the space around it', () => {
    expect(readNewAddOn(SETUP)).toEqual({
      ok: true,
      value: { name: 'Setup', code: 'setup', amountCents: 123n, amountCurrency: 'EUR' },
    })
  })

  it('is refused with every field that is missing', () => {
    expect(details(readNewAddOn({}))).toEqual({
      code: ['value_is_mandatory'],
      name: ['value_is_mandatory'],
      amount_cents: ['value_is_mandatory'],
      amount_currency: ['value_is_invalid'],
    })
  })

  it.each([
    [0, 'value_is_out_of_range'],
    [-1, 'value_is_out_of_range'],
    [1.5, 'value_is_invalid'],
    ['abc', 'value_is_invalid'],
    [null, 'value_is_mandatory'],
    ['', 'value_is_mandatory'],
  ])('is refused with the price %j', (amount, code) => {
    expect(details(readNewAddOn({ ...SETUP, amount_cents: amount }))).toEqual({ amount_cents: [code] })
  })
})

describe('a change of an add-on', () => {
  it('holds only what was given', () => {
    const change = readAddOnChange({ invoice_display_name: null, tax_codes: ['a', 'a'] })
    expect(change).toEqual({ ok: true, value: { invoiceDisplayName: null, taxCodes: ['a'] } })
  })

  it('is refused when what is given is not good enough for a new one', () => {
    const change = { name: '', code: null, amount_cents: 0, amount_currency: 'XXX' }
    expect(details(readAddOnChange(change))).toEqual({
      code: ['value_is_mandatory'],
      name: ['value_is_mandatory'],
      amount_cents: ['value_is_out_of_range'],
      amount_currency: ['value_is_invalid'],
    })
  })
})
