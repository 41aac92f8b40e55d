import { sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { FrozenCreditNote, FrozenInvoice } from '../core/documents/frozen.ts'
import type { EInvoiceProblems } from '../core/documents/xml/check-e-invoice.ts'
import { creditNoteModels } from './credit-note-models.ts'
import type { Reads, Tx } from './database.ts'
import type { DocumentFile, DocumentKind, DocumentRow, EDocumentKind } from './documents.ts'
import { newId } from './ids.ts'
import { invoiceModels } from './invoice-models.ts'
import { anyOf, ts } from './values.ts'

/** The e-invoice of a subject: its file, or why it was refused. */
export type EFile = DocumentFile & {
  /** Codes by field; null for a file. */
  readonly refusal: EInvoiceProblems | null
}

/** The newest e-invoice of each invoice, credit note or receipt that has one, issued or refused, by its id. */
export async function eFilesOf(
  reads: Reads,
  kind: EDocumentKind,
  subjectIds: readonly string[],
): Promise<ReadonlyMap<string, EFile>> {
  if (subjectIds.length === 0) return new Map()
  const rows = await reads
    .selectFrom('documents')
    .distinctOn('subjectId')
    .select(['organizationId', 'id', 'fileName', 'refusal'])
    .select((eb) => eb.ref('subjectId').$notNull().as('subjectId'))
    .where('subjectId', '=', anyOf(subjectIds))
    .where('kind', '=', kind)
    .where('status', 'in', ['ready', 'refused'])
    .orderBy('subjectId')
    .orderBy('version', 'desc')
    .execute()
  return new Map(
    rows.map(({ subjectId, refusal, ...file }) => [
      subjectId,
      { ...file, refusal: refusal as EInvoiceProblems | null },
    ]),
  )
}

/** Notes that an e-invoice may not be issued as it is. The caller has locked the document. */
export async function refuseDocument(
  tx: Tx,
  { id }: Pick<DocumentRow, 'id'>,
  refusal: EInvoiceProblems,
): Promise<void> {
  await sql`
    update documents set status = 'refused', refusal = ${JSON.stringify(refusal)}::jsonb where id = ${id}`.execute(
    tx,
  )
}

/** The newest document of an invoice or a credit note, in whatever state. */
export type LastDocument = {
  readonly status: string
  readonly refusal: EInvoiceProblems | null
  /** What was frozen of it. */
  readonly model: FrozenInvoice | FrozenCreditNote
}

/** The newest document of a kind; undefined when none was made. */
export async function lastDocument(
  reads: Reads,
  kind: DocumentKind | EDocumentKind,
  subjectId: string,
): Promise<LastDocument | undefined> {
  const row = await reads
    .selectFrom('documents')
    .select(['status', 'refusal', 'model'])
    .where('subjectId', '=', subjectId)
    .where('kind', '=', kind)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (!row) return undefined
  const { status, refusal, model } = row
  return {
    status,
    refusal: refusal as EInvoiceProblems | null,
    model: model as unknown as FrozenInvoice | FrozenCreditNote,
  }
}

/**
 * Adds a version of a refused e-invoice to be filled at once, with the model that it is made from; undefined when
 * somebody else has just added it.
 */
export async function addRepairedVersion(
  tx: Tx,
  kind: EDocumentKind,
  subjectId: string,
  made: { readonly model: object; readonly now: Instant },
): Promise<Pick<DocumentRow, 'organizationId' | 'id'> | undefined> {
  const { rows } = await sql<Pick<DocumentRow, 'organizationId' | 'id'>>`
    insert into documents (organization_id, id, kind, invoice_id, credit_note_id, version, reason, is_announced,
      file_name, model, created_at)
    select d.organization_id, ${newId()}, d.kind, d.invoice_id, d.credit_note_id, d.version + 1, 'retry', false,
      d.file_name, ${JSON.stringify(made.model)}::json, ${ts(made.now)}
    from documents d
    where d.subject_id = ${subjectId} and d.kind = ${kind}
    order by d.version desc limit 1
    on conflict on constraint one_version_once do nothing
    returning organization_id, id`.execute(tx)
  return rows[0]
}

/** What would be frozen of an invoice or a credit note now. */
export async function presentModel(
  reads: Reads,
  kind: 'invoice_xml' | 'credit_note_xml',
  subjectId: string,
): Promise<FrozenInvoice | FrozenCreditNote | undefined> {
  const models = kind === 'invoice_xml' ? invoiceModels([subjectId]) : creditNoteModels([subjectId])
  const { rows } = await sql<{ model: FrozenInvoice | FrozenCreditNote }>`
    select m.model from (${models}) m`.execute(reads)
  return rows[0]?.model
}
