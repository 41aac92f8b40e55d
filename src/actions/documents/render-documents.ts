import { instant } from '../../core/calendar/instant.ts'
import type { FrozenDocument } from '../../core/documents/frozen.ts'
import { RENDERER, type RenderedDocument } from '../../core/documents/rendering.ts'
import type { EInvoiceProblems } from '../../core/documents/xml/check-e-invoice.ts'
import { eDocumentOf } from '../../core/documents/xml/e-document.ts'
import type { Tx } from '../../store/database.ts'
import { readBlob } from '../../store/document-files.ts'
import {
  type DocumentRow,
  failDocuments,
  keepFile,
  lockPendingDocument,
  pendingDocuments,
  queueRendering,
} from '../../store/documents.ts'
import { refuseDocument } from '../../store/e-documents.ts'
import { inTransaction } from '../../store/transaction.ts'
import { type Caller, type Context, callerOfPresent } from '../context.ts'
import { queueMailOfDocument } from '../mails/queue-mails.ts'
import { announceFile } from './announce-file.ts'
import { type KeptFile, keepBytes } from './keep-bytes.ts'

/** How long after a failure the next attempt is made; after the last one the document is given up. */
const DELAYS_MS = [10_000, 30_000, 90_000, 270_000, 810_000]
export const RENDER_ATTEMPTS = DELAYS_MS.length + 1

/** Documents that are rendered side by side for one job. */
const SIDE_BY_SIDE = 2

type RenderJob = {
  readonly organizationId: string
  readonly documentIds: readonly string[]
  /** The number of the attempt, from 1. */
  readonly attempt: number
  readonly signal?: AbortSignal
}

/**
 * Renders documents and makes each ready in a transaction of its own, with its webhook: wherever this ends, a document
 * is whole and announced, or it is not there. Those that fail are queued again for later; after the last attempt they
 * are given up. Throws when it was interrupted.
 */
export async function renderDocuments(context: Context, job: RenderJob): Promise<void> {
  const { organizationId } = job
  const pending = await context.database.read(organizationId, (reads) =>
    pendingDocuments(reads, job.documentIds),
  )
  const failures: { readonly id: string; readonly error: unknown }[] = []
  const left = [...pending]
  const renderSome = async (isMeant: (document: DocumentRow) => boolean) => {
    for (let document = left.find(isMeant); document; document = left.find(isMeant)) {
      const { id } = document
      left.splice(left.indexOf(document), 1)
      job.signal?.throwIfAborted()
      await renderOne(context, document).catch((error: unknown) => {
        failures.push({ id, error })
      })
    }
  }
  // E-invoices go first, so that what is announced with its PDF has its XML too.
  await renderSome(isXml)
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, () => renderSome(() => true)))
  const [first] = failures
  if (!first) return
  // A server that stops has failed nothing: the queue begins this attempt again.
  if (job.signal?.aborted) throw first.error
  const ids = failures.map(({ id }) => id)
  const delayMs = DELAYS_MS[job.attempt - 1]
  const fields = { err: first.error, organizationId, ids }
  if (delayMs === undefined) {
    context.log.error(fields, 'documents were given up')
    await inTransaction(context.database, organizationId, (tx) => failDocuments(tx, ids, 'document_failed'))
    context.counts.documentsFailed(ids.length)
    return
  }
  context.log.warn(fields, 'documents could not be rendered and are tried again')
  const next = { attempt: job.attempt + 1, at: instant(context.systemNow() + delayMs) }
  await inTransaction(context.database, organizationId, (tx) => queueRendering(tx, organizationId, ids, next))
}

async function renderOne(context: Context, document: DocumentRow): Promise<void> {
  const { organizationId } = document
  const made = isXml(document) ? writtenOf(document) : await printedOf(context, document)
  const file =
    'refusal' in made ? made : { ...made, ...(await keepBytes(context, organizationId, made.bytes)) }
  const isKept = await inTransaction(context.database, organizationId, (tx) =>
    makeReady(context, tx, document, file),
  )
  if (isKept && 'problems' in file) tellProblems(context, document, file.problems)
}

/** Says in the log what a PDF does not show as it was. */
function tellProblems(context: Context, document: DocumentRow, problems: readonly string[]): void {
  const { organizationId, id, fileName } = document
  const told = isXml(document) ? [] : problems.filter((problem) => problem !== 'tags_reduced')
  if (told.length === 0) return
  context.log.warn({ organizationId, id, fileName, problems: told }, 'a document does not show everything')
}

/** The PDF of a document. */
async function printedOf(context: Context, document: DocumentRow): Promise<RenderedDocument> {
  const { organizationId } = document
  const frozen = document.model as FrozenDocument
  const hash = frozen.seller.logo
  const logo = hash && (await context.database.read(organizationId, (reads) => readBlob(reads, hash)))
  const subject = `${document.id} ${document.version}`
  return context.renderDocument({ frozen, subject, logo: logo || null })
}

/** The XML of an e-invoice, or why it may not be issued (docs/rules/e-invoices.md#refusal). */
function writtenOf(document: DocumentRow): RenderedDocument | { readonly refusal: EInvoiceProblems } {
  const files = eDocumentOf(document.model as FrozenDocument)
  if ('refusal' in files) return files
  return { bytes: new TextEncoder().encode(files.xml), problems: files.warnings }
}

/** False when another job has finished the document. */
async function makeReady(
  context: Context,
  tx: Tx,
  document: DocumentRow,
  made: (KeptFile & Pick<RenderedDocument, 'problems'>) | { readonly refusal: EInvoiceProblems },
): Promise<boolean> {
  if (!(await lockPendingDocument(tx, document.id))) return false
  if ('refusal' in made) {
    await refuseDocument(tx, document, made.refusal)
    return true
  }
  const present = await callerOfPresent(context, tx, document.organizationId)
  // While the clock of a sandbox is being moved, it shows the time from before the move.
  const caller: Caller = { ...present, now: instant(Math.max(present.now, document.createdAt)) }
  await keepFile(tx, document, { ...made, renderer: RENDERER, now: caller.now })
  if (document.isAnnounced) {
    await announceFile(tx, caller, document)
    await queueMailOfDocument(tx, caller, document)
  }
  return true
}

function isXml({ kind }: DocumentRow): boolean {
  return kind.endsWith('_xml')
}
