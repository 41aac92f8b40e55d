import type {
  FrozenCreditNote,
  FrozenFee,
  FrozenInvoice,
  FrozenReceipt,
  FrozenTax,
} from '../../src/core/documents/frozen.ts'
import {
  ACCOUNT,
  plainCents,
  planFee,
  sampleCreditNote,
  sampleFee,
  sampleInvoice,
  sampleReceipt,
  VAT,
} from './document-samples.ts'

const { seller: SELLER, buyer: BUYER } = sampleInvoice()

/** A seller in Paris with e-invoicing. */
export const FRENCH = { ...SELLER, einvoicing: true, phone: '+33 1 23 45 67 89' }
/** A seller in Berlin with e-invoicing, and everything that XRechnung asks for. */
export const GERMAN = {
  ...FRENCH,
  legalName: 'Acme GmbH',
  legalNumber: 'HRB 12345',
  taxNumber: 'DE123456789',
  phone: '+49 30 1234567',
  address: { line1: 'Torstr. 1', line2: null, zipcode: '10119', city: 'Berlin', state: null, country: 'DE' },
}
export const LYON = { ...BUYER, externalId: 'lyon-data' }
export const MUNICH = {
  ...LYON,
  legalName: 'Münch & Söhne KG',
  legalNumber: null,
  taxNumber: 'DE987654321',
  address: {
    line1: 'Am Platz 2',
    line2: null,
    zipcode: '80331',
    city: 'München',
    state: null,
    country: 'DE',
  },
}

/** A customer in another member state with a VAT number. */
export const BRUSSELS = {
  ...MUNICH,
  legalName: 'Bruxelles Données SA',
  taxNumber: 'BE0123456749',
  address: { ...MUNICH.address, line1: 'Rue Haute 3', zipcode: '1000', city: 'Bruxelles', country: 'BE' },
}

export const TEN: FrozenTax = { code: 'vat_10', name: 'VAT', rate: '10' }
const ZERO: FrozenTax = { code: 'zero', name: 'Zero', rate: '0' }
export const EXEMPT: FrozenTax = { code: 'lago_eu_tax_exempt', name: 'Exempt', rate: '0' }
export const REVERSE: FrozenTax = { code: 'lago_eu_reverse_charge', name: 'Reverse charge', rate: '0' }

/** An invoice of a French seller with what e-invoices need. */
export function frenchInvoice(changes: Partial<FrozenInvoice> = {}): FrozenInvoice {
  const whole = sampleInvoice({ seller: FRENCH, buyer: LYON })
  const share = (fee: FrozenFee, reductionCents: string): FrozenFee => ({ ...fee, reductionCents })
  const [plan, calls, storage] = whole.fees
  if (!plan || !calls || !storage) throw new Error('the sample has three fees')
  const fees = [share(plan, '1000.09'), share(calls, '246.92'), share(storage, '99.99')]
  return { ...whole, fees, ...changes }
}

/** The same of a German one. */
export function germanInvoice(changes: Partial<FrozenInvoice> = {}): FrozenInvoice {
  return frenchInvoice({ seller: GERMAN, buyer: MUNICH, locale: 'de', ...changes })
}

/** An invoice of fees that nothing reduces and that bear `cents` of tax. */
export function billOf(
  fees: readonly FrozenFee[],
  taxes: bigint,
  changes: Partial<FrozenInvoice> = {},
): FrozenInvoice {
  const cents = plainCents(fees)
  const total = String(BigInt(cents.fees) + taxes)
  return frenchInvoice({
    fees,
    coupons: [],
    taxes: [],
    cents: { ...cents, taxes: String(taxes), subtotalIncl: total, total },
    ...changes,
  })
}

/** 160.00 at 10 % and 40.00 at 20 % less 35.00: subtotal 165.00, tax 18.89. */
export function twoRates(): FrozenInvoice {
  const fees = [
    planFee({ amountCents: '16000', unitPrice: '160', taxes: [TEN], reductionCents: '1894.12' }),
    sampleFee({ id: 'x', name: 'Calls', unitPrice: '40', amountCents: '4000', reductionCents: '1605.88' }),
  ]
  return frenchInvoice({
    fees,
    taxes: [
      { ...TEN, amountCents: '1411', baseCents: '14105.88' },
      { ...VAT, amountCents: '479', baseCents: '2394.12' },
    ],
    coupons: [
      { name: 'LAUNCH', percentage: null, fixedCents: '3500', fixedCurrency: 'EUR', amountCents: '3500' },
    ],
    cents: {
      ...plainCents(fees),
      coupons: '3500',
      subtotalExcl: '16500',
      taxes: '1889',
      subtotalIncl: '18389',
      total: '18389',
    },
  })
}

/** A top-up of 50 credits at 2.00. */
export function topUp(changes: Partial<FrozenInvoice> = {}): FrozenInvoice {
  const fee = planFee({
    type: 'credit',
    subscriptionId: null,
    units: '50',
    unitPrice: '2',
    taxes: [],
    from: null,
    to: null,
  })
  return billOf([fee], 0n, { invoiceType: 'credit', subscriptions: [], ...changes })
}

/** A credit note of 50.00 with a coupon share of 4.34 at 20 %. */
export function frenchNote(changes: Partial<FrozenCreditNote> = {}): FrozenCreditNote {
  return sampleCreditNote({ seller: FRENCH, buyer: LYON, invoiceIssuedOn: '2026-01-01', ...changes })
}

