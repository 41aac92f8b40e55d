import type { FastifyInstance } from 'fastify'
import type { Caller, Context } from '../../../actions/context.ts'
import { downloadCreditNote, downloadInvoice } from '../../../actions/documents/download-document.ts'
import { downloadCreditNoteXml, downloadInvoiceXml } from '../../../actions/documents/download-xml.ts'
import { openPaymentPage } from '../../../actions/payments/open-payment-page.ts'
import { localeOf } from '../../../core/documents/words.ts'
import { DOCUMENT_LOCALES } from '../../../core/input/places.ts'
import { notFound } from '../../../core/refusal.ts'
import { creditNoteViews, findCreditNote, listCreditNotes } from '../../../store/credit-notes.ts'
import type { Reads } from '../../../store/database.ts'
import { isId } from '../../../store/ids.ts'
import { listInvoices } from '../../../store/invoice-list.ts'
import { invoiceListViews, invoiceViews } from '../../../store/invoice-views.ts'
import { findInvoice, type InvoiceRow } from '../../../store/invoices.ts'
import { findDefaultLink } from '../../../store/payment-provider-customers.ts'
import { listReceipts, receiptViews } from '../../../store/payment-receipts.ts'
import { listPayments, paymentViews } from '../../../store/payments.ts'
import { findPayee, pricedFeesOf } from '../../../store/portal.ts'
import { xmlUrlOf } from '../../../wire/invoices.ts'
import {
  toWireOwnCreditNote,
  toWireOwnInvoice,
  toWireOwnInvoiceInFull,
  toWireOwnReceipt,
} from '../../../wire/portal/money.ts'
import { metaOf, pageOf } from '../../pagination.ts'
import { readQuery } from '../../query.ts'
import { portalSchemas } from '../../schemas/portal.ts'

type ById = { Params: { id: string } }

const config = { part: 'invoices' } as const
const ofNotes = { part: 'credit_notes' } as const
/** Drafts and everything that is not issued are none of the customer's business. */
const ISSUED = ['finalized', 'voided'] as const
const PAYMENTS_MAX = { perPage: 100, offset: 0 }

/** The invoices, credit notes and receipts of a customer. */
export function portalDocumentsRoutes(app: FastifyInstance, context: Context): void {
  invoiceRoutes(app, context)
  downloadRoutes(app, context)
  const { database } = context
  app.get('/credit_notes', { config: ofNotes, schema: portalSchemas.creditNotes }, async (request) => {
    const { caller, visit, query } = request
    const page = pageOf(query)
    return database.read(caller, async (reads) => {
      const { rows, total } = await listCreditNotes(reads, { customerId: visit.customer.id }, page)
      return { credit_notes: rows.map(toWireOwnCreditNote), meta: metaOf(page, total) }
    })
  })
  app.get('/receipts', { config, schema: portalSchemas.receipts }, async (request) => {
    const { caller, visit, query } = request
    const page = pageOf(query)
    return database.read(caller, async (reads) => {
      const { rows, total } = await listReceipts(reads, { customerId: visit.customer.id }, page)
      const views = await receiptViews(reads, rows)
      return {
        receipts: views.map((each) => toWireOwnReceipt(each, caller.links)),
        meta: metaOf(page, total),
      }
    })
  })
}

