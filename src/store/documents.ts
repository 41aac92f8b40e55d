import { type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { FrozenInvoice } from '../core/documents/frozen.ts'
import type { Database, Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import { invoiceModels } from './invoice-models.ts'
import type { Documents } from './rows.ts'
import { anyOf, ts } from './values.ts'

export type DocumentRow = Selectable<Documents>

/** The file of a document that is ready. */
export type DocumentFile = Pick<DocumentRow, 'organizationId' | 'id' | 'fileName'>

/** Why a document is made. */
export type DocumentReason = 'issued' | 'voided' | 'admin' | 'asked'

/** One job renders at most this many documents. */
const DOCUMENTS_OF_JOB = 50
/** After these attempts a document is given up. */
export const RENDER_ATTEMPTS = 6

type NewDocuments = {
  readonly organizationId: string
  readonly invoiceIds: readonly string[]
  readonly reason: DocumentReason
  readonly isAnnounced: boolean
  readonly now: Instant
}

/**
 * Freezes what the PDFs of final invoices say and queues their rendering, in the caller's transaction and for any
 * number of invoices in two statements. Invoices that have a document already are left alone.
 */
export async function freezeInvoiceDocuments(tx: Tx, made: NewDocuments): Promise<void> {
  if (made.invoiceIds.length === 0) return
  const ids = made.invoiceIds.map(() => newId())
  const { rows } = await sql<{ id: string }>`
    with asked as (
      select * from unnest(${ids}::uuid[], ${[...made.invoiceIds]}::uuid[]) as a (id, invoice_id)
    ), models as (${invoiceModels(made.invoiceIds)}),
    logos as (
      insert into document_blobs (organization_id, sha256, bytes)
      select distinct b.organization_id, sha256(b.logo), b.logo
      from asked a
      join invoices i on i.organization_id = ${made.organizationId} and i.id = a.invoice_id
      join billing_entities b on b.organization_id = i.organization_id and b.id = i.billing_entity_id
      where b.logo is not null
      on conflict do nothing
    )
    insert into documents (organization_id, id, kind, invoice_id, version, reason, is_announced, file_name, model,
      created_at)
    select ${made.organizationId}, a.id, 'invoice_pdf', a.invoice_id, 1, ${made.reason}, ${made.isAnnounced},
      m.number || '.pdf', m.model, ${ts(made.now)}
    from asked a join models m on m.invoice_id = a.invoice_id
    on conflict on constraint one_version_once do nothing
    returning id`.execute(tx)
  await queueRendering(
    tx,
    made.organizationId,
    rows.map(({ id }) => id),
  )
}

/** Another version of an invoice's document from the model of its last one, with changes to that model. */
export async function addDocumentVersion(
  tx: Tx,
  made: Omit<NewDocuments, 'invoiceIds'> & { readonly invoiceId: string },
  changes: Partial<FrozenInvoice>,
): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    insert into documents (organization_id, id, kind, invoice_id, version, reason, is_announced, file_name, model,
      created_at)
    select d.organization_id, ${newId()}, d.kind, d.invoice_id, d.version + 1, ${made.reason}, ${made.isAnnounced},
      d.file_name, (d.model::jsonb || ${JSON.stringify(changes)}::jsonb)::json, ${ts(made.now)}
    from documents d
    where d.invoice_id = ${made.invoiceId} and d.kind = 'invoice_pdf'
    order by d.version desc limit 1
    returning id`.execute(tx)
  await queueRendering(
    tx,
    made.organizationId,
    rows.map(({ id }) => id),
  )
}

/** One job for every few documents, flagged because only some of the queue's slots render. */
async function queueRendering(tx: Tx, organizationId: string, ids: readonly string[]): Promise<void> {
  const jobs = []
  for (let from = 0; from < ids.length; from += DOCUMENTS_OF_JOB) {
    const documentIds = ids.slice(from, from + DOCUMENTS_OF_JOB)
    jobs.push({ payload: { organizationId, documentIds }, key: `documents:${documentIds[0]}` })
  }
  if (jobs.length === 0) return
  await sql`
    select weir_enqueue('render_documents', j.payload, j.key, ${RENDER_ATTEMPTS}::int, ${['documents']}::text[])
    from json_to_recordset(${JSON.stringify(jobs)}::json) as j (payload json, key text)`.execute(tx)
}

/** The documents among `ids` that are still to be rendered, in the order in which they were asked for. */
export async function pendingDocuments(reads: Reads, ids: readonly string[]): Promise<DocumentRow[]> {
  return reads
    .selectFrom('documents')
    .selectAll()
    .where('id', '=', anyOf(ids))
    .where('status', '=', 'pending')
    .orderBy('id')
    .execute()
}

/** Locks a document if it is still pending; false when another job has finished it. */
export async function lockPendingDocument(tx: Tx, id: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from documents where id = ${id} and status = 'pending' for no key update`.execute(tx)
  return rows.length > 0
}

/** Stores the file of a document and makes it ready. The caller has locked the document. */
export async function keepFile(
  tx: Tx,
  document: Pick<DocumentRow, 'organizationId' | 'id'>,
  file: {
    readonly bytes: Uint8Array
    readonly problems: readonly string[]
    readonly renderer: string
    readonly now: Instant
  },
): Promise<void> {
  const bytes = Buffer.from(file.bytes)
  await sql`
    with kept as (
      insert into document_blobs (organization_id, sha256, bytes)
      values (${document.organizationId}, sha256(${bytes}::bytea), ${bytes}::bytea)
      on conflict do nothing
    )
    update documents set status = 'ready', content_sha256 = sha256(${bytes}::bytea), byte_size = ${bytes.length}::int,
      problems = ${[...file.problems]}::text[], renderer = ${file.renderer}, ready_at = ${ts(file.now)}
    where id = ${document.id}`.execute(tx)
}

/** Gives up documents that could not be rendered. */
export async function failDocuments(tx: Tx, ids: readonly string[], problem: string): Promise<void> {
  await sql`
    update documents set status = 'failed', problems = array[${problem}]
    where id = any(${[...ids]}::uuid[]) and status = 'pending'`.execute(tx)
}

/** The newest file of each invoice that has one. */
export async function filesOfInvoices(
  reads: Reads,
  invoiceIds: readonly string[],
): Promise<ReadonlyMap<string, DocumentFile>> {
  const rows = await reads
    .selectFrom('documents')
    .distinctOn('invoiceId')
    .select(['organizationId', 'id', 'fileName', 'invoiceId'])
    .where('invoiceId', '=', anyOf(invoiceIds))
    .where('kind', '=', 'invoice_pdf')
    .where('status', '=', 'ready')
    .orderBy('invoiceId')
    .orderBy('version', 'desc')
    .execute()
  return new Map(rows.map(({ invoiceId, ...file }) => [invoiceId, file]))
}

/** The state of an invoice's newest document; undefined when none was made. */
export async function latestDocument(
  reads: Reads,
  invoiceId: string,
): Promise<Pick<DocumentRow, 'id' | 'status' | 'version'> | undefined> {
  return reads
    .selectFrom('documents')
    .select(['id', 'status', 'version'])
    .where('invoiceId', '=', invoiceId)
    .where('kind', '=', 'invoice_pdf')
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** A ready document with its bytes. */
export async function readFile(
  reads: Reads,
  id: string,
): Promise<{ readonly fileName: string; readonly sha256: Buffer; readonly bytes: Buffer } | undefined> {
  return reads
    .selectFrom('documents as d')
    .innerJoin('documentBlobs as b', 'b.sha256', 'd.contentSha256')
    .select(['d.fileName', 'b.sha256', 'b.bytes'])
    .where('d.id', '=', id)
    .where('d.status', '=', 'ready')
    .executeTakeFirst()
}

/** The bytes of a logo by the hash in a model. */
export async function readBlob(reads: Reads, sha256: string): Promise<Buffer | undefined> {
  const row = await reads
    .selectFrom('documentBlobs')
    .select('bytes')
    .where('sha256', '=', Buffer.from(sha256, 'hex'))
    .executeTakeFirst()
  return row?.bytes
}

/** Deletes up to `limit` documents older than `years`, and the files that no document needs; returns how many. */
export async function deleteOldDocuments(
  database: Database,
  old: { readonly now: Instant; readonly years: number; readonly limit: number },
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with gone as (
      delete from documents where (organization_id, id) in (
        select organization_id, id from documents
        where created_at < ${ts(old.now)} - make_interval(years => ${old.years}::int)
        limit ${old.limit}
      )
      returning organization_id, id, content_sha256
    ), freed as (
      delete from document_blobs b using gone g
      where b.organization_id = g.organization_id and b.sha256 = g.content_sha256
        and not exists (
          select from documents d
          where d.organization_id = b.organization_id and d.content_sha256 = b.sha256
            and d.id not in (select id from gone)
        )
    )
    select count(*)::int as count from gone`.execute(database.system)
  return rows[0]?.count ?? 0
}
