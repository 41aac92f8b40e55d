import { notFound } from '../../core/refusal.ts'
import { findCreditNote } from '../../store/credit-notes.ts'
import type { Database, Reads } from '../../store/database.ts'
import { addDocumentVersion, type DocumentKind, filesOf, latestDocument } from '../../store/documents.ts'
import { findInvoice } from '../../store/invoices.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { freezeDocuments } from './freeze-documents.ts'

const LOOK_EVERY_MS = 50

/** What is downloaded: whether it is final, or the refusal. */
type Subject = { readonly kind: DocumentKind; readonly check: (reads: Reads) => Promise<void> }

/** Makes sure that a final invoice has a PDF. 404 `invoice_not_found` for one neither finalized nor voided. */
export function downloadInvoice(context: Context, caller: Caller, id: string): Promise<boolean> {
  return download(context, caller, id, {
    kind: 'invoice_pdf',
    check: (reads) => checkFinalInvoice(reads, id),
  })
}

/** Refuses an invoice that is neither finalized nor voided: 404 `invoice_not_found`. */
export async function checkFinalInvoice(reads: Reads, id: string): Promise<void> {
  const invoice = await findInvoice(reads, id)
  if (!invoice || !['finalized', 'voided'].includes(invoice.status)) throw notFound('invoice')
}

/** Makes sure that a final credit note has a PDF. 404 `credit_note_not_found` for drafts. */
export function downloadCreditNote(context: Context, caller: Caller, id: string): Promise<boolean> {
  const check = async (reads: Reads) => {
    if (!(await findCreditNote(reads, id))) throw notFound('credit_note')
  }
  return download(context, caller, id, { kind: 'credit_note_pdf', check })
}

/** Tries again what was given up; it was never announced, unless an earlier version was. */
async function retry(database: Database, caller: Caller, kind: DocumentKind, id: string): Promise<void> {
  const { organizationId, now } = caller
  await inTransaction(database, caller, async (tx) => {
    const isAnnounced = !(await filesOf(tx, kind, [id])).has(id)
    await addDocumentVersion(tx, kind, id, { organizationId, now, reason: 'retry', isAnnounced }, {})
  })
}

/** Makes the PDF if there is none and waits a while for it; true when it is ready. */
async function download(
  context: Context,
  caller: Caller,
  id: string,
  { kind, check }: Subject,
): Promise<boolean> {
  const { database } = context
  const found = await database.read(caller, async (reads) => {
    await check(reads)
    return latestDocument(reads, kind, id)
  })
  if (found?.status === 'ready') return true
  if (!caller.makesDocuments) return false
  if (!found) await inTransaction(database, caller, (tx) => freezeDocuments(tx, caller, kind, [id], 'asked'))
  if (found?.status === 'failed') await retry(database, caller, kind, id)
  // What this request wrote itself is only seen by others when the whole request is done.
  if (caller.open) return false
  const until = performance.now() + context.settings.documents.downloadWaitMs
  for (;;) {
    const document = await database.read(caller, (reads) => latestDocument(reads, kind, id))
    if (document?.status === 'ready') return true
    if (document?.status === 'failed' || performance.now() >= until) return false
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}
