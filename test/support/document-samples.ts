import type {
  FrozenCreditNote,
  FrozenFee,
  FrozenHead,
  FrozenInvoice,
  FrozenReceipt,
} from '../../src/core/documents/frozen.ts'
import type { Locale } from '../../src/core/documents/words.ts'

export const ACCOUNT = { iban: 'FR1420041010050500013M02606', holder: null, bic: 'PSSTFRPPPAR' }

/** Jan 1 and Jan 31, 2026 in UTC. */
export const JANUARY = { from: Date.UTC(2026, 0, 1), to: Date.UTC(2026, 0, 31, 23, 59, 59) }

export const VAT = { code: 'vat_20', name: 'VAT', rate: '20' }

const HEAD: FrozenHead = {
  locale: 'en',
  isSandbox: false,
  currency: 'EUR',
  timezone: 'UTC',
  number: 'ACM-1234-001-002',
  issuedOn: '2026-02-01',
  purchaseOrder: 'PO-77',
  isSelfBilled: false,
  seller: {
    name: 'Acme',
    legalName: 'Acme SAS',
    firstname: null,
    lastname: null,
    legalNumber: '303265045',
    taxNumber: 'FR40303265045',
    email: 'billing@acme.example',
    address: {
      line1: '12 rue de la Paix',
      line2: null,
      zipcode: '75002',
      city: 'Paris',
      state: null,
      country: 'FR',
    },
    footer: 'Acme SAS, capital 10 000 €\n\nRCS Paris 303 265 045',
    euTaxManagement: false,
    logo: null,
  },
  buyer: {
    name: 'Lyon Data',
    legalName: 'Lyon Data SARL',
    firstname: null,
    lastname: null,
    legalNumber: '123456789',
    taxNumber: 'FR12345678901',
    email: 'ap@lyon.example',
    address: {
      line1: '1 quai Perrache',
      line2: null,
      zipcode: '69002',
      city: 'Lyon',
      state: null,
      country: 'FR',
    },
    shipping: null,
    metadata: [{ key: 'Cost centre', value: '4711' }],
  },
}

/** A fee of January with one tax of 20 %; the other fields as given. */
export function sampleFee(fee: Partial<FrozenFee> & Pick<FrozenFee, 'id'>): FrozenFee {
  return {
    type: 'charge',
    subscriptionId: 'sub',
    trueUpParentId: null,
    name: null,
    description: null,
    groups: [],
    filterName: null,
    filterValues: null,
    model: 'standard',
    aggregation: 'sum_agg',
    isProrated: false,
    minimumCents: null,
    units: '1',
    unitPrice: '0',
    amountCents: '0',
    eventsCount: null,
    details: {},
    pricingUnit: null,
    presentationKeys: null,
    breakdowns: [],
    taxes: [VAT],
    ...JANUARY,
    paidAt: null,
    ...fee,
  }
}

/** The fee of the plan itself. */
export function planFee(fee: Partial<FrozenFee> = {}): FrozenFee {
  return sampleFee({
    id: 'plan',
    type: 'subscription',
    model: null,
    aggregation: null,
    unitPrice: '100',
    amountCents: '10000',
    ...fee,
  })
}

/** 1,234.5 units at 0.02. */
export const API_CALLS = sampleFee({
  id: 'calls',
  name: 'API calls',
  units: '1234.5',
  unitPrice: '0.02',
  amountCents: '2469',
})

/** 25 units in packages of 10, of which the first 10 are free. */
export const STORAGE = sampleFee({
  id: 'storage',
  name: 'Storage',
  model: 'package',
  units: '25',
  unitPrice: '0.4',
  amountCents: '1000',
  details: {
    free_units: '10.0',
    paid_units: '15.0',
    per_package_size: 10,
    per_package_unit_amount: '5.0',
  },
})

/** One page with a plan, usage, a coupon and prepaid credits: EUR 100.00. */
export function sampleInvoice(changes: Partial<FrozenInvoice> = {}): FrozenInvoice {
  return {
    ...HEAD,
    kind: 'invoice',
    mark: null,
    invoiceType: 'subscription',
    dueOn: '2026-03-03',
    netPaymentTerm: 30,
    voidedAt: null,
    cents: {
      fees: '13469',
      progressive: '0',
      coupons: '1347',
      subtotalExcl: '12122',
      taxes: '2424',
      subtotalIncl: '14546',
      creditNotes: '0',
      prepaid: '4546',
      prepaidGranted: null,
      prepaidPurchased: null,
      total: '10000',
      paid: '0',
    },
    subscriptions: [{ id: 'sub', name: 'Pro', planName: 'Pro', interval: 'monthly' }],
    fees: [planFee(), API_CALLS, STORAGE],
    taxes: [{ ...VAT, amountCents: '2424', baseCents: '12122' }],
    coupons: [
      { name: 'LAUNCH', percentage: '10', fixedCents: null, fixedCurrency: null, amountCents: '1347' },
    ],
    thresholds: [],
    sections: [],
    ...changes,
  }
}

/** The sums of fees without reductions and taxes. */
export function plainCents(fees: readonly FrozenFee[]): FrozenInvoice['cents'] {
  const sum = String(fees.reduce((total, { amountCents }) => total + BigInt(amountCents), 0n))
  return {
    ...sampleInvoice().cents,
    fees: sum,
    coupons: '0',
    prepaid: '0',
    taxes: '0',
    subtotalExcl: sum,
    subtotalIncl: sum,
    total: sum,
  }
}

