import { type RawBuilder, type Selectable, sql, type Updateable } from 'kysely'
import type {
  CreditNoteReason,
  CreditNoteType,
  CreditStatus,
  RefundStatus,
} from '../core/credit-notes/credit-note.ts'
import { type CustomerDetails, detailsOfCustomers, findCustomersById, lockCustomerById } from './customers.ts'
import type { Reads, Tx } from './database.ts'
import { type DocumentFile, type FlawedDocument, filesOf, flawedDocuments } from './documents.ts'
import { type EFile, eFilesOf } from './e-documents.ts'
import { type FeeView, feeViews } from './fees.ts'
import { isId } from './ids.ts'
import { creditNotesNamed } from './list-search.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { CreditNoteItems, CreditNotes, CreditNoteTaxes } from './rows.ts'
import { anyOf, groupedBy } from './values.ts'

export type CreditNoteRow = Selectable<CreditNotes>

/** A credit note with everything on it. */
export type CreditNoteView = CreditNoteRow & {
  readonly invoiceNumber: string
  readonly purchaseOrderNumber: string | null
  readonly selfBilled: boolean
  readonly billingEntityCode: string
  readonly customer: CustomerDetails
  readonly items: readonly (Selectable<CreditNoteItems> & { readonly fee: FeeView })[]
  readonly taxes: readonly Selectable<CreditNoteTaxes>[]
  /** Its newest PDF; null while there is none. */
  readonly file: DocumentFile | null
  readonly eFile: EFile | null
  /** Its newest document, if it was given up or does not show everything. */
  readonly flawed: readonly FlawedDocument[]
}

/** Filters of the list; undefined means no restriction. */
export type CreditNoteFilters = {
  /** One customer, and none that had its external id before. */
  readonly customerId?: string | undefined
  readonly externalCustomerId?: string | undefined
  readonly amountFrom?: bigint | undefined
  readonly amountTo?: bigint | undefined
  readonly billingEntityIds?: readonly string[] | undefined
  readonly creditStatus?: CreditStatus | undefined
  readonly refundStatus?: RefundStatus | undefined
  readonly reason?: CreditNoteReason | undefined
  readonly types?: readonly CreditNoteType[] | undefined
  readonly currency?: string | undefined
  readonly invoiceNumber?: string | undefined
  readonly purchaseOrderNumber?: string | undefined
  readonly issuingFrom?: string | undefined
  readonly issuingTo?: string | undefined
  readonly selfBilled?: boolean | undefined
  readonly searchTerm?: string | undefined
}

/** A final credit note; drafts are not shown. */
export async function findCreditNote(reads: Reads, id: string): Promise<CreditNoteRow | undefined> {
  if (!isId(id)) return undefined
  return reads
    .selectFrom('creditNotes')
    .selectAll()
    .where('id', '=', id)
    .where('status', '=', 'finalized')
    .executeTakeFirst()
}

/** Those of final credit notes that refund something. */
export async function refundingNotes(reads: Reads, ids: readonly string[]): Promise<CreditNoteRow[]> {
  return reads
    .selectFrom('creditNotes')
    .selectAll()
    .where('id', '=', anyOf(ids))
    .where('status', '=', 'finalized')
    .where('refundAmountCents', '>', 0n)
    .execute()
}

/** A final credit note, locked for a change after its customer. */
export async function lockCreditNote(tx: Tx, id: string): Promise<CreditNoteRow | undefined> {
  const found = await findCreditNote(tx, id)
  if (!found) return undefined
  await lockCustomerById(tx, found.customerId)
  return tx.selectFrom('creditNotes').selectAll().where('id', '=', id).forNoKeyUpdate().executeTakeFirst()
}

export async function updateCreditNote(tx: Tx, id: string, set: Updateable<CreditNotes>): Promise<void> {
  await tx.updateTable('creditNotes').set(set).where('id', '=', id).execute()
}

