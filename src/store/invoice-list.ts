import { sql } from 'kysely'
import { type CalendarDate, calendarDate } from '../core/calendar/calendar-date.ts'
import { pageOfDays } from '../core/invoicing/page-of-days.ts'
import type { Reads } from './database.ts'
import type { InvoiceRow } from './invoices.ts'
import { customersNamed, invoicesNamed } from './list-search.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'

/** What can settle an invoice: money, or the offset of a credit note. */
export const SETTLEMENTS = ['payment', 'credit_note'] as const
export type Settlement = (typeof SETTLEMENTS)[number]

/** Filters of the invoice list; undefined means no restriction. */
export type InvoiceFilters = {
  /** One customer, and none that had its external id before. */
  readonly customerId?: string | undefined
  readonly externalCustomerId?: string | undefined
  /** Only invoices that bill a subscription with this external id, whichever plan it had. */
  readonly externalSubscriptionId?: string | undefined
  readonly amountFrom?: bigint | undefined
  readonly amountTo?: bigint | undefined
  readonly billingEntityIds?: readonly string[] | undefined
  readonly currency?: string | undefined
  readonly invoiceType?: string | undefined
  readonly issuingFrom?: string | undefined
  readonly issuingTo?: string | undefined
  readonly metadata?: readonly (readonly [string, string])[] | undefined
  readonly partiallyPaid?: boolean | undefined
  readonly paymentDisputeLost?: boolean | undefined
  readonly paymentOverdue?: boolean | undefined
  readonly paymentStatuses?: readonly string[] | undefined
  readonly purchaseOrderNumber?: string | undefined
  readonly searchTerm?: string | undefined
  readonly selfBilled?: boolean | undefined
  /** Only invoices with a settlement of one of these kinds. */
  readonly settlements?: readonly Settlement[] | undefined
  readonly statuses: readonly string[]
}

/** One page of invoices, newest issuing date first, and the total count. */
export async function listInvoices(
  reads: Reads,
  filters: InvoiceFilters,
  slice: Slice,
): Promise<Listed<InvoiceRow>> {
  if (isCountedByDay(filters)) return listCounted(reads, filters, slice)
  const { searchTerm } = filters
  const filtered = filteredInvoices(reads, filters)
  if (searchTerm === undefined) return pageOf(ordered(filtered), slice, reads)
  const [customers, invoices] = await Promise.all([
    customersNamed(reads, searchTerm),
    invoicesNamed(reads, searchTerm),
  ])
  // Few searches find both, and either alone is found by its index.
  const hits = [
    ...(invoices.isNone ? [] : [invoices.has(sql.ref('i.id'))]),
    ...(customers.isNone && !invoices.isNone ? [] : [customers.has(sql.ref('i.customerId'))]),
  ]
  const found = filtered.where(sql<boolean>`(${sql.join(hits, sql` or `)})`)
  return pageOf(ordered(found), slice, reads)
}

const ordered = (filtered: ReturnType<typeof filteredInvoices>) =>
  filtered.selectAll('i').orderBy('i.issuingDate', 'desc').orderBy('i.createdAt', 'desc').orderBy('i.id')

/** Whether invoice_days tells how many invoices match. */
function isCountedByDay(f: InvoiceFilters): boolean {
  return (
    f.customerId === undefined &&
    f.externalCustomerId === undefined &&
    f.externalSubscriptionId === undefined &&
    f.amountFrom === undefined &&
    f.amountTo === undefined &&
    (f.metadata ?? []).length === 0 &&
    f.purchaseOrderNumber === undefined &&
    f.searchTerm === undefined &&
    f.settlements === undefined
  )
}

/** The same where the days of the matching invoices are known: only those on the page are looked at. */
async function listCounted(reads: Reads, filters: InvoiceFilters, slice: Slice): Promise<Listed<InvoiceRow>> {
  const days = await invoicesByDay(reads, filters)
  const total = days.reduce((sum, { count }) => sum + count, 0)
  const place = pageOfDays(days, slice)
  if (place === null) return { rows: [], total }
  const rows = await ordered(filteredInvoices(reads, filters))
    .where('i.issuingDate', '<=', place.newest)
    .where('i.issuingDate', '>=', place.oldest)
    .limit(slice.perPage)
    .offset(place.skipped)
    .execute()
  return { rows, total }
}

