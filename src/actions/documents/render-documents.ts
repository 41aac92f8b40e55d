import type { FrozenDocument } from '../../core/documents/frozen.ts'
import { RENDERER, type RenderedDocument } from '../../core/documents/rendering.ts'
import type { Tx } from '../../store/database.ts'
import {
  type DocumentRow,
  failDocuments,
  keepFile,
  lockPendingDocument,
  pendingDocuments,
  RENDER_ATTEMPTS,
  readBlob,
} from '../../store/documents.ts'
import { inTransaction } from '../../store/transaction.ts'
import { announceInvoice } from '../billing/announce-documents.ts'
import { type Caller, type Context, callerOfPresent } from '../context.ts'

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
 * is whole and announced, or it is not there. Those that fail are tried again by the queue; after the last attempt they
 * are given up. Throws the first failure unless it was the last attempt.
 */
export async function renderDocuments(context: Context, job: RenderJob): Promise<void> {
  const { organizationId } = job
  const pending = await context.database.read(organizationId, (reads) =>
    pendingDocuments(reads, job.documentIds),
  )
  const failures: { readonly id: string; readonly error: unknown }[] = []
  const left = [...pending]
  const renderSome = async () => {
    for (let document = left.shift(); document; document = left.shift()) {
      job.signal?.throwIfAborted()
      await renderOne(context, document).catch((error: unknown) => {
        failures.push({ id: document?.id ?? '', error })
      })
    }
  }
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, renderSome))
  const [first] = failures
  if (!first) return
  if (job.attempt < RENDER_ATTEMPTS) throw first.error
  const ids = failures.map(({ id }) => id)
  context.log.error({ err: first.error, organizationId, ids }, 'documents were given up')
  await inTransaction(context.database, organizationId, (tx) => failDocuments(tx, ids, 'document_failed'))
}

async function renderOne(context: Context, document: DocumentRow): Promise<void> {
  const { organizationId } = document
  const frozen = document.model as FrozenDocument
  const hash = frozen.seller.logo
  const logo = hash && (await context.database.read(organizationId, (reads) => readBlob(reads, hash)))
  const subject = `${document.id} ${document.version}`
  const rendered = await context.renderDocument({ frozen, subject, logo: logo || null })
  await inTransaction(context.database, organizationId, (tx) => makeReady(context, tx, document, rendered))
}

async function makeReady(
  context: Context,
  tx: Tx,
  document: DocumentRow,
  rendered: RenderedDocument,
): Promise<void> {
  if (!(await lockPendingDocument(tx, document.id))) return
  const caller: Caller = await callerOfPresent(context, tx, document.organizationId)
  await keepFile(tx, document, { ...rendered, renderer: RENDERER, now: caller.now })
  if (document.isAnnounced) await announceInvoice(tx, caller, document.invoiceId, 'invoice.generated')
}
