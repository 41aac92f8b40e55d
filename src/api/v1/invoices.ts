import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Caller, Context } from '../../actions/context.ts'
import { downloadInvoice } from '../../actions/documents/download-document.ts'
import { downloadInvoiceXml } from '../../actions/documents/download-xml.ts'
import { draftDocument } from '../../actions/documents/draft-document.ts'
import { createOneOffInvoice } from '../../actions/invoices/create-one-off-invoice.ts'
import { deleteDraft } from '../../actions/invoices/delete-draft.ts'
import { finalizeDraft } from '../../actions/invoices/finalize-draft.ts'
import { loseDispute } from '../../actions/invoices/lose-dispute.ts'
import { previewDocument, previewInvoice } from '../../actions/invoices/preview-invoice.ts'
import { refreshDraft } from '../../actions/invoices/refresh-draft.ts'
import { regenerateInvoice } from '../../actions/invoices/regenerate-invoice.ts'
import { retryInvoice, retryPayment } from '../../actions/invoices/retry-invoice.ts'
import { updateInvoicePayment } from '../../actions/invoices/update-invoice.ts'
import { voidInvoice } from '../../actions/invoices/void-invoice.ts'
import { openPaymentPage } from '../../actions/payments/open-payment-page.ts'
import { notFound } from '../../core/refusal.ts'
import { findCustomer } from '../../store/customers.ts'
import { billsLeft } from '../../store/due-items.ts'
import { isId } from '../../store/ids.ts'
import { listInvoices, SETTLEMENTS } from '../../store/invoice-list.ts'
import { invoiceListViews, invoiceViews } from '../../store/invoice-views.ts'
import { findInvoice, readInvoice, VISIBLE_STATUSES } from '../../store/invoices.ts'
import { subscriptionsWithId } from '../../store/subscriptions.ts'
import { toWireDownloadedInvoice, toWireInvoice, toWireListedInvoice } from '../../wire/invoices.ts'
import { isoSecondsOrNull } from '../../wire/times.ts'
import { entityIdsOf } from '../billing-entity-filter.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { isObject, rootOf } from '../params.ts'
import { readQuery } from '../query.ts'
import { INVOICE_TYPES, invoiceSchemas, PAYMENT_STATUSES } from '../schemas/invoices.ts'

const CONFIG = { config: { resource: 'invoice' } } as const

type ById = { Params: { id: string } }

/** Invoices: create, preview, list and retrieve, payment status and metadata, actions (docs/rules/invoices.md). */
export function invoicesRoutes(app: FastifyInstance, context: Context): void {
  listRoutes(app, context)
  oneRoutes(app, context)
  changeRoutes(app, context)
  downloadRoutes(app, context)
  previewRoute(app, context)
}

/** An invoice in full, as it stands now. */
async function show({ database }: Context, caller: Caller, id: string) {
  const [view] = await database.read(caller, (reads) => invoiceViews(reads, [id], caller.now))
  if (!view) throw notFound('invoice')
  return { invoice: toWireInvoice(view, caller.links) }
}

/** The id of a path; 404 for a text that is none. */
function idOf(request: FastifyRequest<ById>): string {
  if (!isId(request.params.id)) throw notFound('invoice')
  return request.params.id
}

function listRoutes(app: FastifyInstance, { database }: Context): void {
  const listing = async (caller: Caller, query: unknown, externalCustomerId?: string) => {
    const page = pageOf(query)
    return database.read(caller, async (reads) => {
      if (externalCustomerId !== undefined && !(await findCustomer(reads, externalCustomerId))) {
        throw notFound('customer')
      }
      const { codes, ...filters } = filtersOf(query, externalCustomerId)
      const billingEntityIds = await entityIdsOf(reads, codes)
      const { rows, total } = await listInvoices(reads, { ...filters, billingEntityIds }, page)
      const views = await invoiceListViews(reads, rows)
      const invoices = views.map((view) => toWireListedInvoice(view, caller.links))
      return { invoices, meta: metaOf(page, total) }
    })
  }
  app.get('/invoices', { ...CONFIG, schema: invoiceSchemas.list }, (request) =>
    listing(request.caller, request.query),
  )
  app.get<{ Params: { external_id: string } }>(
    '/customers/:external_id/invoices',
    { ...CONFIG, schema: invoiceSchemas.listOfCustomer },
    (request) => listing(request.caller, request.query, request.params.external_id),
  )
}

