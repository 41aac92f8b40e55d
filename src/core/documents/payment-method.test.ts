import { describe, expect, it } from 'vitest'
import { sampleReceipt } from '../../../test/support/document-samples.ts'
import { documentContent } from './document-content.ts'
import type { FrozenMethod } from './frozen.ts'
import { methodText } from './payment-method.ts'

const STRIPE: FrozenMethod = {
  ...{ kind: 'provider', reference: null, provider: 'stripe' },
  ...{ type: null, brand: null, last4: null },
}
const MANUAL: FrozenMethod = { ...STRIPE, kind: 'manual', provider: null, reference: ' WIRE-17 ' }

describe('the method on a receipt', () => {
  it.each<[string | null, FrozenMethod | null]>([
    ['Visa 4242', { ...STRIPE, type: 'card', brand: 'visa', last4: '4242' }],
    ['American Express 0005', { ...STRIPE, type: 'card', brand: 'amex', last4: '0005' }],
    ['Girocard 0001', { ...STRIPE, type: 'card', brand: 'girocard', last4: '0001' }],
    ['Stripe 4242', { ...STRIPE, type: 'card', brand: 'unknown', last4: '4242' }],
    ['SEPA 3000', { ...STRIPE, type: 'sepa_debit', last4: '3000' }],
    ['Revolut pay', { ...STRIPE, type: 'revolut_pay' }],
    ['Stripe', STRIPE],
    ['GoCardless', { ...STRIPE, provider: 'gocardless' }],
    ['Manual payment (WIRE-17)', MANUAL],
    ['Manual payment', { ...MANUAL, reference: '  ' }],
    [null, { ...STRIPE, provider: null }],
    [null, null],
  ])('is %s', (text, method) => {
    expect(methodText('en', method)).toBe(text)
  })

  it('is in the words of the language, and left out where nothing is known', () => {
    const labelled = (method: FrozenMethod | null) =>
      documentContent(sampleReceipt({ locale: 'de', method })).fields.map(
        ({ label, value }) => `${label}: ${value}`,
      )
    expect(labelled(MANUAL)).toContain('Zahlungsart: Manuelle Zahlung (WIRE-17)')
    expect(labelled(null).join()).not.toContain('Zahlungsart')
  })
})