/** An invoice with nothing but these fees, untaxed. */
export function invoiceOf(fees: readonly FrozenFee[], changes: Partial<FrozenInvoice> = {}): FrozenInvoice {
  const untaxed = fees.map((fee) => ({ ...fee, taxes: [] }))
  return sampleInvoice({ fees: untaxed, cents: plainCents(fees), taxes: [], coupons: [], ...changes })
}

/** An invoice of many lines. */
export function longInvoice(lines: number, changes: Partial<FrozenInvoice> = {}): FrozenInvoice {
  const fees = Array.from({ length: lines }, (_, k) =>
    sampleFee({
      id: `fee-${String(k).padStart(6, '0')}`,
      name: `Usage of resource ${String(k + 1).padStart(5, '0')}`,
      groups: [`region-${k % 7}`],
      units: String(k + 0.5),
      unitPrice: '0.04',
      amountCents: String(k * 4 + 2),
    }),
  )
  return invoiceOf(fees, changes)
}

export function sampleCreditNote(changes: Partial<FrozenCreditNote> = {}): FrozenCreditNote {
  return {
    ...HEAD,
    number: 'ACM-1234-001-002-CN001',
    kind: 'credit_note',
    invoiceNumber: 'ACM-1234-001-002',
    invoiceType: 'subscription',
    description: 'Two days without service',
    cents: {
      coupons: '434',
      subtotalExcl: '4566',
      taxes: '913',
      offset: '0',
      credited: '3000',
      refunded: '2479',
      total: '5479',
    },
    subscriptions: [{ id: 'sub', name: 'Pro', planName: 'Pro', interval: 'monthly' }],
    items: [
      { fee: planFee(), amountCents: '4000' },
      { fee: API_CALLS, amountCents: '1000' },
    ],
    taxes: [{ ...VAT, amountCents: '913', baseCents: '4566' }],
    ...changes,
  }
}

export function sampleReceipt(changes: Partial<FrozenReceipt> = {}): FrozenReceipt {
  return {
    ...HEAD,
    number: 'ACM-1234-001-002-RCPT001',
    kind: 'receipt',
    timezone: 'Europe/Paris',
    paidAt: Date.UTC(2026, 0, 31, 23, 30),
    method: {
      ...{ kind: 'provider', reference: null, provider: 'stripe' },
      ...{ type: 'card', brand: 'visa', last4: '4242' },
    },
    amountCents: '4000',
    dueCents: '6000',
    paid: { invoice: sampleInvoice(), paidCents: '4000', offsetCents: '0' },
    ...changes,
  }
}

/** A fee of each charge model, with the parts of its price. */
export const MODELS: readonly FrozenFee[] = [
  API_CALLS,
  STORAGE,
  sampleFee({
    id: 'graduated',
    name: 'Seats',
    model: 'graduated',
    units: '25',
    unitPrice: '22.5',
    amountCents: '56250',
    details: {
      graduated_ranges: [
        range(0, 10, { per_unit_amount: '5.0', flat_unit_amount: '200.0', units: '10.0' }, '250.0'),
        range(11, 20, { per_unit_amount: '1.0', flat_unit_amount: '300.0', units: '10.0' }, '310.0'),
        range(21, null, { per_unit_amount: '0.5', flat_unit_amount: '0.0', units: '5.0' }, '2.5'),
      ],
    },
  }),
  sampleFee({
    id: 'volume',
    name: 'Messages',
    model: 'volume',
    units: '120',
    unitPrice: '0.883333333333333',
    amountCents: '10600',
    details: { flat_unit_amount: '10.0', per_unit_amount: '0.8', per_unit_total_amount: '96.0' },
  }),
  sampleFee({
    id: 'percentage',
    name: 'Payments',
    model: 'percentage',
    units: '2500',
    unitPrice: '0.01164',
    amountCents: '2910',
    eventsCount: 11,
    details: {
      units: '2500.0',
      free_units: '500.0',
      free_events: 3,
      paid_units: '2000.0',
      rate: '1.2',
      per_unit_total_amount: '24.0',
      paid_events: 8,
      fixed_fee_unit_amount: '0.5',
      fixed_fee_total_amount: '4.0',
      min_max_adjustment_total_amount: '1.1',
    },
  }),
  sampleFee({
    id: 'graduated-percentage',
    name: 'Volume of trade',
    model: 'graduated_percentage',
    units: '1500',
    unitPrice: '0.02',
    amountCents: '3000',
    details: {
      graduated_percentage_ranges: [
        range(0, 1000, { rate: '1.0', flat_unit_amount: '0.0', units: '1000.0' }, '10.0'),
        range(1001, null, { rate: '2.0', flat_unit_amount: '10.0', units: '500.0' }, '20.0'),
      ],
    },
  }),
  sampleFee({
    id: 'dynamic',
    name: 'Compute',
    model: 'dynamic',
    units: '12',
    unitPrice: '3.8',
    amountCents: '4560',
  }),
  sampleFee({
    id: 'custom',
    name: 'Match fees',
    model: 'custom',
    units: '3',
    unitPrice: '3.333333333333333',
    amountCents: '1000',
  }),
]

function range(
  from: number,
  to: number | null,
  parts: Readonly<Record<string, string>>,
  total: string,
): Readonly<Record<string, unknown>> {
  return { from_value: from, to_value: to, ...parts, total_with_flat_amount: total }
}

export const LOCALES: readonly Locale[] = ['en', 'fr', 'de', 'es', 'it', 'nb', 'sv', 'pt-BR', 'zh-TW']
