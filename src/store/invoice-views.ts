import type { Selectable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import { type CustomerDetails, detailsOfCustomers, findCustomersById } from './customers.ts'
import type { Reads } from './database.ts'
import { type DocumentFile, type FlawedDocument, filesOf, flawedDocuments } from './documents.ts'
import { type EFile, eFilesOf } from './e-documents.ts'
import { type FeeView, feeViews } from './fees.ts'
import { creditsOf, type InvoiceCreditView } from './invoice-credits.ts'
import type { AppliedSectionRow } from './invoice-custom-sections.ts'
import { regenerationsOf } from './invoice-regenerations.ts'
import type { InvoiceRow } from './invoices.ts'
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
  readonly eFile: EFile | null
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
  /** Its newest document, if it was given up or does not show everything. */
  readonly flawed: readonly FlawedDocument[]
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
  const [customers, entities, thresholds, metadata, taxes, files, eFiles] = await Promise.all([
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
    filesOf(reads, 'invoice_pdf', ids),
    eFilesOf(reads, 'invoice_xml', ids),
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
        eFile: eFiles.get(invoice.id) ?? null,
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
  const [views, fees, billed, credits, unbilled, sections, regenerations, flawed] = await Promise.all([
    rows.then((found) => invoiceListViews(reads, found)),
    feeViews(reads, { invoiceIds: ids }),
    billedSubscriptions(reads, ids, now),
    creditsOf(reads, ids),
    unbilledFeesOf(reads, ids),
    sectionsOf(reads, ids),
    regenerationsOf(reads, ids),
    flawedDocuments(reads, 'invoice_pdf', ids),
  ])
  const feesByInvoice = groupedBy(fees, (fee) => fee.invoiceId)
  const creditsByInvoice = groupedBy(credits, (credit) => credit.invoiceId)
  const unbilledByInvoice = groupedBy(unbilled, (row) => row.invoiceId)
  const sectionsByInvoice = groupedBy(sections, (row) => row.invoiceId)
  const flawedByInvoice = groupedBy(flawed, (row) => row.subjectId)
  return views.map((view) => {
    const { id } = view.invoice
    return {
      ...view,
      fees: feesByInvoice.get(id) ?? [],
      ...billed.of(id),
      credits: creditsByInvoice.get(id) ?? [],
      unbilled: unbilledByInvoice.get(id) ?? [],
      flawed: flawedByInvoice.get(id) ?? [],
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
