import { lesserCents } from '../amounts/cents.ts'
import { Decimal } from '../amounts/decimal.ts'
import type { NoteShares } from './credit-note.ts'
import type { NoteContent } from './early-end-note.ts'
import { creditableCents, type NoteItem, noteAmounts } from './note-amounts.ts'
import { dueCents, type NotedInvoice } from './noted-invoice.ts'

/** A part of a fee that a draft credit note gives back; the fee may be gone. */
export type WantedItem = { readonly feeId: string | null; readonly preciseAmountCents: Decimal }

/**
 * A draft credit note after its invoice was made anew: its items on the new fees, each at most what is left of its fee.
 * Refund and offset stay, as far as the note still covers them; the rest is credit. Null when nothing is left.
 *
 * @param invoice as it is without the note
 */
export function renewedNote(
  invoice: NotedInvoice,
  wanted: readonly WantedItem[],
  asked: NoteShares,
): NoteContent | null {
  const feeById = new Map(invoice.fees.map((fee) => [fee.id, fee]))
  const items = wanted.flatMap(({ feeId, preciseAmountCents }): readonly NoteItem[] => {
    const fee = feeById.get(feeId ?? '')
    if (!fee) return []
    const left = Decimal.of(creditableCents(fee))
    return [{ fee, preciseAmountCents: Decimal.min(preciseAmountCents, left) }]
  })
  const amounts = noteAmounts(items, invoice.fees, invoice.taxRoundingCents)
  const total = amounts.subTotalCents + amounts.taxesCents
  if (total <= 0n) return null
  const refundCents = lesserCents(asked.refundCents, total)
  const offsetCents = lesserCents(lesserCents(asked.offsetCents, total - refundCents), dueCents(invoice))
  return { amounts, shares: { creditCents: total - refundCents - offsetCents, refundCents, offsetCents } }
}
