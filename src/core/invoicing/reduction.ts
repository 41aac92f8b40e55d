/** What can lower an invoice; the check of `invoice_reductions` has the same words. */
export const REDUCTION_KINDS = ['progressive_billing', 'coupon', 'credit_note', 'prepaid_credit'] as const
export type ReductionKind = (typeof REDUCTION_KINDS)[number]

/** An amount in cents that one source takes off an invoice. */
export type Reduction = {
  readonly kind: ReductionKind
  /** What is used up: for `progressive_billing` the id of the progressive invoice. */
  readonly sourceId: string
  readonly beforeTaxes: boolean
  readonly amountCents: bigint
}
