import { RENDERER } from '../../core/documents/rendering.ts'
import { eDocumentOf } from '../../core/documents/xml/e-document.ts'
import { repairedParties } from '../../core/documents/xml/repair.ts'
import { invalid, notFound } from '../../core/refusal.ts'
import { findCreditNote } from '../../store/credit-notes.ts'
import type { Tx } from '../../store/database.ts'
import { addDocumentVersion, freezeSubjects, keepFile } from '../../store/documents.ts'
import { addRepairedVersion, type LastDocument, lastDocument, presentModel } from '../../store/e-documents.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { checkFinalInvoice } from './download-document.ts'
import { keepBytes } from './keep-bytes.ts'

const LOOK_EVERY_MS = 50

/** An invoice or a credit note by the kinds of its documents. */
type Subject =
  | { readonly id: string; readonly pdf: 'invoice_pdf'; readonly xml: 'invoice_xml' }
  | { readonly id: string; readonly pdf: 'credit_note_pdf'; readonly xml: 'credit_note_xml' }

/**
 * Makes sure that a final invoice has its e-invoice and waits a while for it; false when there is none yet,
 * or none at all because the billing entity has no e-invoicing. One that was refused is tried again with what has been
 * entered since: 422 with what is still missing. 404 `invoice_not_found` for one that is neither finalized nor voided.
 */
export async function downloadInvoiceXml(context: Context, caller: Caller, id: string): Promise<boolean> {
  await context.database.read(caller, (reads) => checkFinalInvoice(reads, id))
  return downloadXml(context, caller, { id, pdf: 'invoice_pdf', xml: 'invoice_xml' })
}

/** The same for a final credit note; 404 `credit_note_not_found` for drafts. */
export async function downloadCreditNoteXml(context: Context, caller: Caller, id: string): Promise<boolean> {
  if (!(await context.database.read(caller, (reads) => findCreditNote(reads, id))))
    throw notFound('credit_note')
  return downloadXml(context, caller, { id, pdf: 'credit_note_pdf', xml: 'credit_note_xml' })
}

async function downloadXml(context: Context, caller: Caller, subject: Subject): Promise<boolean> {
  const { database } = context
  const { id, xml } = subject
  const look = () => database.read(caller, (reads) => lastDocument(reads, xml, id))
  const found = await look()
  if (found?.status === 'ready') return true
  if (found?.status === 'refused') {
    await inTransaction(database, caller, (tx) => repair(context, tx, caller, subject, found))
    return true
  }
  if (!found) await inTransaction(database, caller, (tx) => ask(tx, caller, subject))
  if (found?.status === 'failed') await inTransaction(database, caller, (tx) => renew(tx, caller, subject))
  // What this request wrote itself is only seen by others when the whole request is done.
  if (caller.open) return false
  const until = performance.now() + context.settings.documents.downloadWaitMs
  for (;;) {
    const last = await look()
    if (last?.refusal) throw invalid(last.refusal)
    if (last?.status === 'ready') return true
    if (!last || last.status === 'failed' || performance.now() >= until) return false
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

/** Freezes the e-invoice of what became final before its billing entity had e-invoicing. */
function ask(tx: Tx, { organizationId, now }: Caller, { id, pdf }: Subject): Promise<void> {
  const made = { organizationId, reason: 'asked', isAnnounced: false, now, makesPdfs: false } as const
  return freezeSubjects(tx, pdf, [id], made)
}

async function renew(tx: Tx, { organizationId, now }: Caller, { id, xml }: Subject): Promise<void> {
  await addDocumentVersion(tx, xml, id, { organizationId, reason: 'retry', isAnnounced: false, now }, {})
}

/**
 * Issues a refused e-invoice with today's values for what was missing, and makes a version of the PDF that carries it.
 * Everything else stays as it was frozen.
 */
async function repair(
  context: Context,
  tx: Tx,
  caller: Caller,
  { id, pdf, xml }: Subject,
  { model: frozen, refusal }: LastDocument,
): Promise<void> {
  const now = await presentModel(tx, xml, id)
  if (!now || !refusal) return
  const model = { ...frozen, ...repairedParties(frozen, now, refusal) }
  const files = eDocumentOf(model)
  if ('refusal' in files) throw invalid(files.refusal)
  const added = await addRepairedVersion(tx, xml, id, { model, now: caller.now })
  // Whoever asked at the same time has made it.
  if (!added) return
  const { organizationId } = caller
  const file = await keepBytes(context, organizationId, new TextEncoder().encode(files.xml))
  await keepFile(tx, added, { ...file, problems: files.warnings, renderer: RENDERER, now: caller.now })
  const printed = await lastDocument(tx, pdf, id)
  if (!printed || !caller.makesDocuments) return
  const made = { organizationId, reason: 'retry', isAnnounced: true, now: caller.now } as const
  await addDocumentVersion(tx, pdf, id, made, repairedParties(printed.model, now, refusal))
}
