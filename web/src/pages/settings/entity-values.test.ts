import { expect, it } from 'vitest'
import type { BillingEntity } from '../../api/types.ts'
import { checkEntity, entityBody, newEntity, valuesOfEntity } from './entity-values.ts'

const acme = { ...newEntity('EUR', 'Europe/Berlin'), name: 'Acme ', code: 'acme', country: 'DE' }

it('a new billing entity names its code, and no taxes or sections', () => {
  const body = entityBody(acme, true)
  expect(body).toMatchObject({ code: 'acme', name: 'Acme', country: 'DE', city: null, net_payment_term: 0 })
  expect(body).not.toHaveProperty('tax_codes')
  expect(body).not.toHaveProperty('document_number_prefix')
  expect(entityBody({ ...acme, tax_codes: ['vat'] }, false)).toMatchObject({
    tax_codes: ['vat'],
    invoice_custom_section_codes: [],
  })
  expect(entityBody(acme, false)).not.toHaveProperty('code')
})

it('what was stored is written back as it was', () => {
  const body = entityBody({ ...acme, invoice_footer: 'Merci', invoice_grace_period: '3' }, true)
  const stored = {
    ...body,
    ...body.billing_configuration,
    document_number_prefix: 'ACM-1',
    taxes: [{ code: 'vat' }],
    selected_invoice_custom_sections: [{ code: 'bank' }],
  } as unknown as BillingEntity
  expect(entityBody(valuesOfEntity(stored), false)).toMatchObject({
    name: 'Acme',
    document_number_prefix: 'ACM-1',
    tax_codes: ['vat'],
    invoice_custom_section_codes: ['bank'],
    billing_configuration: { invoice_footer: 'Merci', invoice_grace_period: 3 },
  })
})

it('a bank account is written as a whole, or removed', () => {
  expect(entityBody(acme, true).bank_account).toBeNull()
  const typed = { ...acme, iban: ' DE89 3704 0044 0532 0130 00 ' }
  expect(entityBody(typed, true).bank_account).toEqual({
    ...{ iban: 'DE89 3704 0044 0532 0130 00', holder: null, bic: null },
  })
  expect(checkEntity({ ...acme, bic: 'COBADEFF' }).iban).toBe('Enter the IBAN of the account.')
})

it('days are whole numbers and texts have their limits', () => {
  const wrong = checkEntity({
    ...acme,
    net_payment_term: '-1',
    invoice_grace_period: '1.5',
    document_number_prefix: 'more than ten',
    invoice_footer: 'x'.repeat(601),
  })
  expect(Object.keys(wrong).filter((name) => wrong[name])).toEqual([
    'document_number_prefix',
    'net_payment_term',
    'invoice_grace_period',
    'invoice_footer',
  ])
})
