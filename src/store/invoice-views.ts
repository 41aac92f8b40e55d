import { type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import { type CustomerDetails, detailsOfCustomers } from './customers.ts'
import type { Reads } from './database.ts'
import { type FeeView, feeViews } from './fees.ts'
import type { InvoiceRow } from './invoices.ts'
import type { InvoiceMetadata, InvoiceTaxes } from './rows.ts'
import { type SubscriptionView, viewsOf } from './subscription-views.ts'
import { type UnbilledFeeRow, unbilledFeesOf } from './unbilled-fees.ts'

export type InvoicePeriodRow = {
  readonly subscriptionId: string
  readonly externalSubscriptionId: string
  readonly planId: string
  readonly invoicingReason: string
  readonly subscriptionFrom: InvoiceRow['createdAt'] | null
  readonly subscriptionTo: InvoiceRow['createdAt'] | null
  readonly chargesFrom: InvoiceRow['createdAt'] | null
  readonly chargesTo: InvoiceRow['createdAt'] | null
  readonly fixedChargesFrom: InvoiceRow['createdAt'] | null
  readonly fixedChargesTo: InvoiceRow['createdAt'] | null
}

export type InvoiceCreditView = {
  readonly id: string
  readonly invoiceId: string
  readonly amountCents: bigint
  readonly beforeTaxes: boolean
  readonly progressiveInvoiceId: string
  readonly progressiveNumber: string
  readonly progressivePaymentStatus: string
}

export type AppliedThresholdView = {
  readonly invoiceId: string
  readonly lifetimeUsageAmountCents: bigint
  readonly createdAt: InvoiceRow['createdAt']
  readonly thresholdId: string
  readonly thresholdDisplayName: string | null
  readonly amountCents: bigint
  readonly isRecurring: boolean
  readonly thresholdCreatedAt: InvoiceRow['createdAt']
  readonly thresholdUpdatedAt: InvoiceRow['createdAt']
}

/** An invoice with the names that its JSON shows in lists. */
export type InvoiceListView = {
  readonly invoice: InvoiceRow
  readonly billingEntityCode: string
  readonly customer: CustomerDetails
  readonly metadata: readonly Selectable<InvoiceMetadata>[]
  readonly taxes: readonly Selectable<InvoiceTaxes>[]
  /** What a progressive invoice reached; empty on others. */
  readonly thresholds: readonly AppliedThresholdView[]
}

/** An invoice with everything on it. */
export type InvoiceView = InvoiceListView & {
  readonly fees: readonly FeeView[]
  readonly periods: readonly InvoicePeriodRow[]
  readonly subscriptions: readonly SubscriptionView[]
  readonly credits: readonly InvoiceCreditView[]
  /** Fees that it cannot hold. */
  readonly unbilled: readonly UnbilledFeeRow[]
}

/** The named parts of invoices, in the order of the rows; a fixed number of queries. */
export async function invoiceListViews(
  reads: Reads,
  rows: readonly InvoiceRow[],
): Promise<InvoiceListView[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  const customerRows = await reads
    .selectFrom('customers')
    .selectAll()
    .where('id', 'in', [...new Set(rows.map((row) => row.customerId))])
    .execute()
  const customers = await detailsOfCustomers(reads, customerRows)
  const entities = await reads.selectFrom('billingEntities').select(['id', 'code']).execute()
  const metadata = await reads
    .selectFrom('invoiceMetadata')
    .selectAll()
    .where('invoiceId', 'in', ids)
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
  const taxes = await reads
    .selectFrom('invoiceTaxes')
    .selectAll()
    .where('invoiceId', 'in', ids)
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
  const progressive = rows.filter((row) => row.invoiceType === 'progressive_billing').map((row) => row.id)
  const thresholds = progressive.length === 0 ? [] : await thresholdsOf(reads, progressive)
  return rows.flatMap((invoice) => {
    const customer = customers.find((candidate) => candidate.customer.id === invoice.customerId)
    if (!customer) return []
    return [
      {
        invoice,
        billingEntityCode: entities.find((entity) => entity.id === invoice.billingEntityId)?.code ?? '',
        customer,
        metadata: metadata.filter((row) => row.invoiceId === invoice.id),
        taxes: taxes.filter((row) => row.invoiceId === invoice.id),
        thresholds: thresholds.filter((row) => row.invoiceId === invoice.id),
      },
    ]
  })
}

/** Invoices in full, in no particular order, with their subscriptions as they stand at an instant. */
export async function invoiceViews(
  reads: Reads,
  ids: readonly string[],
  now: Instant,
): Promise<InvoiceView[]> {
  if (ids.length === 0) return []
  const rows = await reads
    .selectFrom('invoices')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute()
  const views = await invoiceListViews(reads, rows)
  const fees = await feeViews(reads, { invoiceIds: [...ids] })
  const links = await reads
    .selectFrom('invoiceSubscriptions as l')
    .innerJoin('subscriptions as s', 's.id', 'l.subscriptionId')
    .selectAll('l')
    .select(['s.externalId as externalSubscriptionId', 's.planId'])
    .where('l.invoiceId', 'in', [...ids])
    .orderBy('l.createdAt')
    .orderBy('l.id')
    .execute()
  const subscribed = [...new Set(links.map((link) => link.subscriptionId))]
  const subscriptions = await subscriptionsOf(reads, subscribed, now)
  const credits = await creditsOf(reads, ids)
  const unbilled = await unbilledFeesOf(reads, ids)
  return views.map((view) => {
    const periods = links.filter((link) => link.invoiceId === view.invoice.id)
    return {
      ...view,
      fees: fees.filter((fee) => fee.invoiceId === view.invoice.id),
      periods,
      subscriptions: subscriptions.filter((s) => periods.some((p) => p.subscriptionId === s.row.id)),
      credits: credits.filter((credit) => credit.invoiceId === view.invoice.id),
      unbilled: unbilled.filter((row) => row.invoiceId === view.invoice.id),
    }
  })
}

async function subscriptionsOf(reads: Reads, ids: readonly string[], now: Instant) {
  if (ids.length === 0) return []
  const rows = await reads
    .selectFrom('subscriptions')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute()
  return viewsOf(reads, rows, now)
}

async function creditsOf(reads: Reads, ids: readonly string[]): Promise<InvoiceCreditView[]> {
  return reads
    .selectFrom('invoiceReductions as r')
    .innerJoin('invoices as i', 'i.id', 'r.sourceId')
    .select(['r.id', 'r.invoiceId', 'r.amountCents', 'r.beforeTaxes', 'r.sourceId as progressiveInvoiceId'])
    .select(['i.number as progressiveNumber', 'i.paymentStatus as progressivePaymentStatus'])
    .where('r.kind', '=', 'progressive_billing')
    .where('r.invoiceId', 'in', [...ids])
    .orderBy('r.createdAt')
    .orderBy('r.id')
    .execute()
}

async function thresholdsOf(reads: Reads, ids: readonly string[]): Promise<AppliedThresholdView[]> {
  return reads
    .selectFrom('appliedUsageThresholds as a')
    .innerJoin('usageThresholds as t', 't.id', 'a.usageThresholdId')
    .select(['a.invoiceId', 'a.lifetimeUsageAmountCents', 'a.createdAt', 't.id as thresholdId'])
    .select(['t.thresholdDisplayName', 't.amountCents', 't.isRecurring'])
    .select(['t.createdAt as thresholdCreatedAt', 't.updatedAt as thresholdUpdatedAt'])
    .where('a.invoiceId', 'in', [...ids])
    .orderBy('t.isRecurring')
    .orderBy('t.amountCents')
    .execute()
}

/** Filters of the invoice list (subscriptions-and-invoicing §7.3); undefined takes everything. */
export type InvoiceFilters = {
  readonly externalCustomerId?: string | undefined
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
  readonly statuses: readonly string[]
}

/** One page of invoices, newest issuing date first, and how many there are in all. */
export async function listInvoices(
  reads: Reads,
  filters: InvoiceFilters,
  page: { readonly offset: number; readonly perPage: number },
): Promise<{ rows: InvoiceRow[]; total: number }> {
  const query = filteredInvoices(reads, filters)
  const total = await query.select((eb) => eb.fn.countAll<bigint>().as('count')).executeTakeFirst()
  const rows = await query
    .selectAll('i')
    .orderBy('i.issuingDate', 'desc')
    .orderBy('i.createdAt', 'desc')
    .orderBy('i.id')
    .limit(page.perPage)
    .offset(page.offset)
    .execute()
  return { rows, total: Number(total?.count ?? 0n) }
}

function filteredInvoices(reads: Reads, f: InvoiceFilters) {
  let query = reads
    .selectFrom('invoices as i')
    .innerJoin('customers as c', 'c.id', 'i.customerId')
    .where('i.status', 'in', [...f.statuses])
  if (f.externalCustomerId !== undefined) query = query.where('c.externalId', '=', f.externalCustomerId)
  if (f.amountFrom !== undefined) query = query.where('i.totalAmountCents', '>=', f.amountFrom)
  if (f.amountTo !== undefined) query = query.where('i.totalAmountCents', '<=', f.amountTo)
  if (f.currency !== undefined) query = query.where('i.currency', '=', f.currency)
  if (f.invoiceType !== undefined) query = query.where('i.invoiceType', '=', f.invoiceType)
  if (f.issuingFrom !== undefined) query = query.where('i.issuingDate', '>=', f.issuingFrom)
  if (f.issuingTo !== undefined) query = query.where('i.issuingDate', '<=', f.issuingTo)
  if (f.paymentStatuses) query = query.where('i.paymentStatus', 'in', [...f.paymentStatuses])
  if (f.paymentOverdue !== undefined) query = query.where('i.paymentOverdue', '=', f.paymentOverdue)
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
  if (f.searchTerm !== undefined) {
    const pattern = `%${f.searchTerm.replace(/[\\%_]/g, '\\$&')}%`
    query = query.where((eb) =>
      eb.or([
        eb('i.number', 'ilike', pattern),
        eb('c.name', 'ilike', pattern),
        eb('c.externalId', 'ilike', pattern),
        eb('c.email', 'ilike', pattern),
        eb(sql<string>`i.id::text`, 'ilike', pattern),
      ]),
    )
  }
  return query
}
