import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { FrozenInvoice } from '../core/documents/frozen.ts'
import { E_INVOICING_COUNTRIES } from '../core/organizations/settings.ts'
import { creditNoteModels } from './credit-note-models.ts'
import type { Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import { invoiceModels } from './invoice-models.ts'
import { receiptModels } from './receipt-models.ts'
import type { Documents } from './rows.ts'
import { anyOf, arrayOf, ts } from './values.ts'

export type DocumentRow = Selectable<Documents>

/** A document that was given up, or that does not show everything. */
export type FlawedDocument = Pick<DocumentRow, 'id' | 'kind' | 'version' | 'status' | 'problems'>

/** The file of a document that is ready. */
export type DocumentFile = Pick<DocumentRow, 'organizationId' | 'id' | 'fileName'>

/** Why a document is made. */
export type DocumentReason = 'issued' | 'voided' | 'admin' | 'asked' | 'retry'

/** One job renders at most this many documents. */
const DOCUMENTS_OF_JOB = 50
/** A job that is interrupted is begun again so often; one that fails queues its next attempt itself. */
const INTERRUPTIONS_MAX = 25

/** What a document is of, and in which form. */
export type DocumentKind = 'invoice_pdf' | 'credit_note_pdf' | 'receipt_pdf'
/** The e-invoice of the same subject. */
export type EDocumentKind = 'invoice_xml' | 'credit_note_xml' | 'receipt_xml'

export const XML_OF: Readonly<Record<DocumentKind, EDocumentKind>> = {
  invoice_pdf: 'invoice_xml',
  credit_note_pdf: 'credit_note_xml',
  receipt_pdf: 'receipt_xml',
}

type Origin = {
  readonly organizationId: string
  readonly reason: DocumentReason
  /** Whether the file is announced with a webhook when it is ready. */
  readonly isAnnounced: boolean
  readonly now: Instant
}

/** The column that names the subject, and the query for models, of each kind. */
const SUBJECTS: Readonly<
  Record<
    DocumentKind,
    { readonly column: string; readonly models: (ids: readonly string[]) => RawBuilder<unknown> }
  >
> = {
  invoice_pdf: { column: 'invoice_id', models: invoiceModels },
  credit_note_pdf: { column: 'credit_note_id', models: creditNoteModels },
  receipt_pdf: { column: 'payment_receipt_id', models: receiptModels },
}

/** A query for what documents of a kind say, with their `subject_id`, `number` and `billing_entity_id`. */
export function modelsOf(kind: DocumentKind, subjectIds: readonly string[]): RawBuilder<unknown> {
  return SUBJECTS[kind].models(subjectIds)
}

/**
 * Freezes what the documents of final invoices, credit notes or receipts say and queues their rendering, in the
 * caller's transaction and for any number of subjects in two statements: the XML of those whose billing entity has
 * e-invoicing, and the PDFs if `makesPdfs`. Those that have a document of a kind already are left alone.
 */
export async function freezeSubjects(
  tx: Tx,
  kind: DocumentKind,
  subjectIds: readonly string[],
  made: Origin & { readonly makesPdfs: boolean },
): Promise<void> {
  if (subjectIds.length === 0) return
  const { column, models } = SUBJECTS[kind]
  const xmlIds = subjectIds.map(() => newId())
  const ids = subjectIds.map(() => newId())
  const { rows } = await sql<{ id: string }>`
    with asked as (
      select * from unnest(${arrayOf(ids, 'uuid')}, ${arrayOf(xmlIds, 'uuid')}, ${arrayOf(subjectIds, 'uuid')})
        as a (id, xml_id, subject_id)
    ), models as materialized (${models(subjectIds)}),
    logos as (
      insert into document_blobs (organization_id, sha256, bytes)
      select distinct b.organization_id, sha256(b.logo), b.logo
      from models m
      join billing_entities b on b.organization_id = ${made.organizationId} and b.id = m.billing_entity_id
      where b.logo is not null
      on conflict do nothing
    )
    insert into documents (organization_id, id, kind, ${sql.ref(column)}, version, reason, is_announced, file_name,
      model, created_at)
    select ${made.organizationId}, form.id, form.kind, a.subject_id, 1, ${made.reason}, form.is_announced,
      m.number || form.extension, m.model, ${ts(made.now)}
    from asked a
    join models m on m.subject_id = a.subject_id
    join billing_entities b on b.organization_id = ${made.organizationId} and b.id = m.billing_entity_id
    cross join lateral (values
      (a.xml_id, ${XML_OF[kind]}, '.xml', false, b.einvoicing and b.country = any(${[...E_INVOICING_COUNTRIES]}::text[])),
      (a.id, ${kind}, '.pdf', ${made.isAnnounced}::boolean, ${made.makesPdfs}::boolean)
    ) form (id, kind, extension, is_announced, is_made)
    where form.is_made
    on conflict on constraint one_version_once do nothing
    returning id`.execute(tx)
  await queueRendering(
    tx,
    made.organizationId,
    rows.map(({ id }) => id),
  )
}

/**
 * Another version of a document, from the model of its last one with changes to it; false when there is none yet.
 */
export async function addDocumentVersion(
  tx: Tx,
  kind: DocumentKind | EDocumentKind,
  subjectId: string,
  made: Origin,
  changes: Partial<FrozenInvoice>,
): Promise<boolean> {
  const last = await tx
    .selectFrom('documents')
    .select(['version', 'fileName', 'model'])
    .where('subjectId', '=', subjectId)
    .where('kind', '=', kind)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (!last) return false
  const id = newId()
  // Merged here and not by the database, whose jsonb would give the keys another order.
  const model = JSON.stringify({ ...(last.model as object), ...changes })
  const { rows } = await sql`
    insert into documents (organization_id, id, kind, ${sql.ref(columnOf(kind))}, version, reason,
      is_announced, file_name, model, created_at)
    values (${made.organizationId}, ${id}, ${kind}, ${subjectId}, ${last.version + 1}, ${made.reason},
      ${made.isAnnounced}, ${last.fileName}, ${model}::json, ${ts(made.now)})
    on conflict on constraint one_version_once do nothing
    returning id`.execute(tx)
  // Whoever asked at the same time makes the same version.
  if (rows.length > 0) await queueRendering(tx, made.organizationId, [id])
  return true
}

function columnOf(kind: DocumentKind | EDocumentKind): string {
  return SUBJECTS[kind.replace('_xml', '_pdf') as DocumentKind].column
}

/** The parties of an invoice as they are now, and their language; the logo is kept for rendering. */
export async function currentParties(
  tx: Tx,
  invoiceId: string,
): Promise<Pick<FrozenInvoice, 'seller' | 'buyer' | 'locale'>> {
  const { rows } = await sql<Pick<FrozenInvoice, 'seller' | 'buyer' | 'locale'>>`
    with models as materialized (${invoiceModels([invoiceId])}),
    logos as (
      insert into document_blobs (organization_id, sha256, bytes)
      select b.organization_id, sha256(b.logo), b.logo
      from models m join billing_entities b on b.id = m.billing_entity_id
      where b.logo is not null
      on conflict do nothing
    )
    select model->'seller' as seller, model->'buyer' as buyer, model->>'locale' as locale from models`.execute(
    tx,
  )
  const [parties] = rows
  if (!parties) throw new Error(`invoice ${invoiceId} is gone`)
  return parties
}

/**
 * Queues one job for every few documents, flagged because only some of the queue's slots render.
 *
 * @param attempt its number from 1, and when it is made; the first at once
 */
export async function queueRendering(
  tx: Tx,
  organizationId: string,
  ids: readonly string[],
  { attempt, at }: { readonly attempt: number; readonly at: Instant | null } = { attempt: 1, at: null },
): Promise<void> {
  const jobs = []
  for (let from = 0; from < ids.length; from += DOCUMENTS_OF_JOB) {
    const documentIds = ids.slice(from, from + DOCUMENTS_OF_JOB)
    jobs.push({
      payload: { organizationId, documentIds, attempt },
      key: `documents:${documentIds[0]}:${attempt}`,
      flags: ['documents'],
      run_at: at === null ? null : new Date(at).toISOString(),
    })
  }
  if (jobs.length === 0) return
  await sql`
    select weir_enqueue_jobs('render_documents', ${JSON.stringify(jobs)}::json, ${INTERRUPTIONS_MAX}::int)`.execute(
    tx,
  )
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
    readonly sha256: Buffer
    readonly byteSize: number
    /** Null when they are stored elsewhere. */
    readonly bytes: Uint8Array | null
    readonly problems: readonly string[]
    readonly renderer: string
    readonly now: Instant
  },
): Promise<void> {
  if (file.bytes !== null) {
    await sql`
      insert into document_blobs (organization_id, sha256, bytes)
      values (${document.organizationId}, ${file.sha256}, ${Buffer.from(file.bytes)})
      on conflict do nothing`.execute(tx)
  }
  await sql`
    update documents set status = 'ready', content_sha256 = ${file.sha256}, byte_size = ${file.byteSize}::int,
      problems = ${[...file.problems]}::text[], renderer = ${file.renderer}, ready_at = ${ts(file.now)}
    where id = ${document.id}`.execute(tx)
}

