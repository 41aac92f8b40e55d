import type { Insertable, Selectable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { InvoicePaymentStatus } from '../core/invoicing/payment-status.ts'
import { type CustomerDetails, detailsOfCustomers, findCustomersById } from './customers.ts'
import type { Reads, Tx } from './database.ts'
import { insertRows } from './insert-rows.ts'
import type { InvoiceRow } from './invoices.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { PaymentRequests } from './rows.ts'
import { anyOf, groupedBy, ts } from './values.ts'

export type PaymentRequestRow = Selectable<PaymentRequests>

/** A payment request with its customer and the invoices that it asks for. */
export type PaymentRequestView = {
  readonly request: PaymentRequestRow
  readonly customer: CustomerDetails
  readonly invoices: readonly RequestedInvoiceView[]
}

/** An invoice of a payment request. */
export type RequestedInvoiceView = { readonly invoice: InvoiceRow; readonly billingEntityCode: string }

/** Filters of the list of payment requests; undefined means no restriction. */
export type PaymentRequestFilters = {
  readonly externalCustomerId?: string | undefined
  readonly paymentStatus?: InvoicePaymentStatus | undefined
  readonly currency?: string | undefined
  readonly billingEntityIds?: readonly string[] | undefined
}

/** Writes a payment request for some invoices. */
export async function insertPaymentRequest(
  tx: Tx,
  row: Insertable<PaymentRequests>,
  invoiceIds: readonly string[],
): Promise<void> {
  await tx.insertInto('paymentRequests').values(row).execute()
  const { organizationId, id: paymentRequestId } = row
  await insertRows(
    tx,
    'paymentRequestInvoices',
    invoiceIds.map((invoiceId) => ({ organizationId, paymentRequestId, invoiceId })),
  )
}

export async function findPaymentRequest(reads: Reads, id: string): Promise<PaymentRequestRow | undefined> {
  return reads.selectFrom('paymentRequests').selectAll().where('id', '=', id).executeTakeFirst()
}

/** The same, locked for a change; the caller has locked its customer. */
export async function lockPaymentRequest(tx: Tx, id: string): Promise<PaymentRequestRow> {
  return tx
    .selectFrom('paymentRequests')
    .selectAll()
    .where('id', '=', id)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow()
}

/** The ids of the invoices that a payment request asks for. */
export async function invoiceIdsOfRequest(reads: Reads, id: string): Promise<string[]> {
  const rows = await reads
    .selectFrom('paymentRequestInvoices')
    .select('invoiceId')
    .where('paymentRequestId', '=', id)
    .orderBy('invoiceId')
    .execute()
  return rows.map(({ invoiceId }) => invoiceId)
}

export async function setRequestStatus(
  tx: Tx,
  id: string,
  status: InvoicePaymentStatus,
  now: Instant,
): Promise<void> {
  await tx
    .updateTable('paymentRequests')
    .set({ paymentStatus: status, updatedAt: ts(now) })
    .where('id', '=', id)
    .execute()
}

/** One page of payment requests, newest first, and the total count. */
export async function listPaymentRequests(
  reads: Reads,
  filters: PaymentRequestFilters,
  slice: Slice,
): Promise<Listed<PaymentRequestRow>> {
  const { externalCustomerId, paymentStatus, currency, billingEntityIds } = filters
  let query = reads.selectFrom('paymentRequests as r').selectAll('r')
  if (externalCustomerId !== undefined) {
    query = query.where('r.customerId', 'in', (eb) =>
      eb
        .selectFrom('customers as c')
        .select('c.id')
        .where('c.externalId', '=', externalCustomerId)
        .where('c.deletedAt', 'is', null),
    )
  }
  if (paymentStatus !== undefined) query = query.where('r.paymentStatus', '=', paymentStatus)
  if (currency !== undefined) query = query.where('r.amountCurrency', '=', currency)
  if (billingEntityIds) {
    // All invoices of a request are of one billing entity.
    query = query.where((eb) =>
      eb.exists(
        eb
          .selectFrom('paymentRequestInvoices as l')
          .innerJoin('invoices as i', 'i.id', 'l.invoiceId')
          .select('i.id')
          .whereRef('l.paymentRequestId', '=', 'r.id')
          .where('i.billingEntityId', '=', anyOf(billingEntityIds)),
      ),
    )
  }
  return pageOf(query.orderBy('r.createdAt', 'desc').orderBy('r.id'), slice, reads)
}

/** Payment requests with their customers and invoices, in the order of the rows. */
export async function paymentRequestViews(
  reads: Reads,
  rows: readonly PaymentRequestRow[],
): Promise<PaymentRequestView[]> {
  if (rows.length === 0) return []
  const customerIds = [...new Set(rows.map(({ customerId }) => customerId))]
  const [customers, invoices] = await Promise.all([
    findCustomersById(reads, customerIds).then((found) => detailsOfCustomers(reads, found)),
    reads
      .selectFrom('paymentRequestInvoices as l')
      .innerJoin('invoices as i', 'i.id', 'l.invoiceId')
      .innerJoin('billingEntities as e', 'e.id', 'i.billingEntityId')
      .selectAll('i')
      .select(['l.paymentRequestId', 'e.code as billingEntityCode'])
      .where('l.paymentRequestId', '=', anyOf(rows.map(({ id }) => id)))
      .orderBy('i.createdAt')
      .orderBy('i.id')
      .execute(),
  ])
  const byRequest = groupedBy(invoices, ({ paymentRequestId }) => paymentRequestId)
  return rows.map((request) => {
    const customer = customers.find((each) => each.customer.id === request.customerId)
    if (!customer) throw new Error(`payment request ${request.id} has no customer`)
    const own = byRequest.get(request.id) ?? []
    const views = own.map(({ paymentRequestId: _, billingEntityCode, ...invoice }) => ({
      invoice,
      billingEntityCode,
    }))
    return { request, customer, invoices: views }
  })
}
