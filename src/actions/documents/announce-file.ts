import type { Tx } from '../../store/database.ts'
import type { DocumentRow } from '../../store/documents.ts'
import { announceInvoice } from '../billing/announce-documents.ts'
import type { Caller } from '../context.ts'
import { announceCreditNotes } from '../credit-notes/issue-credit-notes.ts'
import { announceReceipt } from '../payment-receipts/issue-receipt.ts'

/** Sends the webhook which says that the file of a document is there, with the subject that shows it. */
export async function announceFile(
  tx: Tx,
  caller: Caller,
  { invoiceId, creditNoteId, paymentReceiptId }: DocumentRow,
): Promise<void> {
  if (invoiceId !== null) await announceInvoice(tx, caller, invoiceId, 'invoice.generated')
  if (creditNoteId !== null) await announceCreditNotes(tx, caller, [creditNoteId], 'credit_note.generated')
  if (paymentReceiptId !== null)
    await announceReceipt(tx, caller, paymentReceiptId, 'payment_receipt.generated')
}
