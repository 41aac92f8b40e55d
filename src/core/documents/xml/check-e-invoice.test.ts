import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  eInvoiceGallery,
  frenchInvoice,
  frenchNote,
  germanInvoice,
} from '../../../../test/support/e-invoice-samples.ts'
import { anyBill } from '../../../../test/support/random-e-invoices.ts'
import { allot } from '../../amounts/allot.ts'
import { Decimal } from '../../amounts/decimal.ts'
import { brokenRules, checkEInvoice, RULES } from './check-e-invoice.ts'
import type { EInvoice, EParty } from './e-invoice.ts'
import { eInvoiceOf } from './e-invoice-of.ts'
import type { VatCode } from './vat-code.ts'

type Break = (invoice: EInvoice) => EInvoice

const french = eInvoiceOf(frenchInvoice())
const german = eInvoiceOf(germanInvoice())
const note = eInvoiceOf(frenchNote())

const firstLine =
  (changes: Partial<EInvoice['lines'][number]>): Break =>
  (e) => ({ ...e, lines: e.lines.map((line, k) => (k === 0 ? { ...line, ...changes } : line)) })
const totals =
  (changes: Partial<EInvoice['totals']>): Break =>
  (e) => ({ ...e, totals: { ...e.totals, ...changes } })
const of =
  (who: 'seller' | 'buyer', changes: Partial<EParty>): Break =>
  (e) => ({ ...e, [who]: { ...e[who], ...changes } })
const at =
  (who: 'seller' | 'buyer', changes: Partial<EParty['address']>): Break =>
  (e) => ({ ...e, [who]: { ...e[who], address: { ...e[who].address, ...changes } } })
const contact =
  (changes: Partial<EParty['contact']>): Break =>
  (e) => ({ ...e, seller: { ...e.seller, contact: { ...e.seller.contact, ...changes } } })
const withs =
  (changes: Partial<EInvoice>): Break =>
  (e) => ({ ...e, ...changes })
const pay =
  (meansCode: string, iban: string | null): Break =>
  (e) => ({
    ...e,
    payment: { ...e.payment, meansCode, account: iban === null ? null : { iban, holder: null, bic: null } },
  })
const firstVat =
  (changes: Partial<EInvoice['vat'][number]>): Break =>
  (e) => ({ ...e, vat: e.vat.map((line, k) => (k === 0 ? { ...line, ...changes } : line)) })
const place = { line1: null, line2: null, zipcode: '1', city: 'X', state: null, country: 'DE' }

