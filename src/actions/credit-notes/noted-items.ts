import type { NoteShares } from '../../core/credit-notes/credit-note.ts'
import type { NoteItem } from '../../core/credit-notes/note-amounts.ts'
import type { ItemInput } from '../../core/credit-notes/note-input.ts'
import type { NotedInvoice } from '../../core/credit-notes/noted-invoice.ts'
import { canBeNoted, checkItems } from '../../core/credit-notes/settle-note.ts'
import { accepted, notAllowed, notFound } from '../../core/refusal.ts'
import type { Reads } from '../../store/database.ts'
import { type InvoiceRow, isVisible } from '../../store/invoices.ts'
import { readNotedInvoice } from '../../store/noted-invoices.ts'

/**
 * An invoice for a credit note, with what it depends on. 404 `invoice_not_found`, 405 `invalid_type_or_status` for one
 * that cannot have the note.
 *
 * @param shares null for an estimate
 */
export async function invoiceToNote(
  reads: Reads,
  invoice: InvoiceRow | undefined,
  shares: NoteShares | null,
): Promise<{ readonly invoice: InvoiceRow; readonly noted: NotedInvoice }> {
  if (!invoice || !isVisible(invoice)) throw notFound('invoice')
  const noted = await readNotedInvoice(reads, invoice)
  if (!canBeNoted(noted, shares)) throw notAllowed('invalid_type_or_status')
  return { invoice, noted }
}

/** The items of a request with their fees. 404 `fee_not_found`, 422 for amounts that the fees do not have left. */
export function itemsOf(noted: NotedInvoice, inputs: readonly ItemInput[]): readonly NoteItem[] {
  const feeById = new Map(noted.fees.map((fee) => [fee.id, fee]))
  const items = inputs.map(({ feeId, amountCents }) => {
    const fee = feeById.get(feeId.toLowerCase())
    if (!fee) throw notFound('fee')
    return { fee, preciseAmountCents: amountCents }
  })
  accepted(checkItems(noted, items))
  return items
}
