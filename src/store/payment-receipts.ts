import { type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Reads, Tx } from './database.ts'
import { type DocumentFile, filesOf } from './documents.ts'
import { type EFile, eFilesOf } from './e-documents.ts'
import { newId } from './ids.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import { findPayments, type PaymentView, paymentViews } from './payments.ts'
import type { PaymentReceipts } from './rows.ts'
import { ts } from './values.ts'

export type PaymentReceiptRow = Selectable<PaymentReceipts>

/** A receipt with its payment, and its newest PDF, null while there is none. */
export type PaymentReceiptView = PaymentReceiptRow & {
  readonly payment: PaymentView
  readonly file: DocumentFile | null
  readonly eFile: EFile | null
}

/**
 * Issues the receipt of a payment with the customer's next number, `<slug>-RCPT-000001`. The counter is locked until
 * the transaction ends, so the numbers have no gaps. Violates a unique key when the payment has a receipt.
 */
export async function insertReceipt(
  tx: Tx,
  customer: { readonly organizationId: string; readonly id: string; readonly slug: string },
  paymentId: string,
  now: Instant,
): Promise<PaymentReceiptRow> {
  const { rows } = await sql<PaymentReceiptRow>`
    with counted as (
      insert into customer_receipt_counters as c (organization_id, customer_id, last_number)
      values (${customer.organizationId}::uuid, ${customer.id}::uuid, 1)
      on conflict (organization_id, customer_id) do update set last_number = c.last_number + 1
      returning last_number::text as number
    )
    insert into payment_receipts (organization_id, id, payment_id, number, created_at, updated_at)
    select ${customer.organizationId}::uuid, ${newId()}::uuid, ${paymentId}::uuid,
      ${customer.slug} || '-RCPT-' || lpad(number, greatest(6, length(number)), '0'), ${ts(now)}, ${ts(now)}
    from counted
    returning *`.execute(tx)
  const [receipt] = rows
  if (!receipt) throw new Error(`no receipt was written for payment ${paymentId}`)
  return receipt
}

/** One page of receipts, the latest first: of all, of payments of an invoice, or of payments by a customer. */
export async function listReceipts(
  reads: Reads,
  of: { readonly invoiceId?: string | undefined; readonly customerId?: string | undefined },
  slice: Slice,
): Promise<Listed<PaymentReceiptRow>> {
  const { invoiceId, customerId } = of
  let query = reads.selectFrom('paymentReceipts as r').selectAll('r')
  if (customerId !== undefined) {
    query = query.where('r.paymentId', 'in', (eb) =>
      eb.selectFrom('payments as p').select('p.id').where('p.customerId', '=', customerId),
    )
  }
  if (invoiceId !== undefined) {
    query = query.where('r.paymentId', 'in', (eb) =>
      eb
        .selectFrom('invoicePayments as e')
        .select((e) => e.ref('e.paymentId').$notNull().as('paymentId'))
        .where('e.invoiceId', '=', invoiceId)
        .where('e.paymentId', 'is not', null),
    )
  }
  return pageOf(query.orderBy('r.createdAt', 'desc').orderBy('r.id'), slice, reads)
}

export async function findReceipt(reads: Reads, id: string): Promise<PaymentReceiptRow | undefined> {
  return reads.selectFrom('paymentReceipts').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Receipts with their payments, in the order of the rows. */
export async function receiptViews(
  reads: Reads,
  rows: readonly PaymentReceiptRow[],
): Promise<PaymentReceiptView[]> {
  const paymentIds = rows.map(({ paymentId }) => paymentId)
  const receiptIds = rows.map(({ id }) => id)
  const [payments, files, eFiles] = await Promise.all([
    findPayments(reads, paymentIds),
    filesOf(reads, 'receipt_pdf', receiptIds),
    eFilesOf(reads, 'receipt_xml', receiptIds),
  ])
  const byId = new Map((await paymentViews(reads, payments)).map((view) => [view.id, view]))
  return rows.map((row) => {
    const payment = byId.get(row.paymentId)
    if (!payment) throw new Error(`receipt ${row.id} has no payment`)
    return { ...row, payment, file: files.get(row.id) ?? null, eFile: eFiles.get(row.id) ?? null }
  })
}