/** For each rule an e-invoice that keeps them all, and what breaks this one. */
const BREAKS: Readonly<Record<string, readonly [EInvoice, Break]>> = {
  'BR-02': [german, withs({ number: ' ' })],
  'BR-03': [french, withs({ issuedOn: '1 May' })],
  'BR-04': [french, withs({ typeCode: '381' })],
  'BR-05': [french, withs({ currency: 'XXX' })],
  'BR-06': [french, of('seller', { name: null })],
  'BR-07': [french, of('buyer', { name: '' })],
  'BR-09': [french, at('seller', { country: null })],
  'BR-11': [french, at('buyer', { country: 'XX' })],
  'BR-16': [french, withs({ lines: [] })],
  'BR-21': [french, firstLine({ id: '2' })],
  'BR-22': [french, firstLine({ quantity: Decimal.zero })],
  'BR-25': [french, firstLine({ name: '' })],
  'BR-27': [french, firstLine({ price: Decimal.of(-1) })],
  'BR-29': [french, withs({ period: { from: '2026-02-01', to: '2026-01-01' } })],
  'BR-30': [french, firstLine({ period: { from: '2026-01-02', to: '2026-01-01' } })],
  'BR-31': [french, (e) => ({ ...e, allowances: e.allowances.map((each) => ({ ...each, cents: 0n })) })],
  'BR-33': [
    french,
    (e) => ({ ...e, allowances: e.allowances.map((each) => ({ ...each, reason: null, reasonCode: null })) }),
  ],
  'BR-49': [french, pay('48', null)],
  'BR-50': [french, pay('30', '')],
  'BR-54': [french, firstLine({ properties: [{ name: 'region', value: '' }] })],
  'BR-55': [note, withs({ preceding: null })],
  'BR-57': [french, withs({ deliveredTo: { ...place, country: null } })],
  'BR-61': [french, pay('58', null)],
  'BR-62': [french, of('seller', { endpoint: { id: '1', scheme: null } })],
  'BR-63': [french, of('buyer', { endpoint: { id: '1', scheme: null } })],
  'BR-CL-04': [german, withs({ currency: 'HRK' })],
  'BR-CL-22': [ofCategory('E'), exemptedBy('VATEX-EU-1')],
  'BR-CO-04': [french, firstLine({ category: { ...french.vat[0]?.category, code: 'X' } as never })],
  'BR-CO-09': [french, of('buyer', { vatId: '12345' })],
  'BR-CO-10': [french, totals({ linesCents: 1n })],
  'BR-CO-11': [french, totals({ allowancesCents: 1n })],
  'BR-CO-13': [french, totals({ withoutVatCents: 1n })],
  'BR-CO-14': [french, totals({ vatCents: 1n })],
  'BR-CO-15': [french, totals({ withVatCents: 1n })],
  'BR-CO-16': [french, totals({ dueCents: 1n })],
  'BR-CO-17': [french, firstVat({ taxCents: 100n })],
  'BR-CO-18': [french, withs({ vat: [] })],
  'BR-CO-25': [french, withs({ dueOn: null, paymentTerms: null })],
  'BR-CO-26': [french, of('seller', { identifier: null, legalId: null, vatId: null })],
  'BR-DEC-12': [german, withs({ currency: 'CLF' })],
  'PEPPOL-EN16931-R110': [french, firstLine({ period: { from: '2025-12-31', to: '2026-01-01' } })],
  'PEPPOL-EN16931-R111': [french, firstLine({ period: { from: '2026-01-01', to: '2026-02-01' } })],
  'PEPPOL-EN16931-R120': [french, firstLine({ price: Decimal.of('99.9') })],
  'PEPPOL-EN16931-R121': [french, firstLine({ per: -1n, quantity: Decimal.of(-1) })],
  'BR-DE-1': [german, pay('', null)],
  'BR-DE-3': [german, at('seller', { city: null })],
  'BR-DE-4': [german, at('seller', { zipcode: null })],
  'BR-DE-5': [german, contact({ name: null })],
  'BR-DE-6': [german, contact({ phone: null })],
  'BR-DE-7': [german, contact({ email: null })],
  'BR-DE-8': [german, at('buyer', { city: '' })],
  'BR-DE-9': [german, at('buyer', { zipcode: '' })],
  'BR-DE-10': [german, withs({ deliveredTo: { ...place, city: null } })],
  'BR-DE-11': [german, withs({ deliveredTo: { ...place, zipcode: null } })],
  'BR-DE-14': [german, firstVat({ rate: null })],
  'BR-DE-15': [german, withs({ buyerReference: null })],
  'BR-DE-16': [german, of('seller', { vatId: null, taxId: null })],
  'BR-DE-17': [german, withs({ typeCode: '386' })],
  'BR-DE-18': [german, withs({ paymentTerms: 'net\n#SKONTO#' })],
  'BR-DE-19': [german, pay('58', 'DE00000000000000000000')],
  'BR-DE-23-a': [german, pay('30', null)],
  'BR-DE-27': [german, contact({ phone: '+4' })],
  'BR-DE-28': [german, contact({ email: 'x@y' })],
  'PEPPOL-EN16931-R010': [german, of('buyer', { endpoint: null })],
  'PEPPOL-EN16931-R020': [german, of('seller', { endpoint: null })],
  'BR-FR-01': [french, withs({ number: 'A'.repeat(36) })],
  'BR-FR-02': [french, withs({ number: 'A 1' })],
  'BR-FR-03': [french, withs({ issuedOn: '1999-01-01' })],
  'BR-FR-05': [french, withs({ notes: french.notes.slice(1) })],
  'BR-FR-06': [french, withs({ notes: [...french.notes, ...french.notes] })],
  'BR-FR-10': [french, of('seller', { legalId: { id: '12', scheme: '0002' } })],
  'BR-FR-12': [french, of('buyer', { endpoint: null })],
  'BR-FR-13': [french, of('seller', { endpoint: { id: ' ', scheme: 'EM' } })],
  'BR-FR-16': [french, firstVat({ rate: '21' })],
  'BR-FR-20': [french, withs({ notes: [...french.notes, { code: null, text: 'see #BAR#B2B' }] })],
  'BR-FR-25': [french, of('buyer', { endpoint: { id: `${'a'.repeat(121)}@b.fr`, scheme: 'EM' } })],
  'BR-FR-CO-05': [note, withs({ preceding: { number: 'ACM-1', issuedOn: null } })],
  'BR-FR-CO-07': [french, withs({ dueOn: '2026-01-31' })],
  'BR-FR-CO-09': [eInvoiceOf(paidByCredits()), withs({ dueOn: null })],
  'BR-FR-CO-12': [french, withs({ currency: 'USD' })],
  'BR-FR-DEC-02': [french, firstLine({ quantity: Decimal.of('1.00001') })],
  'BR-FR-DEC-03': [french, firstLine({ price: Decimal.of('100.0000001') })],
  'BR-FR-DEC-04': [french, firstVat({ rate: '9.975' })],
  'BR-IC-11': [ofCategory('K'), withs({ deliveredOn: null, period: null })],
  'BR-IC-12': [ofCategory('K'), withs({ deliveredTo: null })],
  'BR-O-11': [ofCategory('O'), (e) => ({ ...e, vat: [...e.vat, ...french.vat] })],
  'BR-O-12': [ofCategory('O'), (e) => ({ ...e, lines: [...e.lines, ...french.lines] })],
  'BR-O-13': [ofCategory('O'), (e) => ({ ...e, allowances: [...e.allowances, ...french.allowances] })],
  ...Object.fromEntries(
    (['S', 'Z', 'E', 'AE', 'K', 'G', 'O'] as const).flatMap((code) => Object.entries(breaksOf(code))),
  ),
}

