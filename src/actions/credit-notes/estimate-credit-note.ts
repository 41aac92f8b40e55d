import { estimateNote, type NoteEstimate } from '../../core/credit-notes/estimate.ts'
import { readEstimatedItems } from '../../core/credit-notes/note-input.ts'
import type { Input } from '../../core/input/fields.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { isId } from '../../store/ids.ts'
import { findInvoice, type InvoiceRow } from '../../store/invoices.ts'
import type { Caller, Context } from '../context.ts'
import { invoiceToNote, itemsOf } from './noted-items.ts'

/**
 * What a credit note of some items would come to, with its invoice; nothing is written. Refused as the note itself
 * would be.
 */
export async function estimateCreditNote(
  context: Context,
  caller: Caller,
  input: Input,
): Promise<{ readonly invoice: InvoiceRow; readonly estimate: NoteEstimate }> {
  const invoiceId = typeof input.invoice_id === 'string' ? input.invoice_id : ''
  if (!isId(invoiceId)) throw notFound('invoice')
  return context.database.read(caller, async (reads) => {
    const { invoice, noted } = await invoiceToNote(reads, await findInvoice(reads, invoiceId), null)
    const inputs = accepted(readEstimatedItems(input))
    return { invoice, estimate: estimateNote(noted, itemsOf(noted, inputs)) }
  })
}