function invoiceRoutes(app: FastifyInstance, context: Context): void {
  const { database } = context
  app.get('/invoices', { config, schema: portalSchemas.invoices }, async ({ caller, visit, query }) => {
    const page = pageOf(query)
    const asked = readQuery(query, (from) => ({
      searchTerm: from.text('search_term'),
      paymentOverdue: from.boolean('payment_overdue'),
    }))
    return database.read(caller, async (reads) => {
      const filters = { ...asked, customerId: visit.customer.id, statuses: ISSUED }
      const [{ rows, total }, canPay] = await Promise.all([
        listInvoices(reads, filters, page),
        canPayOnPage(reads, visit.customer.id),
      ])
      return { invoices: rows.map((row) => toWireOwnInvoice(row, canPay)), meta: metaOf(page, total) }
    })
  })
  app.get<ById>('/invoices/:id', { config, schema: portalSchemas.invoice }, async (request) => {
    const { caller, visit, params, query } = request
    return database.read(caller, async (reads) => {
      const { id, billingEntityId } = await ownInvoice(reads, visit.customer.id, params.id)
      const { locale } = readQuery(query, (from) => ({ locale: from.word('locale', DOCUMENT_LOCALES) }))
      const [[view], payments, canPay, payee, ofFees] = await Promise.all([
        invoiceViews(reads, [id], caller.now),
        listPayments(reads, { invoiceId: id }, PAYMENTS_MAX),
        canPayOnPage(reads, visit.customer.id),
        findPayee(reads, billingEntityId),
        pricedFeesOf(reads, id),
      ])
      if (!view) throw notFound('invoice')
      const own = localeOf(visit.customer.documentLocale ?? visit.billingEntity.documentLocale)
      const paid = await paymentViews(reads, payments.rows)
      const ways = { canPayOnPage: canPay, payee }
      return { invoice: toWireOwnInvoiceInFull(view, paid, ways, { locale: locale ?? own, ofFees }) }
    })
  })
  app.post<ById>(
    '/invoices/:id/payment_url',
    { config: { ...config, isRepeatable: true }, schema: portalSchemas.paymentUrl },
    async ({ caller, visit, params }) => {
      const { id } = await database.read(caller, (reads) => ownInvoice(reads, visit.customer.id, params.id))
      const { page } = await openPaymentPage(context, caller, id)
      return { url: page.url }
    },
  )
}

/** A download makes the file if there is none yet, so it is a write; whoever may look may have it. */
function downloadRoutes(app: FastifyInstance, context: Context): void {
  const { database } = context
  for (const [path, download, isXml] of [
    ['/invoices/:id/download', downloadInvoice, false],
    ['/invoices/:id/download_xml', downloadInvoiceXml, true],
  ] as const) {
    const options = { config: { ...config, isViewing: true }, schema: portalSchemas.download }
    app.post<ById>(path, options, async ({ caller, visit, params }) => {
      const row = await database.read(caller, (reads) => ownInvoice(reads, visit.customer.id, params.id))
      if (!(await download(context, caller, row.id))) return { url: null }
      const [view] = await database.read(caller, (reads) => invoiceListViews(reads, [row]))
      return { url: view ? linkOf(caller, view, isXml) : null }
    })
  }
  for (const [path, download, isXml] of [
    ['/credit_notes/:id/download', downloadCreditNote, false],
    ['/credit_notes/:id/download_xml', downloadCreditNoteXml, true],
  ] as const) {
    const options = { config: { ...ofNotes, isViewing: true }, schema: portalSchemas.download }
    app.post<ById>(path, options, async ({ caller, visit, params }) => {
      const row = await database.read(caller, (reads) => findCreditNote(reads, params.id))
      if (row?.customerId !== visit.customer.id) throw notFound('credit_note')
      if (!(await download(context, caller, row.id))) return { url: null }
      const [view] = await database.read(caller, (reads) => creditNoteViews(reads, [row.id]))
      return { url: view ? linkOf(caller, view, isXml) : null }
    })
  }
}

type Files = Pick<Awaited<ReturnType<typeof invoiceListViews>>[number], 'file' | 'eFile'>

function linkOf({ links }: Caller, { file, eFile }: Files, isXml: boolean): string | null {
  if (isXml) return xmlUrlOf(eFile, links)
  return file === null ? null : links.fileUrl(file)
}

/** Whether the customer is linked to a provider on whose page it could pay. */
async function canPayOnPage(reads: Reads, customerId: string): Promise<boolean> {
  const link = await findDefaultLink(reads, customerId)
  return link !== undefined && link.providerCustomerId !== null
}

/** An issued invoice of the customer; 404 for drafts, and for one of anybody else. */
async function ownInvoice(reads: Reads, customerId: string, id: string): Promise<InvoiceRow> {
  const invoice = isId(id) ? await findInvoice(reads, id) : undefined
  const isIssued = ISSUED.some((status) => status === invoice?.status)
  if (!invoice || invoice.customerId !== customerId || !isIssued) throw notFound('invoice')
  return invoice
}
