import type { Instant } from '../calendar/instant.ts'
import type { TimeZone } from '../calendar/zone.ts'
import type { CreditNotePlan } from '../credit-notes/credit-note-plan.ts'
import type { CustomSection } from '../invoice-custom-sections/invoice-sections.ts'
import type { FeeDraft } from '../invoicing/fee-draft.ts'
import type { InvoicePaymentStatus } from '../invoicing/payment-status.ts'
import type { IssuingDates, IssuingSettings } from '../subscriptions/issuing-dates.ts'
import type { BillWindows } from '../subscriptions/windows.ts'
import type { Reduction } from './reductions/reduction.ts'
import type { BillingEntityFacts, CustomerFacts, InvoicingReason } from './snapshot.ts'
import type { InvoiceTotals, TaxedFee } from './totals.ts'

export type InvoiceType = 'subscription' | 'one_off' | 'progressive_billing' | 'advance_charges' | 'credit'

/** A subscription on an invoice, with the windows it is billed for. */
export type PlannedPeriod = {
  readonly subscriptionId: string
  readonly reason: InvoicingReason
  readonly windows: Pick<BillWindows, 'subscription' | 'charges' | 'fixedCharges'> | null
}

/** The usage thresholds that triggered a progressive invoice. */
export type ReachedThresholds = {
  readonly thresholdIds: readonly string[]
  /** Lifetime usage, in cents. */
  readonly lifetimeCents: bigint
  /** Equal for usage that must not be invoiced twice. */
  readonly key: string
}

/** The header of an invoice: customer, issuer, dates and settings. */
export type InvoiceHead = {
  readonly customer: CustomerFacts
  readonly billingEntity: BillingEntityFacts
  readonly invoiceType: InvoiceType
  readonly currency: string
  readonly zone: TimeZone
  readonly purchaseOrderNumber: string | null
  /** The instant being billed. */
  readonly billingAt: Instant
  readonly createdAt: Instant
}

/**
 * The status of a new invoice: a draft until an instant, finalized with a number, pending while the customer's taxes
 * are unknown, open until it is paid, or closed without a number because it is empty.
 */
export type InvoiceOutcome =
  | { readonly status: 'draft'; readonly finalizationAt: Instant }
  | { readonly status: 'finalized'; readonly finalizedAt: Instant; readonly overdueAt: Instant | null }
  | { readonly status: 'pending'; readonly finalizedAt: Instant }
  | { readonly status: 'open'; readonly awaitsTaxes?: boolean }
  | { readonly status: 'closed' }

/** One invoice with everything that will be written except its ids and its number. */
export type InvoicePlan = InvoiceHead & {
  /** The draft that it replaces; null for a new invoice. */
  readonly replaces: string | null
  readonly dates: IssuingDates
  readonly settings: IssuingSettings
  readonly outcome: InvoiceOutcome
  readonly paymentStatus: InvoicePaymentStatus
  /** The custom sections that it prints; null for those that its customer and subscriptions selected. */
  readonly customSections: readonly CustomSection[] | null
  /** True if no payment provider is asked to collect it. */
  readonly skipsPayment: boolean
  /** What was paid before the invoice existed: the fees on an `advance_charges` invoice. */
  readonly paidCents: bigint
  readonly periods: readonly PlannedPeriod[]
  readonly fees: readonly TaxedFee[]
  /** Existing paid fees that are moved onto this invoice. */
  readonly attachedFeeIds: readonly string[]
  readonly reductions: readonly Reduction[]
  /** Credit notes on earlier invoices that are written with it. */
  readonly creditNotes: readonly CreditNotePlan[]
  readonly totals: InvoiceTotals
  /** Fees left off because their amount does not fit. */
  readonly unbilled: readonly FeeDraft[]
  readonly reached: ReachedThresholds | null
  /** The voided invoice that it is made for anew. */
  readonly voidedInvoiceId?: string
}

/** Fees that are on no invoice yet, taxed immediately. The client reports their payment. */
export type UninvoicedFees = {
  readonly customer: CustomerFacts
  readonly billingEntityId: string
  readonly currency: string
  readonly createdAt: Instant
  readonly fees: readonly TaxedFee[]
  readonly unbilled: readonly FeeDraft[]
}

/** Everything that one bill writes, in order. */
export type BillPlan = {
  readonly customerId: string
  readonly documents: readonly (
    | { readonly kind: 'invoice'; readonly invoice: InvoicePlan }
    | { readonly kind: 'uninvoiced_fees'; readonly fees: UninvoicedFees }
  )[]
  /** When its periodic subscriptions are billed next; null for one that is not billed again. */
  readonly nextBillings: readonly { readonly subscriptionId: string; readonly at: Instant | null }[]
}
