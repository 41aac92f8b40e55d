/** The newest progressive invoice that covers the start of an invoice's charge period; amounts in cents. */
export type ProgressiveInvoice = {
  readonly feesCents: bigint
  readonly couponsCents: bigint
  /** What other invoices have already credited from it. */
  readonly takenCents: bigint
  /** The total of its credit notes, available or consumed. */
  readonly creditNotesCents: bigint
}

export type ProgressiveCredit = {
  /** Deducted from the new invoice before taxes. */
  readonly creditCents: bigint
  /** Returned by a credit note on the progressive invoice, which billed more than the period's usage. */
  readonly creditNoteCents: bigint
}

/**
 * An invoice's credit for progressive billing (docs/rules/reductions.md#progressive-billing-credits). Each
 * progressive invoice bills all usage so far and credits the earlier ones, so only the newest has to be credited,
 * minus what other invoices have already credited from it.
 *
 * @param chargesCents the new invoice's fees for the charges that the progressive invoice billed
 */
export function progressiveCredit(invoice: ProgressiveInvoice, chargesCents: bigint): ProgressiveCredit {
  const net = invoice.feesCents - invoice.couponsCents - invoice.takenCents - invoice.creditNotesCents
  const credit = net > 0n ? net : 0n
  return credit > chargesCents
    ? { creditCents: chargesCents, creditNoteCents: credit - chargesCents }
    : { creditCents: credit, creditNoteCents: 0n }
}

/**
 * One fee's share: the progressive fee for the same charge, filter and group, at most the fee itself
 * (docs/rules/reductions.md#progressive-billing-credits).
 */
export function progressiveFeeCredit(progressiveFeeCents: bigint, feeCents: bigint): bigint {
  return progressiveFeeCents < feeCents ? progressiveFeeCents : feeCents
}