function exemptedBy(exemptionCode: string): Break {
  return (e) => ({ ...e, vat: e.vat.map((v) => ({ ...v, category: { ...v.category, exemptionCode } })) })
}

function paidByCredits() {
  const paid = eInvoiceGallery()['e-invoice-paid-by-credits']
  if (!paid) throw new Error('it is in the gallery')
  return paid
}

/** An e-invoice of 100.00 less 10.00 in one category. */
function ofCategory(code: VatCode): EInvoice {
  const isTold = !['S', 'Z'].includes(code)
  const category = {
    code,
    rate: code === 'O' ? null : code === 'S' ? '20' : '0',
    exemptionCode: null,
    exemptionReason: isTold ? 'because' : null,
  }
  const tax = code === 'S' ? 1800n : 0n
  const [line] = french.lines
  if (!line) throw new Error('there is a line')
  const numbers = code === 'O' ? { vatId: null } : {}
  return {
    ...french,
    seller: { ...french.seller, ...numbers },
    buyer: { ...french.buyer, ...numbers },
    deliveredTo: place,
    lines: [{ ...line, category }],
    allowances: [{ cents: 1000n, category, reason: 'less', reasonCode: '95' }],
    vat: [{ category, rate: category.rate, baseCents: 9000n, taxCents: tax }],
    totals: {
      linesCents: 10000n,
      allowancesCents: 1000n,
      withoutVatCents: 9000n,
      vatCents: tax,
      withVatCents: 9000n + tax,
      prepaidCents: 0n,
      dueCents: 9000n + tax,
    },
  }
}

function breaksOf(code: VatCode): Record<string, readonly [EInvoice, Break]> {
  const name = code === 'K' ? 'BR-IC' : `BR-${code}`
  const base = ofCategory(code)
  const rate = code === 'S' ? '0' : code === 'O' ? '0' : '5'
  const rated = <T extends { category: EInvoice['vat'][number]['category'] }>(list: readonly T[]): T[] =>
    list.map((each) => ({ ...each, category: { ...each.category, rate } }))
  const unnumbered: Break =
    code === 'O' ? of('seller', { vatId: 'FR40303265045' }) : of('seller', { vatId: null, taxId: null })
  const exemptionReason = ['S', 'Z'].includes(code) ? 'because' : null
  const onlyAllowance: Break = (e) => ({ ...unnumbered(e), lines: [] })
  return {
    [`${name}-01`]: [base, withs({ vat: [] })],
    [`${name}-02`]: [base, unnumbered],
    [`${name}-03`]: [base, onlyAllowance],
    [`${name}-05`]: [base, (e) => ({ ...e, lines: rated(e.lines) })],
    [`${name}-06`]: [base, (e) => ({ ...e, allowances: rated(e.allowances) })],
    [`${name}-08`]: [base, firstVat({ baseCents: 1n })],
    ...(code === 'S' ? {} : { [`${name}-09`]: [base, firstVat({ taxCents: 1n })] as const }),
    [`${name}-10`]: [
      base,
      (e) => ({ ...e, vat: e.vat.map((v) => ({ ...v, category: { ...v.category, exemptionReason } })) }),
    ],
  }
}

