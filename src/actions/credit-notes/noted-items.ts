import type { NoteItem } from '../../core/credit-notes/note-amounts.ts'
import type { ItemInput } from '../../core/credit-notes/note-input.ts'
import type { NotedInvoice } from '../../core/credit-notes/noted-invoice.ts'
import { checkItems } from '../../core/credit-notes/settle-note.ts'
import { accepted, notAllowed, notFound } from '../../core/refusal.ts'
import { type InvoiceRow, isVisible } from '../../store/invoices.ts'

/** The statuses of invoices that credit notes are made on by request. */
const NOTED_STATUSES: readonly string[] = ['draft', 'finalized', 'voided']

/** Refuses an invoice that cannot have credit notes: 404 `invoice_not_found`, 405 `invalid_type_or_status`. */
export function checkNotedInvoice(invoice: InvoiceRow | undefined): InvoiceRow {
  if (!invoice || !isVisible(invoice)) throw notFound('invoice')
  if (!NOTED_STATUSES.includes(invoice.status)) throw notAllowed('invalid_type_or_status')
  return invoice
}

/** The items of a request with their fees. 404 `fee_not_found`, 422 for amounts that the fees do not have left. */
export function itemsOf({ fees }: NotedInvoice, inputs: readonly ItemInput[]): readonly NoteItem[] {
  const feeById = new Map(fees.map((fee) => [fee.id, fee]))
  const items = inputs.map(({ feeId, amountCents }) => {
    const fee = feeById.get(feeId.toLowerCase())
    if (!fee) throw notFound('fee')
    return { fee, preciseAmountCents: amountCents }
  })
  accepted(checkItems(items))
  return items
}