/** Whether an invoice has credit notes, drafts included. */
export async function hasCreditNotes(reads: Reads, invoiceId: string): Promise<boolean> {
  const row = await reads
    .selectFrom('creditNotes')
    .select('id')
    .where('invoiceId', '=', invoiceId)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** The number of the newest credit note among those of an invoice; zero without notes. */
export async function lastNoteNumber(reads: Reads, invoiceId: string): Promise<number> {
  const { last } = await reads
    .selectFrom('creditNotes')
    .select((eb) => eb.fn.max('sequentialId').as('last'))
    .where('invoiceId', '=', invoiceId)
    .executeTakeFirstOrThrow()
  return last ?? 0
}

/** Credit notes with everything on them, in the order of the ids. */
export async function creditNoteViews(reads: Reads, ids: readonly string[]): Promise<CreditNoteView[]> {
  if (ids.length === 0) return []
  const own = anyOf(ids)
  const [notes, items, taxes, files, eFiles, flawed] = await Promise.all([
    reads
      .selectFrom('creditNotes as n')
      .innerJoin('invoices as i', 'i.id', 'n.invoiceId')
      .innerJoin('billingEntities as e', 'e.id', 'i.billingEntityId')
      .selectAll('n')
      .select(['i.number as invoiceNumber', 'i.purchaseOrderNumber', 'i.selfBilled'])
      .select('e.code as billingEntityCode')
      .where('n.id', '=', own)
      .execute(),
    reads
      .selectFrom('creditNoteItems')
      .selectAll()
      .where('creditNoteId', '=', own)
      .orderBy('createdAt')
      .orderBy('id')
      .execute(),
    reads
      .selectFrom('creditNoteTaxes')
      .selectAll()
      .where('creditNoteId', '=', own)
      .orderBy('createdAt')
      .orderBy('id')
      .execute(),
    filesOf(reads, 'credit_note_pdf', ids),
    eFilesOf(reads, 'credit_note_xml', ids),
    flawedDocuments(reads, 'credit_note_pdf', ids),
  ])
  const customerIds = [...new Set(notes.map(({ customerId }) => customerId))]
  const [fees, customers] = await Promise.all([
    feeViews(reads, { feeIds: [...new Set(items.map(({ feeId }) => feeId))] }),
    findCustomersById(reads, customerIds).then((rows) => detailsOfCustomers(reads, rows)),
  ])
  const feeById = new Map(fees.map((fee) => [fee.id, fee]))
  const customerById = new Map(customers.map((details) => [details.customer.id, details]))
  const itemsOf = groupedBy(items, ({ creditNoteId }) => creditNoteId)
  const taxesOf = groupedBy(taxes, ({ creditNoteId }) => creditNoteId)
  const views = notes.flatMap((note): readonly (readonly [string, CreditNoteView])[] => {
    const customer = customerById.get(note.customerId)
    if (!customer) return []
    const shown = (itemsOf.get(note.id) ?? []).flatMap((item) => {
      const fee = feeById.get(item.feeId)
      return fee ? [{ ...item, fee }] : []
    })
    const parts = {
      items: shown,
      taxes: taxesOf.get(note.id) ?? [],
      file: files.get(note.id) ?? null,
      eFile: eFiles.get(note.id) ?? null,
      flawed: flawed.filter(({ subjectId }) => subjectId === note.id),
    }
    return [[note.id, { ...note, customer, ...parts }]]
  })
  const viewById = new Map(views)
  return ids.flatMap((id) => viewById.get(id) ?? [])
}

/** A page of final credit notes, newest issuing date first. */
export async function listCreditNotes(
  reads: Reads,
  filters: CreditNoteFilters,
  slice: Slice,
): Promise<Listed<CreditNoteView>> {
  const filtered = await filteredNotes(reads, filters)
  const ordered = filtered
    .select('n.id')
    .orderBy('n.issuingDate', 'desc')
    .orderBy('n.createdAt', 'desc')
    .orderBy('n.id', 'desc')
  const { rows, total } = await pageOf(ordered, slice, reads)
  return {
    rows: await creditNoteViews(
      reads,
      rows.map(({ id }) => id),
    ),
    total,
  }
}

async function filteredNotes(reads: Reads, f: CreditNoteFilters) {
  let query = reads.selectFrom('creditNotes as n').where('n.status', '=', 'finalized')
  if (f.customerId !== undefined) query = query.where('n.customerId', '=', f.customerId)
  if (f.externalCustomerId !== undefined) {
    const own = sql<string>`any(array(select c.id from customers c where c.external_id = ${f.externalCustomerId}))`
    query = query.where('n.customerId', '=', own)
  }
  if (f.amountFrom !== undefined) query = query.where('n.totalAmountCents', '>=', f.amountFrom)
  if (f.amountTo !== undefined) query = query.where('n.totalAmountCents', '<=', f.amountTo)
  if (f.creditStatus !== undefined) query = query.where('n.creditStatus', '=', f.creditStatus)
  if (f.refundStatus !== undefined) query = query.where('n.refundStatus', '=', f.refundStatus)
  if (f.reason !== undefined) query = query.where('n.reason', '=', f.reason)
  if (f.currency !== undefined) query = query.where('n.currency', '=', f.currency)
  if (f.issuingFrom !== undefined) query = query.where('n.issuingDate', '>=', f.issuingFrom)
  if (f.issuingTo !== undefined) query = query.where('n.issuingDate', '<=', f.issuingTo)
  for (const condition of conditionsOfInvoice(f)) query = query.where(condition)
  if (f.types && f.types.length > 0) {
    const { types } = f
    query = query.where((eb) =>
      eb.or([
        ...(types.includes('credit') ? [eb('n.creditAmountCents', '>', 0n)] : []),
        ...(types.includes('refund') ? [eb('n.refundAmountCents', '>', 0n)] : []),
        ...(types.includes('offset') ? [eb('n.offsetAmountCents', '>', 0n)] : []),
      ]),
    )
  }
  if (f.searchTerm === undefined) return query
  return query.where((await creditNotesNamed(reads, f.searchTerm)).has(sql.ref('n.id')))
}

/** What the filters ask of the invoice of a note `n`. */
function conditionsOfInvoice(f: CreditNoteFilters): readonly RawBuilder<boolean>[] {
  const number = f.purchaseOrderNumber?.replace(/[\\%_]/g, '\\$&')
  const conditions = [
    ...(f.billingEntityIds ? [sql`i.billing_entity_id = ${anyOf(f.billingEntityIds)}`] : []),
    ...(f.selfBilled === undefined ? [] : [sql`i.self_billed = ${f.selfBilled}`]),
    ...(f.invoiceNumber === undefined ? [] : [sql`i.number = ${f.invoiceNumber}`]),
    ...(number === undefined ? [] : [sql`i.purchase_order_number ilike ${number}`]),
  ]
  return conditions.map(
    (condition) => sql<boolean>`exists (
      select from invoices i
      where i.organization_id = n.organization_id and i.id = n.invoice_id and ${condition})`,
  )
}

/** What credit notes take off the amounts that are due of their invoices, in cents above zero. */
export async function offsetsOfNotes(
  reads: Reads,
  ids: readonly string[],
): Promise<
  readonly { readonly creditNoteId: string; readonly invoiceId: string; readonly amountCents: bigint }[]
> {
  if (ids.length === 0) return []
  return reads
    .selectFrom('creditNotes')
    .select(['id as creditNoteId', 'invoiceId', 'offsetAmountCents as amountCents'])
    .where('id', '=', anyOf(ids))
    .where('offsetAmountCents', '>', 0n)
    .orderBy('id')
    .execute()
}