describe('the rules', () => {
  it('are kept by what is written, and each has a test', () => {
    for (const [id, [kept]] of Object.entries(BREAKS)) expect([id, brokenRules(kept)]).toEqual([id, []])
    expect(Object.keys(BREAKS).sort()).toEqual(RULES.map(({ id }) => id).sort())
  })

  it.each(RULES.map(({ id }) => id))('%s is broken by what it forbids', (id) => {
    const [kept, broken] = BREAKS[id] ?? []
    if (!kept || !broken) throw new Error('no test')
    expect(brokenRules(broken(kept))).toContain(id)
  })

  it('ask the buyer for a number where it owes the tax', () => {
    const unnumbered = of('buyer', { vatId: null, legalId: null })
    expect(brokenRules(unnumbered(ofCategory('AE')))).toEqual(['BR-AE-02', 'BR-AE-03'])
    expect(brokenRules(of('buyer', { vatId: null })(ofCategory('K')))).toEqual(['BR-IC-02', 'BR-IC-03'])
    expect(brokenRules(of('buyer', { vatId: null })(ofCategory('AE')))).toEqual([])
  })

  it('hold for the number that a credit note refers to, too', () => {
    const to = (number: string) => withs({ preceding: { number, issuedOn: '2026-01-01' } })(note)
    expect(brokenRules(to('A 1'))).toEqual(['BR-FR-02'])
    expect(brokenRules(to('A'.repeat(36)))).toEqual(['BR-FR-01'])
  })

  it('let a bill that is paid, or pays ahead, be due before it was issued', () => {
    const early = withs({ dueOn: '2026-01-01' })
    expect(brokenRules(early(french))).toEqual(['BR-FR-CO-07'])
    expect(brokenRules({ ...early(french), typeCode: '386' })).toEqual([])
    expect(brokenRules(early(eInvoiceOf(paidByCredits())))).toEqual([])
  })

  it('ask for more between French companies than of their bills to others', () => {
    const abroad = (e: EInvoice) => of('buyer', { address: { ...e.buyer.address, country: 'BE' } })(e)
    const foreign = withs({ currency: 'USD' })
    expect(brokenRules(foreign(french))).toEqual(['BR-FR-CO-12'])
    expect(brokenRules(abroad(foreign(french)))).toEqual([])
    expect(brokenRules(abroad(of('buyer', { endpoint: null })(french)))).toEqual([])
  })

  it('of one country do not hold in the other', () => {
    expect(brokenRules({ ...french, nation: 'DE', typeCode: '386' })).toContain('BR-DE-17')
    expect(brokenRules({ ...french, typeCode: '386' })).toEqual([])
    expect(brokenRules({ ...german, number: 'A 1' })).toEqual([])
  })

  it('let through every kind of document that there is', () => {
    for (const [name, document] of Object.entries(eInvoiceGallery())) {
      expect([name, brokenRules(eInvoiceOf(document))]).toEqual([name, []])
    }
  })
})

describe('any bill that the engine makes', () => {
  it('keeps every rule', () => {
    fc.assert(
      fc.property(anyBill, (bill) => {
        expect(checkEInvoice(bill).refusal).toBeNull()
      }),
      { numRuns: 1000 },
    )
  })

  it('is allotted to the cent, each share within a cent of its own', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 9_999_999 }), { minLength: 1, maxLength: 9 }),
        (list) => {
          const exact = list.map((n) => Decimal.of(n).dividedBy(Decimal.of(1000)))
          const total = Decimal.sum(exact).round().toBigInt()
          const shares = allot(exact, total)
          expect(shares.reduce((sum, share) => sum + share, 0n)).toBe(total)
          for (const [k, share] of shares.entries()) {
            const distance = Decimal.of(share)
              .minus(exact[k] ?? Decimal.zero)
              .abs()
            expect(distance.compare(Decimal.one)).toBe(-1)
          }
        },
      ),
    )
  })
})
