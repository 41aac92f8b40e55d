import { type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Reads, Tx } from './database.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import { idsPaying } from './payments-of.ts'
import type { Payments } from './rows.ts'
import { anyOf, groupedBy, inOrder, ts } from './values.ts'

export type PaymentRow = Selectable<Payments>

/** A payment with what is shown of its customer and of the invoices that it pays. */
export type PaymentView = PaymentRow & {
  readonly externalCustomerId: string
  readonly invoices: readonly { readonly id: string; readonly number: string }[]
  /** Where it is made; null for a manual payment. */
  readonly provider: PaymentPlace | null
}

/** The connection of a payment, and the customer there. */
export type PaymentPlace = {
  readonly code: string
  readonly type: string
  readonly providerCustomerId: string | null
}

/** What a payment may have come to, as the API says it. */
export const PAYMENT_STATUSES = ['pending', 'processing', 'succeeded', 'failed'] as const

/** Filters of the list of payments; undefined means no restriction. */
export type PaymentFilters = {
  readonly externalCustomerId?: string | undefined
  /** Also finds the payments of payment requests that hold the invoice. */
  readonly invoiceId?: string | undefined
  readonly statuses?: readonly string[] | undefined
}

/** A payment that was recorded by hand, of an invoice or of a payment request. */
export type NewManualPayment = {
  readonly organizationId: string
  readonly id: string
  readonly customerId: string
  readonly invoiceId: string | null
  readonly paymentRequestId: string | null
  readonly amountCents: bigint
  readonly amountCurrency: string
  readonly reference: string
  readonly paidAt: Instant
}

/** Records a manual payment, which has succeeded. Its entries in the ledgers of invoices are written separately. */
export async function insertManualPayment(tx: Tx, payment: NewManualPayment, now: Instant): Promise<void> {
  await tx
    .insertInto('payments')
    .values({
      ...payment,
      paidAt: ts(payment.paidAt),
      paymentType: 'manual',
      status: 'succeeded',
      paymentStatus: 'succeeded',
      createdAt: ts(now),
      updatedAt: ts(now),
    })
    .execute()
}

/** One page of payments, the latest first, and the total count. */
export async function listPayments(
  reads: Reads,
  filters: PaymentFilters,
  slice: Slice,
): Promise<Listed<PaymentRow>> {
  // Payments that ended before they were sent are only in the journal.
  let query = reads.selectFrom('payments as p').select('p.id').where(sql<boolean>`not p.hidden`)
  const { externalCustomerId, invoiceId, statuses } = filters
  if (externalCustomerId !== undefined) {
    query = query.where('p.customerId', 'in', (eb) =>
      eb
        .selectFrom('customers as c')
        .select('c.id')
        .where('c.externalId', '=', externalCustomerId)
        .where('c.deletedAt', 'is', null),
    )
  }
  if (invoiceId !== undefined) {
    query = query.where('p.id', 'in', idsPaying('payments', [invoiceId]))
  }
  if (statuses !== undefined) query = query.where('p.paymentStatus', 'in', [...statuses])
  // Ids only, which an index has: the payments before the page are skipped without being read.
  const ordered = query.orderBy('p.paidAt', 'desc').orderBy('p.id')
  // A payment that was counted before comes to have another status.
  const logId = externalCustomerId === undefined && statuses === undefined ? 'p.id' : undefined
  const { rows, total } = await pageOf(ordered, slice, reads, logId)
  const ids = rows.map(({ id }) => id)
  return { rows: inOrder(ids, await findPayments(reads, ids)), total }
}

export async function findPayments(reads: Reads, ids: readonly string[]): Promise<PaymentRow[]> {
  return reads.selectFrom('payments').selectAll().where('id', '=', anyOf(ids)).execute()
}

/** Payments with their customers and invoices, in the order of the rows. */
export async function paymentViews(reads: Reads, rows: readonly PaymentRow[]): Promise<PaymentView[]> {
  if (rows.length === 0) return []
  const [customers, invoices, places] = await Promise.all([
    reads
      .selectFrom('customers')
      .select(['id', 'externalId'])
      .where('id', '=', anyOf(rows.map(({ customerId }) => customerId)))
      .execute(),
    invoicesOf(reads, rows),
    placesOf(reads, rows),
  ])
  const externalIds = new Map(customers.map(({ id, externalId }) => [id, externalId]))
  return rows.map((row) => ({
    ...row,
    externalCustomerId: externalIds.get(row.customerId) ?? '',
    invoices: invoices.get(row.id) ?? [],
    provider: places.get(row.id) ?? null,
  }))
}

async function placesOf(
  reads: Reads,
  rows: readonly PaymentRow[],
): Promise<ReadonlyMap<string, PaymentPlace>> {
  const ids = rows.filter(({ paymentType }) => paymentType === 'provider').map(({ id }) => id)
  if (ids.length === 0) return new Map()
  const found = await reads
    .selectFrom('payments as p')
    .innerJoin('paymentProviders as v', 'v.id', 'p.paymentProviderId')
    .leftJoin('paymentProviderCustomers as l', 'l.id', 'p.paymentProviderCustomerId')
    .select(['p.id', 'v.code', 'v.providerType as type', 'l.providerCustomerId'])
    .where('p.id', '=', anyOf(ids))
    .execute()
  return new Map(found.map(({ id, ...place }) => [id, place]))
}

async function invoicesOf(reads: Reads, rows: readonly PaymentRow[]) {
  // CASE and not COALESCE, which row-level security does not let near an index: all invoices would be read.
  const { rows: found } = await sql<{ paymentId: string; id: string; number: string }>`
    select p.id as payment_id, i.id, i.number
    from payments p
    left join payment_request_invoices r on r.payment_request_id = p.payment_request_id
    join invoices i on i.id = case when p.invoice_id is null then r.invoice_id else p.invoice_id end
    where p.id = ${anyOf(rows.map(({ id }) => id))}
    order by i.created_at, i.id`.execute(reads)
  return groupedBy(found, ({ paymentId }) => paymentId)
}

/** Whether an invoice is in a payment request that was paid. */
export async function isInPaidRequest(reads: Reads, invoiceId: string): Promise<boolean> {
  const row = await reads
    .selectFrom('paymentRequestInvoices as l')
    .innerJoin('paymentRequests as r', 'r.id', 'l.paymentRequestId')
    .select('r.id')
    .where('l.invoiceId', '=', invoiceId)
    .where('r.paymentStatus', '=', 'succeeded')
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** The last payment by a provider of an invoice or a request; undefined when there was none. */
export async function lastProviderPayment(
  reads: Reads,
  payable: { readonly invoiceId: string } | { readonly paymentRequestId: string },
): Promise<PaymentRow | undefined> {
  const query = reads.selectFrom('payments').selectAll().where('paymentType', '=', 'provider')
  const own =
    'invoiceId' in payable
      ? query.where('invoiceId', '=', payable.invoiceId)
      : query.where('paymentRequestId', '=', payable.paymentRequestId)
  return own.orderBy('id', 'desc').limit(1).executeTakeFirst()
}
