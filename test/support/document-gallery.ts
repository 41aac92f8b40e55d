import { deflateSync } from 'node:zlib'
import type { FrozenDocument, FrozenInvoice } from '../../src/core/documents/frozen.ts'
import {
  ACCOUNT,
  API_CALLS,
  invoiceOf,
  LOCALES,
  longInvoice,
  MODELS,
  planFee,
  STORAGE,
  sampleCreditNote,
  sampleFee,
  sampleInvoice,
  sampleReceipt,
} from './document-samples.ts'

/** A picture of one colour as PNG. */
export function samplePng(width: number, height: number): Uint8Array {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const whole = Buffer.alloc(body.length + 8)
    whole.writeUInt32BE(data.length, 0)
    body.copy(whole, 4)
    whole.writeUInt32BE(crc32(body), body.length + 4)
    return whole
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2], 8)
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, Buffer.from([0x1d, 0x4e, 0xd8]))])
  const rows = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)))
  const parts = [chunk('IHDR', head), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...parts])
}

function crc32(bytes: Buffer): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}

/** One document of every kind, language and edge case, by the name of its file. */
export function documentGallery(): Readonly<Record<string, FrozenDocument>> {
  const invoice = sampleInvoice()
  const { seller, buyer } = invoice
  const all: Record<string, FrozenDocument> = {}
  for (const locale of LOCALES) {
    all[`invoice-${locale}`] = sampleInvoice({ locale })
    all[`models-${locale}`] = invoiceOf([planFee(), ...MODELS], { locale })
    all[`credit-note-${locale}`] = sampleCreditNote({ locale })
    all[`receipt-${locale}`] = sampleReceipt({ locale })
  }
  const withMark = (changes: Partial<FrozenInvoice>) => sampleInvoice(changes)
  return {
    ...all,
    draft: withMark({ mark: 'draft' }),
    'preview-sv': withMark({ mark: 'preview', locale: 'sv' }),
    void: withMark({ voidedAt: Date.UTC(2026, 1, 5) }),
    sandbox: withMark({ isSandbox: true }),
    logo: withMark({ seller: { ...seller, logo: 'a hash' } }),
    'self-billed-de': withMark({ locale: 'de', isSelfBilled: true }),
    letter: withMark({
      currency: 'USD',
      seller: {
        ...seller,
        address: { ...seller.address, country: 'US', city: 'Austin', state: 'TX', zipcode: '78701' },
      },
    }),
    zero: invoiceOf([planFee({ amountCents: '0', unitPrice: '0' })]),
    jpy: invoiceOf([planFee({ amountCents: '193548', unitPrice: '193548' })], { currency: 'JPY' }),
    scripts: withMark({
      buyer: {
        ...buyer,
        legalName: 'Zażółć שלום עולם (2026) 發票 <b>&amp; مرحبا بالعالم 😀',
        address: { ...buyer.address, line1: 'רחוב הרצל 12, תל אביב', line2: 'شارع الملك فهد ١٢' },
      },
    }),
    'long-words': withMark({
      subscriptions: [{ id: 'sub', name: 'x', planName: 'Pro'.repeat(100), interval: 'monthly' }],
      buyer: { ...buyer, legalName: 'Lyon Data Société à responsabilité limitée '.repeat(8) },
      number: 'ACM-'.repeat(40),
    }),
    bank: withMark({ seller: { ...seller, bankAccount: ACCOUNT } }),
    'bank-de': withMark({
      locale: 'de',
      seller: { ...seller, bankAccount: { ...ACCOUNT, holder: 'Acme Treuhand GmbH' } },
    }),
    several: severalSubscriptions(),
    sections: withMark({
      sections: [
        { code: 'a', name: 'Terms', details: 'Payable within 30 days.\nLate payments bear interest.' },
        { code: 'b', name: 'Bank', details: 'IBAN FR76 3000 6000 0112 3456 7890 189' },
      ],
      thresholds: [{ usageCents: '15000', thresholdCents: '10000' }],
    }),
    'true-up': invoiceOf([
      sampleFee({ id: 'p', name: 'API calls', units: '0', amountCents: '0', minimumCents: '10000' }),
      sampleFee({
        id: 't',
        trueUpParentId: 'p',
        units: '1',
        unitPrice: '37.5',
        amountCents: '3750',
        minimumCents: '10000',
      }),
    ]),
    'pricing-unit': invoiceOf([
      sampleFee({
        id: 'cr',
        name: 'Tokens',
        units: '300',
        unitPrice: '0.5',
        amountCents: '15000',
        pricingUnit: { shortName: 'CR', amountCents: '30000', unitPrice: '1', conversionRate: '0.5' },
      }),
    ]),
    usage: invoiceOf([
      {
        ...API_CALLS,
        presentationKeys: [{ value: 'team', options: { display_in_invoice: true } }],
        breakdowns: [
          { presentation_by: { team: null }, units: '34.5' },
          { presentation_by: { team: 'platform' }, units: '1200' },
        ],
      },
      STORAGE,
    ]),
    credits: invoiceOf(
      [
        sampleFee({
          id: 'c',
          type: 'credit',
          subscriptionId: null,
          units: '50',
          unitPrice: '2',
          amountCents: '10000',
        }),
      ],
      { invoiceType: 'credit', subscriptions: [] },
    ),
    'one-off': invoiceOf(
      [
        sampleFee({
          id: 'o',
          type: 'add_on',
          subscriptionId: null,
          name: 'Setup',
          description: 'Installation and training',
          units: '2',
          unitPrice: '250',
          amountCents: '50000',
        }),
      ],
      { invoiceType: 'one_off', subscriptions: [] },
    ),
    'paid-fees': withMark({ invoiceType: 'advance_charges' }),
    'exempt-de': withMark({
      locale: 'de',
      seller: { ...seller, euTaxManagement: true },
      cents: { ...invoice.cents, taxes: '0', subtotalIncl: '12122', prepaid: '0', total: '12122' },
      taxes: [
        {
          code: 'lago_eu_reverse_charge',
          name: 'Reverse charge',
          rate: '0',
          amountCents: '0',
          baseCents: '12122',
        },
      ],
    }),
    '60-lines': longInvoice(60),
    '1000-lines-fr': longInvoice(1000, { locale: 'fr' }),
  }
}

function severalSubscriptions(): FrozenInvoice {
  const names = ['Website', 'api', 'Backup']
  const subscriptions = names.map((name) => ({ id: name, name, planName: name, interval: 'yearly' }))
  const fees = names.flatMap((name, k) => [
    planFee({
      id: `${name}-p`,
      subscriptionId: name,
      amountCents: String(1000 * (k + 1)),
      unitPrice: String(10 * (k + 1)),
    }),
    { ...API_CALLS, id: `${name}-c`, subscriptionId: name },
    { ...STORAGE, id: `${name}-s`, subscriptionId: name },
  ])
  return invoiceOf(fees, { subscriptions })
}
