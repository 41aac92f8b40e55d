import type { FeeDraft } from '../../invoicing/fee-draft.ts'
import type { AvailableReductions } from './available.ts'

/** What lowers an invoice; each kind has its own amount on the invoice. */
export const REDUCTION_KINDS = ['progressive_billing', 'coupon', 'credit_note', 'prepaid_credit'] as const
export type ReductionKind = (typeof REDUCTION_KINDS)[number]

/** What one thing took off an invoice. */
export type Reduction = {
  readonly kind: ReductionKind
  /** Id of what it comes from: of a progressive credit, the progressive invoice. */
  readonly sourceId: string
  readonly isBeforeTaxes: boolean
  readonly amountCents: bigint
}

/** An invoice on its way through the reductions; its fees carry their shares of them. */
export type ReducibleInvoice = {
  /** The subscriptions on it, in their order. */
  readonly periods: readonly { readonly subscriptionId: string }[]
  readonly fees: readonly FeeDraft[]
  readonly reductions: readonly Reduction[]
  /** What is left of it so far, in cents: before taxes without them, after taxes with them. */
  readonly leftCents: bigint
}

/** Takes what one kind of reduction offers: gives the invoice with the shares of its fees and what was used. */
export type Reduce = (invoice: ReducibleInvoice, available: AvailableReductions) => ReducibleInvoice