/** How many invoices match on each day that has any, the newest day first. */
async function invoicesByDay(
  reads: Reads,
  f: InvoiceFilters,
): Promise<readonly { readonly day: CalendarDate; readonly count: number }[]> {
  let query = reads.selectFrom('invoiceDays as d').where('d.status', 'in', [...f.statuses])
  if (f.currency !== undefined) query = query.where('d.currency', '=', f.currency)
  if (f.invoiceType !== undefined) query = query.where('d.invoiceType', '=', f.invoiceType)
  if (f.issuingFrom !== undefined) query = query.where('d.issuingDate', '>=', f.issuingFrom)
  if (f.issuingTo !== undefined) query = query.where('d.issuingDate', '<=', f.issuingTo)
  if (f.paymentStatuses) query = query.where('d.paymentStatus', 'in', [...f.paymentStatuses])
  if (f.paymentOverdue !== undefined) query = query.where('d.paymentOverdue', '=', f.paymentOverdue)
  if (f.selfBilled !== undefined) query = query.where('d.selfBilled', '=', f.selfBilled)
  if (f.paymentDisputeLost !== undefined) query = query.where('d.isLost', '=', f.paymentDisputeLost)
  if (f.partiallyPaid !== undefined) query = query.where('d.isPartlyPaid', '=', f.partiallyPaid)
  if (f.billingEntityIds) query = query.where('d.billingEntityId', 'in', [...f.billingEntityIds])
  const rows = await query
    .groupBy('d.issuingDate')
    .having((eb) => eb(eb.fn.sum('d.invoices'), '>', 0))
    .select('d.issuingDate as day')
    .select(sql<string>`sum(d.invoices)::text`.as('count'))
    .orderBy('d.issuingDate', 'desc')
    .execute()
  return rows.map(({ day, count }) => ({ day: calendarDate(day), count: Number(count) }))
}

/** Everything but the search. */
function filteredInvoices(reads: Reads, f: InvoiceFilters) {
  let query = reads.selectFrom('invoices as i').where('i.status', 'in', [...f.statuses])
  if (f.customerId !== undefined) query = query.where('i.customerId', '=', f.customerId)
  if (f.externalCustomerId !== undefined) {
    // As an array, because the order of the list would otherwise look better than the customer's own invoices.
    const { externalCustomerId } = f
    query = query.where(
      'i.customerId',
      '=',
      sql<string>`any(array(select c.id from customers c where c.external_id = ${externalCustomerId}))`,
    )
  }
  if (f.externalSubscriptionId !== undefined) {
    const { externalSubscriptionId } = f
    query = query.where(
      sql<boolean>`i.id = any(array(select p.invoice_id from invoice_subscriptions p
        join subscriptions s on s.id = p.subscription_id where s.external_id = ${externalSubscriptionId}))`,
    )
  }
  if (f.amountFrom !== undefined) query = query.where('i.totalAmountCents', '>=', f.amountFrom)
  if (f.amountTo !== undefined) query = query.where('i.totalAmountCents', '<=', f.amountTo)
  if (f.currency !== undefined) query = query.where('i.currency', '=', f.currency)
  if (f.invoiceType !== undefined) query = query.where('i.invoiceType', '=', f.invoiceType)
  if (f.issuingFrom !== undefined) query = query.where('i.issuingDate', '>=', f.issuingFrom)
  if (f.issuingTo !== undefined) query = query.where('i.issuingDate', '<=', f.issuingTo)
  if (f.paymentStatuses) query = query.where('i.paymentStatus', 'in', [...f.paymentStatuses])
  // In words, which an index of what is overdue needs.
  if (f.paymentOverdue !== undefined) {
    query = query.where(
      f.paymentOverdue ? sql<boolean>`i.payment_overdue` : sql<boolean>`not i.payment_overdue`,
    )
  }
  if (f.selfBilled !== undefined) query = query.where('i.selfBilled', '=', f.selfBilled)
  if (f.purchaseOrderNumber !== undefined) {
    query = query.where('i.purchaseOrderNumber', '=', f.purchaseOrderNumber)
  }
  if (f.paymentDisputeLost !== undefined) {
    query = query.where('i.paymentDisputeLostAt', f.paymentDisputeLost ? 'is not' : 'is', null)
  }
  if (f.partiallyPaid !== undefined) {
    const isPart = sql<boolean>`(i.total_paid_amount_cents > 0 and i.total_paid_amount_cents < i.total_amount_cents)`
    query = query.where(f.partiallyPaid ? isPart : sql<boolean>`not ${isPart}`)
  }
  if (f.settlements) {
    const kinds = f.settlements.map((each) => (each === 'payment' ? 'payment' : 'offset'))
    query = query.where((eb) =>
      eb.exists(
        eb
          .selectFrom('invoicePayments as e')
          .select('e.id')
          .whereRef('e.invoiceId', '=', 'i.id')
          .where('e.kind', 'in', kinds),
      ),
    )
  }
  if (f.billingEntityIds) query = query.where('i.billingEntityId', 'in', f.billingEntityIds)
  for (const [key, value] of f.metadata ?? []) {
    query = query.where((eb) =>
      eb.exists(
        eb
          .selectFrom('invoiceMetadata as m')
          .select('m.id')
          .whereRef('m.invoiceId', '=', 'i.id')
          .where('m.key', '=', key)
          .where('m.value', '=', value),
      ),
    )
  }
  return query
}
