import type { FastifyInstance } from 'fastify'
import type { Caller, Context } from '../../actions/context.ts'
import { deleteDraft } from '../../actions/invoices/delete-draft.ts'
import { finalizeDraft } from '../../actions/invoices/finalize-draft.ts'
import { refreshDraft } from '../../actions/invoices/refresh-draft.ts'
import { updateInvoicePayment } from '../../actions/invoices/update-invoice.ts'
import { notFound } from '../../core/refusal.ts'
import { findCustomer } from '../../store/customers.ts'
import { isId } from '../../store/ids.ts'
import { invoiceListViews, invoiceViews, listInvoices } from '../../store/invoice-views.ts'
import { findInvoice, VISIBLE_STATUSES } from '../../store/invoices.ts'
import { toWireInvoice, toWireListedInvoice } from '../../wire/invoices.ts'
import { entityIdsOf } from '../billing-entity-filter.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { rootOf } from '../params.ts'
import { readQuery } from '../query.ts'
import { INVOICE_TYPES, invoiceSchemas, PAYMENT_STATUSES } from '../schemas/invoices.ts'

const CONFIG = { config: { resource: 'invoice' } } as const

type ById = { Params: { id: string } }

/** Invoices: list and retrieve, payment status and metadata, and actions on drafts (docs/rules/invoices.md). */
export function invoicesRoutes(app: FastifyInstance, context: Context): void {
  const { database } = context
  const show = async (caller: Caller, id: string) => {
    const [view] = await database.read(caller, (reads) => invoiceViews(reads, [id], caller.now))
    if (!view) throw notFound('invoice')
    return { invoice: toWireInvoice(view, caller.dashboardUrl) }
  }
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
      const invoices = views.map((view) => toWireListedInvoice(view, caller.dashboardUrl))
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
  app.get<ById>('/invoices/:id', { ...CONFIG, schema: invoiceSchemas.show }, async (request) => {
    if (!isId(request.params.id)) throw notFound('invoice')
    const row = await database.read(request.caller, (reads) => findInvoice(reads, request.params.id))
    if (!row) throw notFound('invoice')
    return show(request.caller, row.id)
  })
  app.route<ById>({
    method: ['PUT', 'PATCH'],
    url: '/invoices/:id',
    ...CONFIG,
    schema: invoiceSchemas.update,
    handler: async (request) => {
      if (!isId(request.params.id)) throw notFound('invoice')
      await updateInvoicePayment(context, request.caller, request.params.id, rootOf(request.body, 'invoice'))
      return show(request.caller, request.params.id)
    },
  })
  for (const [path, action, schema] of [
    ['/invoices/:id/refresh', refreshDraft, invoiceSchemas.refresh],
    ['/invoices/:id/finalize', finalizeDraft, invoiceSchemas.finalize],
  ] as const) {
    app.put<ById>(path, { ...CONFIG, schema }, async (request) => {
      if (!isId(request.params.id)) throw notFound('invoice')
      await action(context, request.caller, request.params.id)
      return show(request.caller, request.params.id)
    })
  }
  app.delete<ById>('/invoices/:id', { ...CONFIG, schema: invoiceSchemas.remove }, async (request) => {
    if (!isId(request.params.id)) throw notFound('invoice')
    await deleteDraft(context, request.caller, request.params.id)
    return show(request.caller, request.params.id)
  })
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
    statuses: query.words('status', VISIBLE_STATUSES, 'statuses') ?? VISIBLE_STATUSES,
  }))
