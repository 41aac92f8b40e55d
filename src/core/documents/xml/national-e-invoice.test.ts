import { describe, expect, it } from 'vitest'
import { ACCOUNT, plainCents, planFee } from '../../../../test/support/document-samples.ts'
import {
  BRUSSELS,
  billOf,
  FRENCH,
  frenchInvoice,
  frenchNote,
  GERMAN,
  germanInvoice,
  LYON,
  MUNICH,
} from '../../../../test/support/e-invoice-samples.ts'
import { checkEInvoice } from './check-e-invoice.ts'
import { type Billed, eInvoiceOf } from './e-invoice-of.ts'
import { processOf, ublNote } from './profiles.ts'
import type { VatCode } from './vat-code.ts'

const refusalOf = (document: Billed) => checkEInvoice(document).refusal
const zero = (category: VatCode, exemptionCode: string | null = null) => [
  planFee({ taxes: [{ code: 'zero', name: 'Zero', rate: '0', category, exemptionCode }] }),
]

describe('the electronic address of a party', () => {
  it('is mandatory in Germany, of the buyer too', () => {
    expect(refusalOf(germanInvoice({ buyer: { ...MUNICH, email: null } }))).toEqual({
      'customer.email': ['value_is_mandatory'],
    })
    expect(refusalOf(germanInvoice({ buyer: { ...LYON, email: null } }))).toBeNull()
  })

  it('is mandatory between French companies, whose SIREN is one', () => {
    expect(refusalOf(frenchInvoice({ buyer: { ...LYON, email: null } }))).toBeNull()
    const registered = { ...LYON, legalNumber: 'RCS Lyon B 12' }
    expect(refusalOf(frenchInvoice({ buyer: registered }))).toBeNull()
    expect(refusalOf(frenchInvoice({ buyer: { ...registered, email: null } }))).toEqual({
      'customer.email': ['value_is_mandatory'],
    })
    expect(refusalOf(frenchInvoice({ buyer: { ...MUNICH, email: null } }))).toBeNull()
  })
})

describe('the currency of an e-invoice', () => {
  it('is the euro between French companies, and any other between others', () => {
    expect(refusalOf(frenchInvoice({ currency: 'USD' }))).toEqual({
      'invoice.currency': ['einvoice_currency_not_supported'],
    })
    expect(refusalOf(frenchNote({ currency: 'CHF' }))).toEqual({
      'credit_note.currency': ['einvoice_currency_not_supported'],
    })
    expect(refusalOf(frenchInvoice({ currency: 'USD', buyer: MUNICH }))).toBeNull()
    expect(refusalOf(frenchInvoice({ currency: 'USD', buyer: { ...LYON, legalNumber: null } }))).toBeNull()
    expect(refusalOf(germanInvoice({ currency: 'USD' }))).toBeNull()
  })

  it.each(['HRK', 'SLL'])('is none that ISO 4217 has withdrawn: %s', (currency) => {
    expect(refusalOf(germanInvoice({ currency }))).toEqual({
      'invoice.currency': ['einvoice_currency_not_supported'],
    })
  })
})

describe('a rate that France does not have', () => {
  const fees = [planFee({ taxes: [{ code: 'x', name: 'X', rate: '25.5' }] })]

  it('is refused between French companies and a warning on bills to others', () => {
    expect(refusalOf(billOf(fees, 2550n))).toEqual({ einvoice: ['rule_failed:BR-FR-16'] })
    const { refusal, warnings } = checkEInvoice(billOf(fees, 2550n, { buyer: MUNICH }))
    expect([refusal, warnings]).toEqual([null, ['einvoice_unusual_rate']])
  })
})

describe('what leaves the country untaxed', () => {
  it('takes a VAT number of the seller', () => {
    const seller = { ...GERMAN, taxNumber: '37/123/45678' }
    for (const category of ['K', 'G'] as const) {
      expect(refusalOf(billOf(zero(category), 0n, { seller, buyer: BRUSSELS }))).toEqual({
        'billing_entity.tax_identification_number': ['value_is_invalid'],
      })
    }
    expect(refusalOf(billOf(zero('E'), 0n, { seller, buyer: BRUSSELS }))).toBeNull()
  })

  it('goes to the address of the buyer unless it goes elsewhere', () => {
    const shipping = { ...BRUSSELS.address, city: 'Liège', zipcode: '4000' }
    const to = (document: Billed) => eInvoiceOf(document).deliveredTo?.city
    expect(to(billOf(zero('K'), 0n, { buyer: BRUSSELS }))).toBe('Bruxelles')
    expect(to(billOf(zero('K'), 0n, { buyer: { ...BRUSSELS, shipping } }))).toBe('Liège')
    expect(to(billOf(zero('G'), 0n, { buyer: BRUSSELS }))).toBeUndefined()
  })

  it('goes to the billing entity where the customer sells', () => {
    const shipping = { ...LYON.address, city: 'Nice', zipcode: '06000' }
    const bill = billOf(zero('K'), 0n, { buyer: { ...LYON, shipping }, isSelfBilled: true })
    expect(eInvoiceOf(bill).deliveredTo).toEqual(FRENCH.address)
  })

  it('has a reason of the European list', () => {
    expect(refusalOf(billOf(zero('G', 'VATEX-EU-G'), 0n, { buyer: MUNICH }))).toBeNull()
    expect(refusalOf(billOf(zero('G', 'VATEX-EU-OUT'), 0n, { buyer: MUNICH }))).toEqual({
      einvoice: ['rule_failed:BR-CL-22'],
    })
  })
})

describe('the business process of a French bill', () => {
  const cents = { ...plainCents([planFee()]), taxes: '2000', subtotalIncl: '12000' }
  const process = (changes: Partial<typeof cents>) =>
    processOf(eInvoiceOf(billOf([planFee()], 2000n, { cents: { ...cents, ...changes } })), 'ubl')

  it('is S2 when it was paid, and S1 when something or nothing at all is due', () => {
    expect(process({ prepaid: '12000', total: '0' })).toBe('S2')
    expect(process({ prepaid: '2000', total: '10000' })).toBe('S1')
    expect(process({ subtotalExcl: '0', taxes: '0', subtotalIncl: '0', total: '0' })).toBe('S1')
  })

  it('asks for no transfer of nothing', () => {
    const seller = { ...FRENCH, bankAccount: ACCOUNT }
    const paid = billOf([planFee()], 2000n, { seller, cents: { ...cents, prepaid: '12000', total: '0' } })
    expect(eInvoiceOf(paid).payment.meansCode).toBe('1')
  })
})

describe('a note in UBL', () => {
  it('has the code of its subject before it, and one of its own where its text could be taken for one', () => {
    expect(ublNote({ code: 'PMT', text: 'Frais' })).toBe('#PMT#Frais')
    expect(ublNote({ code: null, text: 'Exempt' })).toBe('Exempt')
    expect(ublNote({ code: null, text: 'Art. 293 #CGI# B' })).toBe('#AAI#Art. 293 #CGI# B')
  })
})
