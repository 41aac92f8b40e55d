/** Why a credit note is issued; `other` when nothing is said. */
export const CREDIT_NOTE_REASONS = [
  'duplicated_charge',
  'product_unsatisfactory',
  'order_change',
  'order_cancellation',
  'fraudulent_charge',
  'other',
] as const
export type CreditNoteReason = (typeof CREDIT_NOTE_REASONS)[number]

/** What became of the credit: open, used up, or given up. */
export const CREDIT_STATUSES = ['available', 'consumed', 'voided'] as const
export type CreditStatus = (typeof CREDIT_STATUSES)[number]

export const REFUND_STATUSES = ['pending', 'succeeded', 'failed'] as const
export type RefundStatus = (typeof REFUND_STATUSES)[number]

/** The parts that a credit note may have, as lists filter by them. */
export const CREDIT_NOTE_TYPES = ['credit', 'refund', 'offset'] as const
export type CreditNoteType = (typeof CREDIT_NOTE_TYPES)[number]

/** How a credit note came about. */
export type CreditNoteCause = 'request' | 'early_end' | 'progressive_billing' | 'voided_invoice'

/**
 * The cents of a credit note by destination: a balance for later invoices, money back, and less to pay on the same
 * invoice.
 */
export type NoteShares = {
  readonly creditCents: bigint
  readonly refundCents: bigint
  readonly offsetCents: bigint
}

export function totalOfShares({ creditCents, refundCents, offsetCents }: NoteShares): bigint {
  return creditCents + refundCents + offsetCents
}
