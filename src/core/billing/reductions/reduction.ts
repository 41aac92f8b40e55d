import type { Decimal } from '../../amounts/decimal.ts'
import type { FeeDraft } from '../../invoicing/fee-draft.ts'
import type { Spending } from '../../wallets/spend.ts'
import type { AvailableReductions } from './available.ts'

/** What lowers an invoice; each kind has its own amount on the invoice. */
export const REDUCTION_KINDS = ['progressive_billing', 'coupon', 'credit_note', 'prepaid_credit'] as const
export type ReductionKind = (typeof REDUCTION_KINDS)[number]

/** One reduction applied to an invoice. */
export type Reduction = {
  readonly kind: ReductionKind
  /** Id of its source: the progressive invoice, the coupon of the customer, or the wallet. */
  readonly sourceId: string
  readonly isBeforeTaxes: boolean
  readonly amountCents: bigint
  /** Set when nothing of the source is left for another invoice. */
  readonly endsSource?: boolean
  /** Of prepaid credits: what is taken from the wallet. */
  readonly spending?: Spending
}

/** An invoice while reductions are being applied; fees carry their share of each. */
export type ReducibleInvoice = {
  /** The subscriptions on the invoice, in order. */
  readonly periods: readonly { readonly subscriptionId: string }[]
  readonly fees: readonly FeeDraft[]
  readonly reductions: readonly Reduction[]
  /** The remaining amount in cents: without taxes before the tax stage, with taxes after it. */
  readonly leftCents: bigint
  /** The unrounded taxes of each fee in cents, by its key; set after the tax stage. */
  readonly taxesByFee?: ReadonlyMap<string, Decimal>
}

/** Applies one kind of reduction; returns the invoice with the shares of its fees, and the reductions used. */
export type Reduce = (invoice: ReducibleInvoice, available: AvailableReductions) => ReducibleInvoice