/** Gives up documents that could not be rendered. */
export async function failDocuments(tx: Tx, ids: readonly string[], problem: string): Promise<void> {
  await sql`
    update documents set status = 'failed', problems = array[${problem}]
    where id = ${anyOf(ids)} and status = 'pending'`.execute(tx)
}

/** The newest file of each invoice, credit note or receipt that has one, by its id. */
export async function filesOf(
  reads: Reads,
  kind: DocumentKind,
  subjectIds: readonly string[],
): Promise<ReadonlyMap<string, DocumentFile>> {
  if (subjectIds.length === 0) return new Map()
  const rows = await reads
    .selectFrom('documents')
    .distinctOn('subjectId')
    .select(['organizationId', 'id', 'fileName'])
    .select((eb) => eb.ref('subjectId').$notNull().as('subjectId'))
    .where('subjectId', '=', anyOf(subjectIds))
    .where('kind', '=', kind)
    .where('status', '=', 'ready')
    .orderBy('subjectId')
    .orderBy('version', 'desc')
    .execute()
  return new Map(rows.map(({ subjectId, ...file }) => [subjectId, file]))
}

/** The state of the newest document of a subject; undefined when none was made. */
export async function latestDocument(
  reads: Reads,
  kind: DocumentKind,
  subjectId: string,
): Promise<Pick<DocumentRow, 'id' | 'status' | 'version'> | undefined> {
  return reads
    .selectFrom('documents')
    .select(['id', 'status', 'version'])
    .where('subjectId', '=', subjectId)
    .where('kind', '=', kind)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** The newest documents of subjects that were given up or have other problems. */
export async function flawedDocuments(
  reads: Reads,
  kind: DocumentKind,
  subjectIds: readonly string[],
): Promise<readonly (FlawedDocument & { readonly subjectId: string })[]> {
  if (subjectIds.length === 0) return []
  return reads
    .selectFrom('documents as d')
    .select(['d.id', 'd.kind', 'd.version', 'd.status', 'd.problems'])
    .select((eb) => eb.ref('d.subjectId').$notNull().as('subjectId'))
    .where('d.subjectId', '=', anyOf(subjectIds))
    .where('d.kind', '=', kind)
    .where('d.status', '!=', 'pending')
    .where(sql<boolean>`d.problems <> '{}'`)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('documents as later')
            .select('later.id')
            .whereRef('later.subjectId', '=', 'd.subjectId')
            .whereRef('later.kind', '=', 'd.kind')
            .whereRef('later.version', '>', 'd.version'),
        ),
      ),
    )
    .execute()
}

/** Whether any document of these subjects is still being made. */
export async function hasPendingDocuments(reads: Reads, subjectIds: readonly string[]): Promise<boolean> {
  const row = await reads
    .selectFrom('documents')
    .select('id')
    .where('subjectId', '=', anyOf(subjectIds))
    .where('status', '=', 'pending')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}
