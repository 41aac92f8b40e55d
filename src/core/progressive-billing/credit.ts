/** The newest progressive invoice that covers the start of an invoice's charge period; amounts in cents. */
export type ProgressiveInvoice = {
  readonly feesCents: bigint
  readonly couponsCents: bigint
  /** What other invoices credited of it already. */
  readonly takenCents: bigint
  /** Its credit notes, available or consumed. */
  readonly creditNotesCents: bigint
}

export type ProgressiveCredit = {
  /** Taken off the new invoice before taxes. */
  readonly creditCents: bigint
  /** Returned by a credit note on the progressive invoice, for it billed more than the period came to. */
  readonly creditNoteCents: bigint
}

/**
 * What an invoice credits for progressive billing (docs/rules/reductions.md#progressive-billing-credits).
 * Each progressive invoice bills the whole usage and carries the earlier ones as credits, hence only the
 * newest has to be credited, less what other invoices credited of it.
 *
 * @param chargesCents the new invoice's fees of the charges that the progressive invoice billed
 */
export function progressiveCredit(invoice: ProgressiveInvoice, chargesCents: bigint): ProgressiveCredit {
  const net = invoice.feesCents - invoice.couponsCents - invoice.takenCents - invoice.creditNotesCents
  const credit = net > 0n ? net : 0n
  return credit > chargesCents
    ? { creditCents: chargesCents, creditNoteCents: credit - chargesCents }
    : { creditCents: credit, creditNoteCents: 0n }
}

/**
 * One fee's part: the progressive fee of the same charge, filter and group, at most the fee itself
 * (docs/rules/reductions.md#progressive-billing-credits).
 */
export function progressiveFeeCredit(progressiveFeeCents: bigint, feeCents: bigint): bigint {
  return progressiveFeeCents < feeCents ? progressiveFeeCents : feeCents
}
