import type { ProgressiveInvoice } from '../../progressive-billing/credit.ts'
import type { RatedCharge } from '../../rating/charge.ts'

/** The newest progressive invoice of a charges window, with what has to be known to credit it. */
export type ProgressiveInvoiceFacts = {
  readonly invoiceId: string
  readonly amounts: ProgressiveInvoice
  /** The charges that it billed, copies under the charge that they are copies of. */
  readonly rootChargeIds: ReadonlySet<string>
  /**
   * Recurring metrics whose quantity it billed for a subscription before this one. An upgrade goes on with them in the
   * new plan and leaves them out of the old one's last bill.
   */
  readonly carriedMetricIds: ReadonlySet<string>
  /** Cents by `usageKey`. */
  readonly feesByUsage: ReadonlyMap<string, bigint>
}

/** A progressive invoice that a subscription's bill may credit, with the charges that the bill prices. */
export type AvailableProgressiveInvoice = {
  readonly invoice: ProgressiveInvoiceFacts
  readonly charges: readonly RatedCharge[]
}

/** What may be taken off an invoice. */
export type AvailableReductions = {
  /** By the id of the subscription. */
  readonly progressive: ReadonlyMap<string, AvailableProgressiveInvoice>
}
