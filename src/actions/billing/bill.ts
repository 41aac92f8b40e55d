import type { Instant } from '../../core/calendar/instant.ts'
import type { TimeZone } from '../../core/calendar/zone.ts'
import type { FeeDraft } from '../../core/invoicing/fee-draft.ts'
import type { BillWindows } from '../../core/subscriptions/windows.ts'
import type { BillingSnapshot, SubscriptionSnapshot } from '../../store/billing-snapshot.ts'

export type InvoicingReason =
  | 'subscription_starting'
  | 'subscription_periodic'
  | 'subscription_terminating'
  | 'in_advance_charge'
  | 'in_advance_charge_periodic'
  | 'progressive_billing'

/** One subscription on an invoice, with the windows that it is billed for. */
export type BillLink = {
  readonly subscription: SubscriptionSnapshot
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

/** Everything that makes an invoice, before taxes, totals and its number. */
export type Bill = {
  readonly snapshot: BillingSnapshot
  readonly invoiceType: 'subscription' | 'progressive_billing' | 'advance_charges'
  readonly currency: string
  /** Id of the entity that issues it. */
  readonly billingEntityId: string
  readonly purchaseOrderNumber: string | null
  /** The instant that it is made for; dates and windows follow from it. */
  readonly at: Instant
  readonly links: readonly BillLink[]
  readonly fees: readonly FeeDraft[]
  /** Whether a grace period holds it back as a draft. */
  readonly hasGrace: boolean
  /** Only on progressive invoices. */
  readonly reached?: ReachedThresholds
}

export type BillReason = 'subscription_starting' | 'subscription_periodic' | 'subscription_terminating'

/** One subscription of a bill, and why it is billed. */
export type BillEntry = { readonly subscriptionId: string; readonly reason: BillReason }

/** Subscriptions of one customer that are billed together. */
export type SubscriptionsBill = {
  readonly customerId: string
  readonly at: Instant
  readonly entries: readonly BillEntry[]
  /** True for bills at a start and at the end of a trial: they carry no usage. */
  readonly skipCharges: boolean
}

/** One subscription to bill at an instant. */
export type SubscriptionToBill = {
  readonly subscription: SubscriptionSnapshot
  readonly reason: InvoicingReason
  readonly at: Instant
  readonly zone: TimeZone
  readonly skipCharges: boolean
  /** Creation of the invoice, and the invoice itself when it is made anew. */
  readonly invoiceCreatedAt: Instant
  readonly exceptInvoiceId: string | null
  /** Metrics that the plan of the successor charges too, at an upgrade. */
  readonly successorMetricIds: ReadonlySet<string>
}
