import type { Instant } from '../calendar/instant.ts'
import type { TimeZone } from '../calendar/zone.ts'
import type { FeeDraft } from '../invoicing/fee-draft.ts'
import type { InvoicePaymentStatus } from '../invoicing/payment-status.ts'
import type { IssuingDates, IssuingSettings } from '../subscriptions/issuing-dates.ts'
import type { BillWindows } from '../subscriptions/windows.ts'
import type { Reduction } from './reductions/reduction.ts'
import type { BillingEntityFacts, CustomerFacts, InvoicingReason } from './snapshot.ts'
import type { InvoiceTotals, TaxedFee } from './totals.ts'

export type InvoiceType = 'subscription' | 'one_off' | 'progressive_billing' | 'advance_charges'

/** One subscription on an invoice, with the windows that it is billed for. */
export type PlannedPeriod = {
  readonly subscriptionId: string
  readonly reason: InvoicingReason
  readonly windows: BillWindows | null
}

/** The usage thresholds that made a progressive invoice. */
export type ReachedThresholds = {
  readonly thresholdIds: readonly string[]
  /** All usage so far, in cents. */
  readonly lifetimeCents: bigint
  /** The same for what must not be invoiced twice. */
  readonly key: string
}

/** Who an invoice is for, who issues it and what stands in its head. */
export type InvoiceHead = {
  readonly customer: CustomerFacts
  readonly billingEntity: BillingEntityFacts
  readonly invoiceType: InvoiceType
  readonly currency: string
  readonly zone: TimeZone
  readonly purchaseOrderNumber: string | null
  /** The instant that it is made for. */
  readonly billingAt: Instant
  readonly createdAt: Instant
}

/**
 * What becomes of an invoice: it waits as a draft until an instant, it becomes final with a number, or it is closed
 * without one because nothing is on it.
 */
export type InvoiceOutcome =
  | { readonly status: 'draft'; readonly finalizationAt: Instant }
  | { readonly status: 'finalized'; readonly finalizedAt: Instant; readonly overdueAt: Instant | null }
  | { readonly status: 'closed' }

/** One invoice with everything that is to be written of it but its ids and its number. */
export type InvoicePlan = InvoiceHead & {
  /** The draft that it takes the place of; null for a new invoice. */
  readonly replaces: string | null
  readonly dates: IssuingDates
  readonly settings: IssuingSettings
  readonly outcome: InvoiceOutcome
  readonly paymentStatus: InvoicePaymentStatus
  /** True when nobody asks a payment provider for it. */
  readonly skipsPayment: boolean
  /** What was paid before it was made: the fees of an `advance_charges` invoice. */
  readonly paidCents: bigint
  readonly periods: readonly PlannedPeriod[]
  readonly fees: readonly TaxedFee[]
  /** Paid fees that exist already and that it carries from now on. */
  readonly attachedFeeIds: readonly string[]
  readonly reductions: readonly Reduction[]
  readonly totals: InvoiceTotals
  /** Fees that it cannot hold. */
  readonly unbilled: readonly FeeDraft[]
  readonly reached: ReachedThresholds | null
}

/** Fees that no invoice carries yet, taxed at once: their client tells of their payment. */
export type UninvoicedFees = {
  readonly customer: CustomerFacts
  readonly billingEntityId: string
  readonly currency: string
  readonly createdAt: Instant
  readonly fees: readonly TaxedFee[]
  readonly unbilled: readonly FeeDraft[]
}

/** All that one bill writes, in the order in which it comes about. */
export type BillPlan = {
  readonly customerId: string
  readonly documents: readonly (
    | { readonly kind: 'invoice'; readonly invoice: InvoicePlan }
    | { readonly kind: 'uninvoiced_fees'; readonly fees: UninvoicedFees }
  )[]
  /** When its periodic subscriptions are billed next; null for one that is not billed again. */
  readonly nextBillings: readonly { readonly subscriptionId: string; readonly at: Instant | null }[]
}
