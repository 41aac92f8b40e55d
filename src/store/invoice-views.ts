import { type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import { type CustomerDetails, detailsOfCustomers, findCustomersById } from './customers.ts'
import type { Reads } from './database.ts'
import { type DocumentFile, filesOfInvoices } from './documents.ts'
import { type FeeView, feeViews } from './fees.ts'
import { creditsOf, type InvoiceCreditView } from './invoice-credits.ts'
import type { AppliedSectionRow } from './invoice-custom-sections.ts'
import { regenerationsOf } from './invoice-regenerations.ts'
import type { InvoiceRow } from './invoices.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { InvoiceMetadata, InvoiceTaxes } from './rows.ts'
import { type SubscriptionView, viewsOf } from './subscription-views.ts'
import { type UnbilledFeeRow, unbilledFeesOf } from './unbilled-fees.ts'
import { anyOf, groupedBy } from './values.ts'

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

/** An invoice with the names shown in lists. */
export type InvoiceListView = {
  readonly invoice: InvoiceRow
  readonly billingEntityCode: string
  readonly customer: CustomerDetails
  readonly metadata: readonly Selectable<InvoiceMetadata>[]
  readonly taxes: readonly Selectable<InvoiceTaxes>[]
  /** The thresholds reached by a progressive invoice; empty on others. */
  readonly thresholds: readonly AppliedThresholdView[]
  /** Its newest PDF; null while there is none. */
  readonly file: DocumentFile | null
}

/** An invoice with everything on it. */
export type InvoiceView = InvoiceListView & {
  readonly sections: readonly AppliedSectionRow[]
  readonly fees: readonly FeeView[]
  readonly periods: readonly InvoicePeriodRow[]
  readonly subscriptions: readonly SubscriptionView[]
  readonly credits: readonly InvoiceCreditView[]
  /** Fees left off because their amount does not fit. */
  readonly unbilled: readonly UnbilledFeeRow[]
  /** The voided invoice that it replaces. */
  readonly voidedInvoiceId: string | null
  /** The invoice that replaces it after it was voided. */
  readonly regeneratedInvoiceId: string | null
}

/** List views of invoices, in the order of the rows, in a fixed number of pipelined queries. */
export async function invoiceListViews(
  reads: Reads,
  rows: readonly InvoiceRow[],
): Promise<InvoiceListView[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  const progressive = rows.filter((row) => row.invoiceType === 'progressive_billing')
  const [customers, entities, thresholds, metadata, taxes, files] = await Promise.all([
    customersOf(reads, rows),
    reads.selectFrom('billingEntities').select(['id', 'code']).execute(),
    thresholdsOf(
      reads,
      progressive.map((row) => row.id),
    ),
    reads
      .selectFrom('invoiceMetadata')
      .selectAll()
      .where('invoiceId', '=', anyOf(ids))
      .orderBy('createdAt')
      .orderBy('id')
      .execute(),
    reads
      .selectFrom('invoiceTaxes')
      .selectAll()
      .where('invoiceId', '=', anyOf(ids))
      .orderBy('createdAt')
      .orderBy('id')
      .execute(),
    filesOfInvoices(reads, ids),
  ])
  const codes = new Map(entities.map(({ id, code }) => [id, code]))
  const metadataByInvoice = groupedBy(metadata, (row) => row.invoiceId)
  const taxesByInvoice = groupedBy(taxes, (row) => row.invoiceId)
  const thresholdsByInvoice = groupedBy(thresholds, (row) => row.invoiceId)
  return rows.flatMap((invoice) => {
    const customer = customers.get(invoice.customerId)
    if (!customer) return []
    return [
      {
        invoice,
        billingEntityCode: codes.get(invoice.billingEntityId) ?? '',
        customer,
        metadata: metadataByInvoice.get(invoice.id) ?? [],
        taxes: taxesByInvoice.get(invoice.id) ?? [],
        thresholds: thresholdsByInvoice.get(invoice.id) ?? [],
        file: files.get(invoice.id) ?? null,
      },
    ]
  })
}

async function customersOf(
  reads: Reads,
  rows: readonly InvoiceRow[],
): Promise<ReadonlyMap<string, CustomerDetails>> {
  const ids = [...new Set(rows.map((row) => row.customerId))]
  const customers = await detailsOfCustomers(reads, await findCustomersById(reads, ids))
  return new Map(customers.map((details) => [details.customer.id, details]))
}

/** Full invoices in no particular order, with their subscriptions as of an instant. */
export async function invoiceViews(
  reads: Reads,
  ids: readonly string[],
  now: Instant,
): Promise<InvoiceView[]> {
  if (ids.length === 0) return []
  const rows = reads.selectFrom('invoices').selectAll().where('id', '=', anyOf(ids)).execute()
  const [views, fees, billed, credits, unbilled, sections, regenerations] = await Promise.all([
    rows.then((found) => invoiceListViews(reads, found)),
    feeViews(reads, { invoiceIds: ids }),
    billedSubscriptions(reads, ids, now),
    creditsOf(reads, ids),
    unbilledFeesOf(reads, ids),
    sectionsOf(reads, ids),
    regenerationsOf(reads, ids),
  ])
  const feesByInvoice = groupedBy(fees, (fee) => fee.invoiceId)
  const creditsByInvoice = groupedBy(credits, (credit) => credit.invoiceId)
  const unbilledByInvoice = groupedBy(unbilled, (row) => row.invoiceId)
  const sectionsByInvoice = groupedBy(sections, (row) => row.invoiceId)
  return views.map((view) => {
    const { id } = view.invoice
    return {
      ...view,
      fees: feesByInvoice.get(id) ?? [],
      ...billed.of(id),
      credits: creditsByInvoice.get(id) ?? [],
      unbilled: unbilledByInvoice.get(id) ?? [],
      sections: sectionsByInvoice.get(id) ?? [],
      voidedInvoiceId: regenerations.voided.get(id) ?? null,
      regeneratedInvoiceId: regenerations.regenerated.get(id) ?? null,
    }
  })
}

type Billed = Pick<InvoiceView, 'periods' | 'subscriptions'>

/** The billed periods of invoices, and their subscriptions. */
async function billedSubscriptions(
  reads: Reads,
  invoiceIds: readonly string[],
  now: Instant,
): Promise<{ readonly of: (invoiceId: string) => Billed }> {
  const periods = await reads
    .selectFrom('invoiceSubscriptions as l')
    .innerJoin('subscriptions as s', 's.id', 'l.subscriptionId')
    .selectAll('l')
    .select(['s.externalId as externalSubscriptionId', 's.planId'])
    .where('l.invoiceId', '=', anyOf(invoiceIds))
    .orderBy('l.createdAt')
    .orderBy('l.id')
    .execute()
  const views = await subscriptionsOf(
    reads,
    [...new Set(periods.map((period) => period.subscriptionId))],
    now,
  )
  const byInvoice = groupedBy(periods, (period) => period.invoiceId)
  return {
    of: (invoiceId) => {
      const periods = byInvoice.get(invoiceId) ?? []
      const ids = new Set(periods.map((period) => period.subscriptionId))
      return { periods, subscriptions: views.filter((view) => ids.has(view.row.id)) }
    },
  }
}

async function subscriptionsOf(reads: Reads, ids: readonly string[], now: Instant) {
  if (ids.length === 0) return []
  const rows = await reads.selectFrom('subscriptions').selectAll().where('id', '=', anyOf(ids)).execute()
  return viewsOf(reads, rows, now)
}

async function sectionsOf(reads: Reads, ids: readonly string[]): Promise<AppliedSectionRow[]> {
  return reads
    .selectFrom('appliedCustomSections')
    .selectAll()
    .where('invoiceId', '=', anyOf(ids))
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
}

async function thresholdsOf(reads: Reads, ids: readonly string[]): Promise<AppliedThresholdView[]> {
  if (ids.length === 0) return []
  return reads
    .selectFrom('appliedUsageThresholds as a')
    .innerJoin('usageThresholds as t', 't.id', 'a.usageThresholdId')
    .select(['a.invoiceId', 'a.lifetimeUsageAmountCents', 'a.createdAt', 't.id as thresholdId'])
    .select(['t.thresholdDisplayName', 't.amountCents', 't.isRecurring'])
    .select(['t.createdAt as thresholdCreatedAt', 't.updatedAt as thresholdUpdatedAt'])
    .where('a.invoiceId', '=', anyOf(ids))
    .orderBy('t.isRecurring')
    .orderBy('t.amountCents')
    .execute()
}

/** What can settle an invoice: money, or the offset of a credit note. */
export const SETTLEMENTS = ['payment', 'credit_note'] as const
export type Settlement = (typeof SETTLEMENTS)[number]

/** Filters of the invoice list; undefined means no restriction. */
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
  const filtered = filteredInvoices(reads, filters).selectAll('i')
  const ordered = filtered.orderBy('i.issuingDate', 'desc').orderBy('i.createdAt', 'desc').orderBy('i.id')
  return pageOf(ordered, slice)
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
  if (f.searchTerm !== undefined) {
    const pattern = `%${f.searchTerm.replace(/[\\%_]/g, '\\$&')}%`
    query = query.where((eb) =>
      eb.or([
        eb('i.number', 'ilike', pattern),
        eb('c.name', 'ilike', pattern),
        eb('c.firstname', 'ilike', pattern),
        eb('c.lastname', 'ilike', pattern),
        eb('c.legalName', 'ilike', pattern),
        eb('c.externalId', 'ilike', pattern),
        eb('c.email', 'ilike', pattern),
        eb(sql<string>`i.id::text`, 'ilike', pattern),
      ]),
    )
  }
  return query
}
