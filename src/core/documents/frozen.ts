import type { Locale } from './words.ts'
import type { VatCode } from './xml/vat-code.ts'

/**
 * What a document is made of, frozen in the transaction that makes its subject final: plain JSON values in which cents
 * and decimals are texts and instants are milliseconds since the epoch. Rendering reads nothing else.
 */
export type FrozenParty = {
  readonly name: string | null
  readonly legalName: string | null
  readonly firstname: string | null
  readonly lastname: string | null
  readonly legalNumber: string | null
  readonly taxNumber: string | null
  readonly email: string | null
  /** Of e-invoices, like every optional field here: models from before them lack it. */
  readonly phone?: string | null
  readonly address: FrozenAddress
}

export type FrozenAddress = {
  readonly line1: string | null
  readonly line2: string | null
  readonly zipcode: string | null
  readonly city: string | null
  readonly state: string | null
  /** ISO 3166 code. */
  readonly country: string | null
}

/** The billing entity, with what of its settings is printed. */
export type FrozenSeller = FrozenParty & {
  readonly footer: string | null
  readonly euTaxManagement: boolean
  /** The SHA-256 of the logo's bytes; null for none. */
  readonly logo: string | null
  /** Whether its documents are e-invoices too. */
  readonly einvoicing?: boolean
  /** Where it is paid by bank transfer. */
  readonly bankAccount?: FrozenBankAccount | null
}

export type FrozenBankAccount = {
  /** Without spaces. */
  readonly iban: string
  /** Null for the seller's own name. */
  readonly holder: string | null
  readonly bic: string | null
}

/** The customer, with what of it is printed. */
export type FrozenBuyer = FrozenParty & {
  readonly shipping: FrozenAddress | null
  readonly metadata: readonly { readonly key: string; readonly value: string }[]
  readonly externalId?: string
  /** What the customer wants invoices to refer to, from its metadata: the Leitweg-ID of German authorities. */
  readonly buyerReference?: string | null
}

export type FrozenTax = {
  readonly code: string
  readonly name: string
  readonly rate: string
  /** What it is in e-invoices, and why it is nothing, where its rate does not tell. */
  readonly category?: VatCode | null
  readonly exemptionCode?: string | null
  readonly exemptionReason?: string | null
}

/** A tax of a whole document. */
export type FrozenTaxLine = FrozenTax & {
  readonly amountCents: string
  /** What the tax is computed from, after reductions; unrounded. */
  readonly baseCents: string
}

export type FrozenPricingUnit = {
  readonly shortName: string
  readonly amountCents: string
  readonly unitPrice: string
  readonly conversionRate: string
}

export type FrozenFee = {
  readonly id: string
  readonly type: 'charge' | 'add_on' | 'subscription' | 'credit' | 'commitment' | 'fixed_charge'
  readonly subscriptionId: string | null
  readonly trueUpParentId: string | null
  /** Its own display name, its charge's, or that of what it bills; null when there is none to print. */
  readonly name: string | null
  /** The wallet whose credits are sold. */
  readonly walletName?: string | null
  readonly description: string | null
  readonly groups: readonly (string | null)[]
  /** The keys of `groups`. */
  readonly groupKeys?: readonly string[]
  /** Of what it bills: a metric, an add-on or a plan. */
  readonly code?: string | null
  /** Its share of the reductions before taxes, in cents with decimals. */
  readonly reductionCents?: string
  readonly filterName: string | null
  readonly filterValues: Readonly<Record<string, readonly string[]>> | null
  readonly model: string | null
  readonly aggregation: string | null
  readonly isProrated: boolean
  /** What the charge bills at least in a full period. */
  readonly minimumCents: string | null
  readonly units: string
  /** In major units. */
  readonly unitPrice: string
  readonly amountCents: string
  readonly eventsCount: number | null
  readonly details: Readonly<Record<string, unknown>>
  readonly pricingUnit: FrozenPricingUnit | null
  readonly presentationKeys: unknown
  readonly breakdowns: readonly {
    readonly presentation_by: Readonly<Record<string, string | null>>
    readonly units: string
  }[]
  readonly taxes: readonly FrozenTax[]
  readonly from: number | null
  readonly to: number | null
  readonly paidAt: number | null
}

