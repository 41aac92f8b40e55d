import { describe, expect, it } from 'vitest'
import { checkOneOff, newLine, type OneOffValues, oneOffBody } from './one-off-values.ts'

const line = { ...newLine(), add_on_code: 'setup', name: 'Set-up', units: '2.5', amount: '3.33' }
const values: OneOffValues = {
  external_customer_id: 'c',
  currency: '',
  purchase_order_number: '',
  lines: [line],
}

describe('a one-off invoice as typed', () => {
  it('is sent with amounts in minor units, and without taxes when none is chosen', () => {
    expect(oneOffBody(values, 'EUR')).toEqual({
      external_customer_id: 'c',
      currency: 'EUR',
      fees: [
        {
          add_on_code: 'setup',
          units: '2.5',
          unit_amount_cents: 333,
          invoice_display_name: 'Set-up',
          description: '',
        },
      ],
    })
    const taxed = { ...values, currency: 'JPY', lines: [{ ...line, amount: '40', tax_codes: ['vat'] }] }
    expect(oneOffBody(taxed, 'JPY')).toMatchObject({
      currency: 'JPY',
      fees: [{ unit_amount_cents: 40, tax_codes: ['vat'] }],
    })
  })

  it('needs a customer, a line, an add-on, units and a price', () => {
    const fees = (change: object) => checkOneOff({ ...values, lines: [{ ...line, ...change }] }, 'EUR').fees
    expect(checkOneOff({ ...values, external_customer_id: '' }, 'EUR').external_customer_id).toBeDefined()
    expect(checkOneOff({ ...values, lines: [] }, 'EUR').fees).toBe('Add at least one line.')
    expect(fees({ add_on_code: '' })).toBe('Choose an add-on.')
    expect(fees({ units: '0' })).toBe('Units must be above zero.')
    expect(fees({ units: '-1' })).toBe('Units must be above zero.')
    expect(fees({ amount: '' })).toBe('Enter a price of zero or more.')
    expect(fees({})).toBeUndefined()
  })
})
