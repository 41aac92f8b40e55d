import type { Instant } from '../calendar/instant.ts'
import type { TimeZone } from '../calendar/zone.ts'
import type { InvoicingReason } from './snapshot.ts'

/** One subscription of a bill, and why it is billed. */
export type BillEntry = {
  readonly subscriptionId: string
  readonly reason: Extract<
    InvoicingReason,
    'subscription_starting' | 'subscription_periodic' | 'subscription_terminating'
  >
}

/** Subscriptions of one customer that are billed together as of one instant. */
export type BillRequest = {
  readonly customerId: string
  /** The instant that the bill is made for: its windows and dates follow from it. */
  readonly at: Instant
  readonly entries: readonly BillEntry[]
  /** True for bills at a start and at the end of a trial, which carry no usage. */
  readonly skipCharges: boolean
  /** When the invoice is created: now, and for a draft that is made anew its own creation. */
  readonly createdAt: Instant
  /** The draft that is made anew; null for a new bill. */
  readonly draft: DraftFacts | null
}

/** A draft whose lines and totals are made anew while its identity stays. */
export type DraftFacts = {
  readonly invoiceId: string
  readonly billingEntityId: string
  readonly currency: string
  readonly purchaseOrderNumber: string | null
  /** The zone that it was made in: in another one its instant can lie on another date. */
  readonly zone: TimeZone
  readonly issuingOn: string
  readonly paymentDueOn: string
  /** The instant at which it becomes final with this bill; null when it stays a draft. */
  readonly finalizedAt: Instant | null
}
