import { type RawBuilder, sql } from 'kysely'
import type { FrozenBuyer, FrozenSeller } from '../core/documents/frozen.ts'
import type { MailKind, MailModel, RequestModel } from '../core/mails/mail-content.ts'
import type { Reads } from './database.ts'
import type { DocumentKind } from './documents.ts'
import { modelsOf } from './documents.ts'
import { BUYER, SELLER } from './model-parts.ts'
import { anyOf } from './values.ts'

/** What a mail tells of, and the settings and addresses that decide whether and how it goes out. */
export type MailSubject = {
  readonly id: string
  readonly number: string
  /** That of its invoice, for a receipt of a payment request null. */
  readonly invoiceStatus: string | null
  readonly customerEmail: string | null
  readonly entityName: string
  /** The name that the entity signs with. */
  readonly sellerName: string
  readonly entityEmail: string | null
  /** The entity sends mails of this kind by itself. */
  readonly isEnabled: boolean
  readonly feesCents: bigint | null
  readonly locale: string
  readonly bccEmails: readonly string[]
}

/** The document of each kind of mail. */
export const DOCUMENT_OF_MAIL: Readonly<Partial<Record<MailKind, DocumentKind>>> = {
  invoice: 'invoice_pdf',
  credit_note: 'credit_note_pdf',
  receipt: 'receipt_pdf',
}

/** What is asked of each kind: its rows `x`, with its invoice `i` where it has one, and its customer `c`. */
const SOURCES: Readonly<Record<MailKind, RawBuilder<unknown>>> = {
  invoice: sql`invoices x
    join invoices i on i.organization_id = x.organization_id and i.id = x.id
    join customers c on c.organization_id = x.organization_id and c.id = x.customer_id`,
  credit_note: sql`credit_notes x
    join invoices i on i.organization_id = x.organization_id and i.id = x.invoice_id
    join customers c on c.organization_id = x.organization_id and c.id = x.customer_id`,
  receipt: sql`payment_receipts x
    join payments p on p.organization_id = x.organization_id and p.id = x.payment_id
    join customers c on c.organization_id = p.organization_id and c.id = p.customer_id
    left join invoices i on i.organization_id = p.organization_id and i.id = p.invoice_id`,
  payment_request: sql`payment_requests x
    join customers c on c.organization_id = x.organization_id and c.id = x.customer_id
    left join invoices i on false`,
}
const NUMBERS: Readonly<Record<MailKind, RawBuilder<unknown>>> = {
  invoice: sql`x.number`,
  credit_note: sql`i.number || '-CN' || lpad(x.sequential_id::text, greatest(3, length(x.sequential_id::text)), '0')`,
  receipt: sql`x.number`,
  payment_request: sql`''`,
}
/** The setting of billing entities that has mails of a kind sent; requests are sent without one. */
const SETTINGS: Readonly<Record<MailKind, string | null>> = {
  invoice: 'invoice.finalized',
  credit_note: 'credit_note.created',
  receipt: 'payment_receipt.created',
  payment_request: null,
}

/** The subjects of mails of one kind. */
export async function mailSubjects(
  reads: Reads,
  kind: MailKind,
  ids: readonly string[],
): Promise<readonly MailSubject[]> {
  const isRequest = kind === 'payment_request'
  const setting = SETTINGS[kind]
  const { rows } = await sql<MailSubject>`
    select x.id, ${NUMBERS[kind]} as number, i.status as invoice_status,
      ${isRequest ? sql`x.email` : sql`c.email`} as customer_email, b.name as entity_name,
      coalesce(nullif(b.legal_name, ''), b.name) as seller_name, nullif(b.email, '') as entity_email,
      ${setting === null ? sql`true` : sql`${setting} = any(b.email_settings)`} as is_enabled,
      i.fees_amount_cents as fees_cents, coalesce(c.document_locale, b.document_locale) as locale,
      ${isRequest ? BCC_EMAILS : sql`'{}'::text[]`} as bcc_emails
    from ${SOURCES[kind]}
    join billing_entities b on b.organization_id = x.organization_id
      and b.id = ${isRequest ? ENTITY_OF_REQUEST : sql`coalesce(i.billing_entity_id, c.billing_entity_id)`}
    where x.id = ${anyOf(ids)}`.execute(reads)
  return rows
}

const BCC_EMAILS = sql`coalesce((select dc.bcc_emails from dunning_campaigns dc
  where dc.organization_id = x.organization_id and dc.id = x.dunning_campaign_id), '{}')`

/** All invoices of a request are of one billing entity. */
const ENTITY_OF_REQUEST = sql`coalesce((select ri.billing_entity_id from payment_request_invoices pri
  join invoices ri on ri.organization_id = pri.organization_id and ri.id = pri.invoice_id
  where pri.organization_id = x.organization_id and pri.payment_request_id = x.id limit 1), c.billing_entity_id)`

/**
 * What a mail says of its subject: the model of its newest document, or what a document made now would say where there
 * is none. Undefined for a subject that is gone.
 */
export async function readMailModel(
  reads: Reads,
  kind: MailKind,
  subjectId: string,
): Promise<MailModel | undefined> {
  const documentKind = DOCUMENT_OF_MAIL[kind]
  if (!documentKind) return readRequestModel(reads, subjectId)
  const stored = await reads
    .selectFrom('documents')
    .select('model')
    .where('subjectId', '=', subjectId)
    .where('kind', '=', documentKind)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (stored) return stored.model as MailModel
  const { rows } = await sql<{ model: MailModel }>`
    select model from (${modelsOf(documentKind, [subjectId])}) m`.execute(reads)
  return rows[0]?.model
}

async function readRequestModel(reads: Reads, requestId: string): Promise<MailModel | undefined> {
  type Row = {
    currency: string
    amountCents: bigint
    locale: string
    seller: FrozenSeller
    buyer: FrozenBuyer
  }
  const { rows } = await sql<Row>`
    select x.amount_currency as currency, x.amount_cents, coalesce(c.document_locale, b.document_locale) as locale,
      ${SELLER} as seller, ${BUYER} as buyer
    from ${SOURCES.payment_request}
    join billing_entities b on b.organization_id = x.organization_id and b.id = ${ENTITY_OF_REQUEST}
    where x.id = ${requestId}`.execute(reads)
  const [row] = rows
  if (!row) return undefined
  const { rows: invoices } = await sql<RequestModel['invoices'][number]>`
    select i.number, (i.total_amount_cents - i.total_paid_amount_cents - i.offset_amount_cents)::text as due_cents,
      i.payment_due_date::text as due_on
    from payment_request_invoices pri
    join invoices i on i.organization_id = pri.organization_id and i.id = pri.invoice_id
    where pri.payment_request_id = ${requestId}
    order by i.issuing_date, i.created_at, i.id`.execute(reads)
  return { ...row, kind: 'payment_request', amountCents: String(row.amountCents), invoices } as MailModel
}

/** The invoices that a receipt's payment paid. */
export async function invoicesOfReceipt(reads: Reads, receiptId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select coalesce(p.invoice_id, pri.invoice_id) as id
    from payment_receipts r
    join payments p on p.organization_id = r.organization_id and p.id = r.payment_id
    left join payment_request_invoices pri on pri.organization_id = p.organization_id
      and pri.payment_request_id = p.payment_request_id
    -- CASE and not COALESCE, as in payments.ts.
    join invoices i on i.organization_id = p.organization_id
      and i.id = case when p.invoice_id is null then pri.invoice_id else p.invoice_id end
    where r.id = ${receiptId}
    order by i.issuing_date, i.created_at, i.id`.execute(reads)
  return rows.map(({ id }) => id)
}
