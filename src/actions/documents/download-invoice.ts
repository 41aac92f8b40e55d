import { notFound } from '../../core/refusal.ts'
import { latestDocument } from '../../store/documents.ts'
import { findInvoice } from '../../store/invoices.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { freezeDocuments } from './freeze-documents.ts'

const WAIT_MS = 2000
const LOOK_EVERY_MS = 50

/**
 * Makes sure that a final invoice has a PDF, and waits up to two seconds for it; true when it is ready. 404
 * `invoice_not_found` for an invoice that is neither finalized nor voided.
 */
export async function downloadInvoice(context: Context, caller: Caller, id: string): Promise<boolean> {
  const { database } = context
  const [invoice, found] = await database.read(caller, (reads) =>
    Promise.all([findInvoice(reads, id), latestDocument(reads, id)]),
  )
  if (!invoice || !['finalized', 'voided'].includes(invoice.status)) throw notFound('invoice')
  if (found?.status === 'ready') return true
  if (!caller.makesDocuments) return false
  if (!found) await inTransaction(database, caller, (tx) => freezeDocuments(tx, caller, [id], 'asked'))
  // What this request wrote itself is only seen by others when the whole request is done.
  if (caller.open) return false
  const until = performance.now() + WAIT_MS
  for (;;) {
    const document = await database.read(caller, (reads) => latestDocument(reads, id))
    if (document?.status === 'ready') return true
    if (document?.status === 'failed' || performance.now() >= until) return false
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}
