import { describe, expect, it } from 'vitest'
import { ownersOf, textOfEInvoice } from './e-invoice-texts.ts'

describe('why there is no e-invoice', () => {
  it.each([
    ['billing_entity.phone', 'value_is_mandatory', "The billing entity's telephone number is missing."],
    ['customer.country', 'value_is_mandatory', "The customer's country is missing."],
    [
      'billing_entity.legal_number',
      'value_is_invalid',
      "The billing entity's legal number (in France its SIREN) is not one that is accepted here.",
    ],
    [
      'invoice.currency',
      'einvoice_currency_not_supported',
      'An e-invoice cannot be issued in this currency.',
    ],
    ['credit_note.number', 'value_is_too_long', 'The number of the document is too long.'],
    ['einvoice', 'rule_failed:BR-FR-16', 'The document breaks the rule BR-FR-16.'],
    ['customer.planet', 'value_is_mandatory', 'customer.planet: value_is_mandatory.'],
  ])('%s: %s', (field, code, text) => {
    expect(textOfEInvoice(field, code)).toBe(text)
  })

  it('names whose data is to be mended', () => {
    expect([...ownersOf(['customer.city', 'customer.name', 'billing_entity.phone', 'einvoice'])]).toEqual([
      'customer',
      'billing_entity',
    ])
    expect([...ownersOf(['invoice.currency'])]).toEqual([])
  })
})
