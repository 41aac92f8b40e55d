import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Input } from '../input/fields.ts'
import { accepted, Refusal } from '../refusal.ts'
import { readCustomer } from './customer-change.ts'
import { areEmails, tidyEmails } from './email.ts'

function refusal(input: Input): unknown {
  const outcome = readCustomer(input)
  if (!outcome.ok && outcome.problem.kind === 'invalid') return outcome.problem.details
  throw new Error('nothing was refused')
}

describe('addresses of a customer', () => {
  it('are one or several with commas', () => {
    expect(areEmails('a@x.io,b@x.io')).toBe(true)
    expect(areEmails('a@x.io, b@x.io')).toBe(true)
    for (const text of ['a@x.io,,', 'not an email', 'a@x', '@x.io', 'a@@x.io', 'a@x..io', ',']) {
      expect([text, areEmails(text)]).toEqual([text, false])
    }
  })
  it('lose what cannot be seen and keep plain dashes', () => {
    expect(tidyEmails(' first\u2013last\u200B@x.io\uFEFF ')).toBe('first-last@x.io')
  })
})

describe('a customer in a request', () => {
  it('changes only the keys that it has', () => {
    expect(accepted(readCustomer({ external_id: 'c', firstname: null, country: 'fr' }))).toEqual({
      externalId: 'c',
      columns: { firstname: null, country: 'FR' },
    })
  })
  it('reads nested settings', () => {
    const change = accepted(
      readCustomer({
        external_id: 'c',
        finalize_zero_amount_invoice: null,
        shipping_address: { city: 'Paris', country: 'fr' },
        billing_configuration: {
          invoice_grace_period: 3,
          document_locale: 'pt-BR',
          payment_provider: 'stripe',
        },
      }),
    )
    expect(change.columns).toEqual({
      finalizeZeroAmountInvoice: 'inherit',
      invoiceGracePeriod: 3,
      documentLocale: 'pt-BR',
      paymentProvider: 'stripe',
    })
    expect(change.shippingAddress).toEqual({ city: 'Paris', country: 'FR' })
  })
  it('is refused field by field', () => {
    expect(
      refusal({
        currency: 'invalid',
        country: 'ZZ',
        timezone: 'Nowhere/Land',
        email: 'a@x.io,,',
        finalize_zero_amount_invoice: 'maybe',
        customer_type: 'robot',
        billing_configuration: { document_locale: 'xx', invoice_grace_period: -1 },
      }),
    ).toEqual({
      external_id: ['value_is_mandatory'],
      currency: ['value_is_invalid'],
      country: ['not_a_valid_country_code'],
      timezone: ['invalid_timezone'],
      email: ['invalid_email_format'],
      finalize_zero_amount_invoice: ['invalid_value'],
      customer_type: ['value_is_invalid'],
      document_locale: ['not_a_valid_language_code'],
      invoice_grace_period: ['value_is_out_of_range'],
    })
  })
  it('has at most five entries of metadata with different short keys', () => {
    const entry = (key: string) => ({ key, value: 'v' })
    expect(refusal({ external_id: 'c', metadata: ['1', '2', '3', '4', '5', '6'].map(entry) })).toEqual({
      metadata: ['invalid_count'],
    })
    expect(refusal({ external_id: 'c', metadata: [entry('a'), entry('a')] })).toEqual({
      'metadata.key': ['value_already_exist'],
    })
    expect(refusal({ external_id: 'c', metadata: [entry('k'.repeat(21))] })).toEqual({
      'metadata.key': ['value_is_too_long'],
    })
  })
  it('has one integration of a type, and either skips custom sections or chooses them', () => {
    const xero = { integration_type: 'xero' }
    expect(refusal({ external_id: 'c', integration_customers: [xero, xero] })).toEqual({
      integration_customers: ['invalid_count_per_integration_type'],
    })
    expect(
      refusal({
        external_id: 'c',
        skip_invoice_custom_sections: true,
        invoice_custom_section_codes: ['a'],
      }),
    ).toEqual({ invoice_custom_sections: ['skip_sections_and_selected_ids_sent_together'] })
  })
  it('is read or refused, whatever its fields hold', () => {
    const keys = [
      'name',
      'email',
      'metadata',
      'tax_codes',
      'billing_configuration',
      'shipping_address',
      'country',
    ]
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.jsonValue(), (key, value) => {
        try {
          expect(accepted(readCustomer({ external_id: 'c', [key]: value })).externalId).toBe('c')
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal)
        }
      }),
    )
  })
})