export function frenchReceipt(changes: Partial<FrozenReceipt> = {}): FrozenReceipt {
  return sampleReceipt({
    seller: FRENCH,
    buyer: LYON,
    paid: { invoice: frenchInvoice(), paidCents: '4000', offsetCents: '0' },
    ...changes,
  })
}

/** Invoices and credit notes of every kind that e-invoices treat in a way of their own, by the name of their file. */
export function eInvoiceGallery(): Readonly<Record<string, FrozenInvoice | FrozenCreditNote>> {
  const untaxed = (tax: FrozenTax) => [planFee({ taxes: [tax] })]
  const swiss = { ...LYON, legalNumber: null, taxNumber: null, address: { ...LYON.address, country: 'CH' } }
  const mixed = [
    planFee({ taxes: [EXEMPT] }),
    sampleFee({ id: 'b', name: 'B', unitPrice: '10', amountCents: '1000' }),
  ]
  const shipping = {
    line1: 'Quai 1',
    line2: null,
    zipcode: '13001',
    city: 'Marseille',
    state: null,
    country: 'FR',
  }
  return {
    'e-invoice-fr': frenchInvoice(),
    'e-invoice-de': germanInvoice(),
    'e-invoice-bank': frenchInvoice({ seller: { ...FRENCH, bankAccount: ACCOUNT } }),
    'e-invoice-bank-de': germanInvoice({ seller: { ...GERMAN, bankAccount: ACCOUNT } }),
    'e-invoice-bank-usd': frenchInvoice({
      seller: { ...FRENCH, bankAccount: ACCOUNT },
      buyer: MUNICH,
      currency: 'USD',
    }),
    'e-invoice-two-rates': twoRates(),
    'e-invoice-top-up-fr': topUp(),
    'e-invoice-top-up-de': topUp({ seller: GERMAN, buyer: MUNICH }),
    'e-invoice-reverse-charge': billOf(untaxed(REVERSE), 0n, { buyer: MUNICH }),
    'e-invoice-exempt': billOf(untaxed(EXEMPT), 0n, { buyer: swiss }),
    'e-invoice-exempt-de': billOf(untaxed(EXEMPT), 0n, {
      seller: GERMAN,
      buyer: { ...swiss, legalNumber: 'CHE-1' },
    }),
    'e-invoice-mixed': billOf(mixed, 200n, { buyer: swiss }),
    'e-invoice-untaxed': billOf([planFee({ taxes: [] })], 0n),
    'e-invoice-self-billed': frenchInvoice({ isSelfBilled: true, locale: 'fr' }),
    'e-invoice-paid': billOf([planFee({ amountCents: '8000', unitPrice: '80', taxes: [] })], 0n, {
      invoiceType: 'advance_charges',
      cents: { ...plainCents([planFee({ amountCents: '8000' })]), paid: '8000' },
    }),
    'e-invoice-one-off': billOf(
      [planFee({ type: 'add_on', subscriptionId: null, name: 'Setup', code: 'setup', from: null, to: null })],
      2000n,
      { invoiceType: 'one_off', subscriptions: [], buyer: { ...LYON, shipping } },
    ),
    'e-invoice-without-fees': billOf([], 0n),
    'e-invoice-yen': billOf(
      [planFee({ amountCents: '193548', unitPrice: '200000', units: '0.967742', taxes: [] })],
      0n,
      { currency: 'JPY', buyer: MUNICH },
    ),
    'e-invoice-forint-de': billOf([planFee({ amountCents: '1000000', unitPrice: '10000' })], 200000n, {
      seller: GERMAN,
      buyer: BRUSSELS,
      currency: 'HUF',
    }),
    'e-invoice-export': billOf(untaxed({ ...ZERO, category: 'G' }), 0n, { buyer: swiss }),
    'e-invoice-goods': billOf(untaxed({ ...ZERO, category: 'K' }), 0n, { buyer: BRUSSELS }),
    'e-invoice-goods-de': billOf(untaxed({ ...ZERO, category: 'K' }), 0n, {
      seller: GERMAN,
      buyer: BRUSSELS,
    }),
    'e-invoice-franchise': billOf(
      untaxed({
        ...ZERO,
        category: 'E',
        exemptionCode: 'VATEX-FR-FRANCHISE',
        exemptionReason: 'Art. 293 B #CGI#',
      }),
      0n,
    ),
    'e-invoice-paid-by-credits': billOf([planFee()], 2000n, {
      cents: {
        ...plainCents([planFee()]),
        taxes: '2000',
        subtotalIncl: '12000',
        prepaid: '12000',
        total: '0',
      },
    }),
    'e-invoice-given-away': billOf([planFee({ reductionCents: '10000' })], 0n, {
      coupons: [
        { name: 'LAUNCH', percentage: '100', fixedCents: null, fixedCurrency: null, amountCents: '10000' },
      ],
      cents: {
        ...plainCents([planFee()]),
        coupons: '10000',
        subtotalExcl: '0',
        subtotalIncl: '0',
        total: '0',
      },
    }),
    'e-credit-note-fr': frenchNote(),
    'e-credit-note-de': frenchNote({ seller: GERMAN, buyer: MUNICH, isSelfBilled: false }),
    'e-credit-note-self-billed': frenchNote({ isSelfBilled: true }),
  }
}
