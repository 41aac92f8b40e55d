import { Decimal } from '../amounts/decimal.ts'
import { roundCents } from '../amounts/rounding.ts'
import { type NoteAmounts, type NoteItem, noteAmounts } from './note-amounts.ts'
import { type NotedInvoice, offsettableAmount, refundableAmount } from './noted-invoice.ts'

/** What a credit note of some items would come to, in cents. */
export type NoteEstimate = {
  readonly amounts: NoteAmounts
  readonly taxesCents: bigint
  readonly maxCreditableCents: bigint
  readonly maxRefundableCents: bigint
  readonly maxOffsettableCents: bigint
}

/**
 * Estimates a credit note (docs/rules/credit-notes.md#estimates). Its parts add up as those of a stored note do; a
 * surplus cent is taken off the taxes.
 */
export function estimateNote(invoice: NotedInvoice, items: readonly NoteItem[]): NoteEstimate {
  const amounts = noteAmounts(items, invoice.fees, invoice.taxRoundingCents)
  const { valueCents, subTotalCents, taxesCents } = amounts
  const surplus = valueCents - taxesCents - subTotalCents
  const max = surplus > 0n ? valueCents - 1n : valueCents
  const atMost = (amount: Decimal) => roundCents(Decimal.min(Decimal.of(max), amount))
  return {
    amounts,
    taxesCents: surplus < 0n ? taxesCents - 1n : taxesCents,
    maxCreditableCents: invoice.invoiceType === 'credit' ? 0n : max,
    maxRefundableCents: atMost(refundableAmount(invoice)),
    maxOffsettableCents: atMost(offsettableAmount(invoice)),
  }
}