function oneRoutes(app: FastifyInstance, context: Context): void {
  app.post('/invoices', { ...CONFIG, schema: invoiceSchemas.create }, async ({ caller, body }) =>
    show(context, caller, await createOneOffInvoice(context, caller, rootOf(body, 'invoice'))),
  )
  app.get<ById>('/invoices/:id', { ...CONFIG, schema: invoiceSchemas.show }, async (request) => {
    const id = idOf(request)
    const row = await context.database.read(request.caller, (reads) => findInvoice(reads, id))
    if (!row) throw notFound('invoice')
    return show(context, request.caller, row.id)
  })
  app.route<ById>({
    method: ['PUT', 'PATCH'],
    url: '/invoices/:id',
    ...CONFIG,
    schema: invoiceSchemas.update,
    handler: async (request) => {
      const id = idOf(request)
      await updateInvoicePayment(context, request.caller, id, rootOf(request.body, 'invoice'))
      return show(context, request.caller, id)
    },
  })
  app.delete<ById>('/invoices/:id', { ...CONFIG, schema: invoiceSchemas.remove }, async (request) => {
    const id = idOf(request)
    await deleteDraft(context, request.caller, id)
    return show(context, request.caller, id)
  })
}

function previewRoute(app: FastifyInstance, context: Context): void {
  app.post('/invoices/preview', { ...CONFIG, schema: invoiceSchemas.preview }, async (request, reply) => {
    const { caller, body } = request
    const customer = rootOf(body, 'customer')
    const input = isObject(body) ? body : {}
    if (!asksForPdf(request.headers.accept)) {
      return { invoice: await previewInvoice(context, caller, input, customer) }
    }
    return sendPdf(reply, 'preview.pdf', await previewDocument(context, caller, input, customer))
  })
}

/** Whether PDF is wanted, and JSON is not. */
function asksForPdf(accept: string | undefined): boolean {
  return accept !== undefined && /application\/pdf/i.test(accept) && !/application\/json/i.test(accept)
}

function sendPdf(reply: FastifyReply, name: string, bytes: Uint8Array): FastifyReply {
  return reply
    .type('application/pdf')
    .header('content-disposition', `inline; filename="${name}"`)
    .header('cache-control', 'private, no-store')
    .send(Buffer.from(bytes))
}

/** The PDF of a draft, which is made on demand; Lago has none. */
export function draftPdfRoutes(app: FastifyInstance, context: Context): void {
  app.get<ById>(
    '/invoices/:id/draft_pdf',
    { ...CONFIG, schema: invoiceSchemas.draftPdf },
    async (request, reply) =>
      sendPdf(reply, 'draft.pdf', await draftDocument(context, request.caller, idOf(request))),
  )
}

/** How far a billing run is. */
export function billingRunRoutes(app: FastifyInstance, { database }: Context): void {
  app.get('/billing_run', { ...CONFIG, schema: invoiceSchemas.billingRun }, async ({ caller }) => {
    const { count, since } = await database.read(caller, (reads) => billsLeft(reads, caller.now))
    return { billing_run: { bills_left_count: count, since: isoSecondsOrNull(since) } }
  })
}

function downloadRoutes(app: FastifyInstance, context: Context): void {
  for (const [path, download, schema] of [
    ['/invoices/:id/download', downloadInvoice, invoiceSchemas.download],
    ['/invoices/:id/download_pdf', downloadInvoice, invoiceSchemas.download],
    ['/invoices/:id/download_xml', downloadInvoiceXml, invoiceSchemas.downloadXml],
  ] as const) {
    app.post<ById>(path, { ...CONFIG, schema }, async (request) => {
      const { caller } = request
      const id = idOf(request)
      // An empty answer tells that the file is not ready yet.
      if (!(await download(context, caller, id))) return ''
      const [view] = await context.database.read(caller, async (reads) =>
        invoiceListViews(reads, [await readInvoice(reads, id)]),
      )
      if (!view) throw notFound('invoice')
      return { invoice: toWireDownloadedInvoice(view, caller.links) }
    })
  }
}

