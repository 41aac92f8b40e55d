import type { Instant } from '../calendar/instant.ts'
import type { TimeZone } from '../calendar/zone.ts'
import type { AdjustedFee } from '../invoicing/adjusted-fee.ts'
import type { InvoicingReason } from './snapshot.ts'

/** One subscription on a bill, and the reason it is billed. */
export type BillEntry = {
  readonly subscriptionId: string
  readonly reason: Extract<
    InvoicingReason,
    'subscription_starting' | 'subscription_periodic' | 'subscription_terminating'
  >
}

/** Subscriptions of one customer that are billed together at one instant. */
export type BillRequest = {
  readonly customerId: string
  /** The instant being billed; windows and dates follow from it. */
  readonly at: Instant
  readonly entries: readonly BillEntry[]
  /** True for starting bills and at the end of a trial, which carry no usage. */
  readonly skipCharges: boolean
  /** When the invoice is created: now, or when the draft being rebuilt was created. */
  readonly createdAt: Instant
  /** The draft being rebuilt; null for a new bill. */
  readonly draft: DraftFacts | null
  /** Whether the start that is billed waits for the payment, so that the invoice is open and has no grace. */
  readonly awaitsPayment?: boolean
}

/** A draft whose lines and totals are rebuilt while its id stays. */
export type DraftFacts = {
  readonly invoiceId: string
  readonly billingEntityId: string
  readonly currency: string
  readonly purchaseOrderNumber: string | null
  /** The zone it was created in; in another zone its instant can fall on another date. */
  readonly zone: TimeZone
  readonly issuingOn: string
  readonly paymentDueOn: string
  /** When this bill finalizes the draft; null when it stays a draft. */
  readonly finalizedAt: Instant | null
  /** What was changed on it by hand, by `adjustedKey`. */
  readonly adjusted: ReadonlyMap<string, AdjustedFee>
}