export type FrozenSubscription = {
  readonly id: string
  readonly name: string
  readonly planName: string
  readonly interval: string
}

export type FrozenCoupon = {
  readonly name: string
  readonly percentage: string | null
  readonly fixedCents: string | null
  readonly fixedCurrency: string | null
  readonly amountCents: string
}

/** What every kind of document has. */
export type FrozenHead = {
  readonly locale: Locale
  readonly isSandbox: boolean
  readonly currency: string
  readonly timezone: string
  readonly number: string
  /** YYYY-MM-DD. */
  readonly issuedOn: string
  readonly purchaseOrder: string | null
  readonly isSelfBilled: boolean
  readonly seller: FrozenSeller
  readonly buyer: FrozenBuyer
}

export type FrozenInvoice = FrozenHead & {
  readonly kind: 'invoice'
  readonly mark: 'draft' | 'preview' | null
  readonly invoiceType: string
  /** YYYY-MM-DD. */
  readonly dueOn: string
  readonly netPaymentTerm: number
  readonly voidedAt: number | null
  readonly cents: {
    readonly fees: string
    readonly progressive: string
    readonly coupons: string
    readonly subtotalExcl: string
    readonly taxes: string
    readonly subtotalIncl: string
    readonly creditNotes: string
    readonly prepaid: string
    readonly prepaidGranted: string | null
    readonly prepaidPurchased: string | null
    readonly total: string
    readonly paid: string
    /** What credit notes took off the total; only receipts know of it. */
    readonly offset?: string
  }
  readonly subscriptions: readonly FrozenSubscription[]
  readonly fees: readonly FrozenFee[]
  readonly taxes: readonly FrozenTaxLine[]
  readonly coupons: readonly FrozenCoupon[]
  readonly thresholds: readonly { readonly usageCents: string; readonly thresholdCents: string }[]
  readonly sections: readonly FrozenSection[]
}

export type FrozenSection = {
  readonly code: string
  readonly name: string
  readonly details: string | null
}

export type FrozenNoteItem = {
  readonly fee: FrozenFee
  readonly amountCents: string
  /** With decimals. */
  readonly preciseCents?: string
}

export type FrozenCreditNote = FrozenHead & {
  readonly kind: 'credit_note'
  readonly invoiceNumber: string
  /** YYYY-MM-DD. */
  readonly invoiceIssuedOn?: string
  readonly invoiceType: string
  readonly description: string | null
  readonly cents: {
    readonly coupons: string
    readonly subtotalExcl: string
    readonly taxes: string
    readonly offset: string
    readonly credited: string
    readonly refunded: string
    readonly total: string
  }
  readonly subscriptions: readonly FrozenSubscription[]
  readonly items: readonly FrozenNoteItem[]
  readonly taxes: readonly FrozenTaxLine[]
}

export type FrozenReceipt = FrozenHead & {
  readonly kind: 'receipt'
  readonly paidAt: number
  /** Null on receipts from before it was told. */
  readonly method: FrozenMethod | null
  readonly amountCents: string
  readonly dueCents: string
  /** The paid invoice with what has been paid of it and set off against it, or the invoices of a payment request. */
  readonly paid:
    | { readonly invoice: FrozenInvoice; readonly paidCents: string; readonly offsetCents: string }
    | { readonly invoices: readonly FrozenPaidInvoice[] }
}

/** How a payment was made. */
export type FrozenMethod = {
  readonly kind: 'manual' | 'provider'
  /** What was noted of a payment that was recorded by hand. */
  readonly reference: string | null
  /** A kind of provider, such as `stripe`. */
  readonly provider: string | null
  /** The provider's word for the method, such as `card` or `sepa_debit`. */
  readonly type: string | null
  readonly brand: string | null
  readonly last4: string | null
}

/** An invoice of a payment request that was paid. */
export type FrozenPaidInvoice = {
  readonly number: string
  readonly totalCents: string
  /** YYYY-MM-DD. */
  readonly issuedOn?: string
  readonly invoiceType?: string
}

export type FrozenDocument = FrozenInvoice | FrozenCreditNote | FrozenReceipt