function changeRoutes(app: FastifyInstance, context: Context): void {
  for (const [method, path, action, schema] of [
    ['PUT', '/invoices/:id/refresh', refreshDraft, invoiceSchemas.refresh],
    ['PUT', '/invoices/:id/finalize', finalizeDraft, invoiceSchemas.finalize],
    ['POST', '/invoices/:id/void', voidInvoice, invoiceSchemas.void],
    ['POST', '/invoices/:id/lose_dispute', loseDispute, invoiceSchemas.loseDispute],
    ['POST', '/invoices/:id/retry', retryInvoice, invoiceSchemas.retry],
  ] as const) {
    app.route<ById>({
      method,
      url: path,
      ...CONFIG,
      schema,
      handler: async (request) => {
        const id = idOf(request)
        await action(context, request.caller, id, isObject(request.body) ? request.body : {})
        return show(context, request.caller, id)
      },
    })
  }
  app.post<ById>(
    '/invoices/:id/retry_payment',
    { ...CONFIG, schema: invoiceSchemas.retryPayment },
    async (request) => {
      await retryPayment(context, request.caller, idOf(request), methodOf(request.body))
      return ''
    },
  )
  app.post<ById>(
    '/invoices/:id/payment_url',
    { config: { ...CONFIG.config, isRepeatable: true }, schema: invoiceSchemas.paymentUrl },
    async (request) => {
      const id = idOf(request)
      const { page, provider, externalCustomerId } = await openPaymentPage(context, request.caller, id)
      return {
        invoice_payment_details: {
          lago_customer_id: page.customerId,
          external_customer_id: externalCustomerId,
          payment_provider: provider.providerType,
          lago_invoice_id: id,
          payment_url: page.url,
        },
      }
    },
  )
}

/** The method that a request names for a payment; undefined when it names none. */
function methodOf(body: unknown): { methodType: string; methodId: string | null } | undefined {
  const method = isObject(body) && isObject(body.payment_method) ? body.payment_method : undefined
  if (!method) return undefined
  const { payment_method_id: id, payment_method_type: type } = method
  return {
    methodType: type === 'manual' ? 'manual' : 'provider',
    methodId: typeof id === 'string' && isId(id) ? id : null,
  }
}

/** The invoices that bill a subscription, for its page in the dashboard; Lago lists them by customer only. 404. */
export function subscriptionInvoicesRoutes(app: FastifyInstance, context: Context): void {
  app.get<{ Params: { external_id: string } }>(
    '/subscriptions/:external_id/invoices',
    { ...CONFIG, schema: invoiceSchemas.listOfSubscription },
    async ({ caller, query, params }) => {
      const page = pageOf(query)
      return context.database.read(caller, async (reads) => {
        if ((await subscriptionsWithId(reads, params.external_id)).length === 0)
          throw notFound('subscription')
        const filters = { externalSubscriptionId: params.external_id, statuses: VISIBLE_STATUSES }
        const { rows, total } = await listInvoices(reads, filters, page)
        const views = await invoiceListViews(reads, rows)
        const invoices = views.map((view) => toWireListedInvoice(view, caller.links))
        return { invoices, meta: metaOf(page, total) }
      })
    },
  )
}

/** The invoice that replaces a voided one; Lago has it in its dashboard only. */
export function regenerationRoutes(app: FastifyInstance, context: Context): void {
  app.post<ById>(
    '/invoices/:id/regenerate',
    { ...CONFIG, schema: invoiceSchemas.regenerate },
    async (request) => {
      const { body, caller } = request
      const input = isObject(body) && isObject(body.invoice) ? body.invoice : {}
      return show(context, caller, await regenerateInvoice(context, caller, idOf(request), input))
    },
  )
}

const filtersOf = (query: unknown, externalCustomerId?: string) =>
  readQuery(query, (query) => ({
    externalCustomerId:
      externalCustomerId ?? query.id('external_customer_id') ?? query.id('customer_external_id'),
    amountFrom: query.cents('amount_from'),
    amountTo: query.cents('amount_to'),
    codes: query.ids('billing_entity_codes'),
    currency: query.currency('currency'),
    invoiceType: query.word('invoice_type', INVOICE_TYPES),
    issuingFrom: query.day('issuing_date_from'),
    issuingTo: query.day('issuing_date_to'),
    metadata: query.pairs('metadata'),
    partiallyPaid: query.boolean('partially_paid'),
    paymentDisputeLost: query.boolean('payment_dispute_lost'),
    paymentOverdue: query.boolean('payment_overdue'),
    paymentStatuses: query.words('payment_status', PAYMENT_STATUSES, 'payment_statuses'),
    purchaseOrderNumber: query.text('purchase_order_number'),
    searchTerm: query.text('search_term'),
    selfBilled: query.boolean('self_billed'),
    settlements: query.words('settlements', SETTLEMENTS),
    statuses: query.words('status', VISIBLE_STATUSES, 'statuses') ?? VISIBLE_STATUSES,
  }))
