import { describe, expect, it } from 'vitest'
import { chosenCurrency, readOneOff } from './one-off-input.ts'

const refusalOf = (input: object) => {
  const read = readOneOff({ fees: [{ add_on_code: 'a' }], ...input })
  return read.ok ? null : read.problem
}
const ofLine = (line: object) => refusalOf({ fees: [{ add_on_code: 'a', ...line }] })
const invalid = (details: object) => ({ kind: 'invalid', details })

describe('readOneOff', () => {
  it('fills in what a line leaves out', () => {
    const read = readOneOff({ fees: [{ add_on_code: ' a ' }] })
    if (!read.ok) throw new Error('refused')
    const { lines, ...head } = read.value
    expect(head).toEqual({
      currency: null,
      billingEntityCode: null,
      purchaseOrderNumber: null,
      skipPsp: false,
      sections: undefined,
    })
    expect(lines).toHaveLength(1)
    expect({ ...lines[0], units: lines[0]?.units.toString() }).toEqual({
      addOnCode: 'a',
      units: '1',
      unitAmountCents: null,
      invoiceDisplayName: null,
      description: null,
      taxCodes: [],
      period: null,
    })
  })

  it('takes units as a number or a text, and dates of equal or later end', () => {
    const line = { add_on_code: 'a', from_datetime: '2024-01-01', to_datetime: '2024-01-01' }
    const read = readOneOff({
      fees: [
        { ...line, units: '2.5' },
        { ...line, units: 0, to_datetime: '2024-02-01' },
      ],
    })
    if (!read.ok) throw new Error('refused')
    expect(read.value.lines.map(({ units }) => units.toString())).toEqual(['2.5', '0'])
    const day = Date.UTC(2024, 0, 1)
    expect(read.value.lines.map(({ period }) => period)).toEqual([
      { from: day, to: day },
      { from: day, to: Date.UTC(2024, 1, 1) },
    ])
  })

  it.each([[[]], [undefined], [null], ['x'], [{}]])('404 fees_not_found: fees %o', (fees) => {
    expect(refusalOf({ fees })).toEqual({ kind: 'not_found', code: 'fees_not_found' })
  })

  it.each([
    { from_datetime: '2024-01-01' },
    { to_datetime: '2024-01-01' },
    { from_datetime: '2024-01-02', to_datetime: '2024-01-01' },
    { from_datetime: 'yesterday', to_datetime: '2024-01-01' },
    { from_datetime: 5, to_datetime: 6 },
  ])('boundaries: values_are_invalid: %o', (line) => {
    expect(ofLine(line)).toEqual(invalid({ boundaries: ['values_are_invalid'] }))
  })

  it.each([
    [{ units: 'many' }, { units: ['value_is_invalid'] }],
    [{ units: -1 }, { units: ['value_is_out_of_range'] }],
    [{ units: '1e15' }, { units: ['value_is_out_of_range'] }],
    [{ unit_amount_cents: 1.5 }, { unit_amount_cents: ['value_is_invalid'] }],
    [{ unit_amount_cents: -1 }, { unit_amount_cents: ['value_is_out_of_range'] }],
    [{ tax_codes: 'vat' }, { tax_codes: ['value_is_invalid'] }],
    [{ invoice_display_name: 'x'.repeat(256) }, { invoice_display_name: ['value_is_too_long'] }],
  ])('refuses a line with %o', (line, details) => {
    expect(ofLine(line)).toEqual(invalid(details))
  })

  it('refuses what is wrong around the lines', () => {
    expect(refusalOf({ currency: 'XYZ', skip_psp: 'maybe', purchase_order_number: 'x'.repeat(256) })).toEqual(
      invalid({
        currency: ['value_is_invalid'],
        purchase_order_number: ['value_is_too_long'],
        skip_psp: ['value_is_invalid'],
      }),
    )
    expect(refusalOf({ fees: ['a'] })).toEqual(invalid({ fees: ['value_is_invalid'] }))
    expect(refusalOf({ payment_method: { payment_method_type: 'cheque' } })).toEqual(
      invalid({ payment_method: ['invalid_payment_method'] }),
    )
  })
})

describe('chosenCurrency', () => {
  it('is the one of the request, else the customer’s, and must be there', () => {
    expect(chosenCurrency('USD', 'EUR')).toEqual({ ok: true, value: 'USD' })
    expect(chosenCurrency(null, 'EUR')).toEqual({ ok: true, value: 'EUR' })
    expect(chosenCurrency(null, null)).toMatchObject({
      problem: invalid({ currency: ['value_is_mandatory'] }),
    })
  })
})
