import type { Tx } from '../../store/database.ts'
import { type DocumentReason, freezeInvoiceDocuments } from '../../store/documents.ts'
import type { Caller } from '../context.ts'

/**
 * Freezes what the PDFs of invoices that have just become final say, and queues their rendering, in the transaction
 * that makes them final. Nothing is made where PDFs are switched off.
 */
export async function freezeDocuments(
  tx: Tx,
  caller: Caller,
  invoiceIds: readonly string[],
  reason: DocumentReason = 'issued',
): Promise<void> {
  if (!caller.makesDocuments) return
  const { organizationId, now } = caller
  await freezeInvoiceDocuments(tx, {
    organizationId,
    invoiceIds,
    reason,
    now,
    isAnnounced: reason === 'issued',
  })
}
