import type { FastifyInstance } from 'fastify'
import type { Caller, Context } from '../../actions/context.ts'
import { deleteDraft } from '../../actions/invoices/delete-draft.ts'
import { finalizeDraft } from '../../actions/invoices/finalize-draft.ts'
import { refreshDraft } from '../../actions/invoices/refresh-draft.ts'
import { updateInvoicePayment } from '../../actions/invoices/update-invoice.ts'
import { invalid, notFound } from '../../core/problems.ts'
import { findCustomer } from '../../store/customers.ts'
import { isId } from '../../store/ids.ts'
import {
  type InvoiceFilters,
  invoiceListViews,
  invoiceViews,
  listInvoices,
} from '../../store/invoice-views.ts'
import { findInvoice, VISIBLE_STATUSES } from '../../store/invoices.ts'
import { findBillingEntity } from '../../store/organizations.ts'
import { toWireInvoice, toWireListedInvoice } from '../../wire/invoices.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { isObject, queryBoolean, queryText, queryTexts, rootOf } from '../params.ts'
import { invoiceSchemas } from '../schemas/invoices.ts'

const INVOICE_TYPES = [
  'subscription',
  'add_on',
  'credit',
  'one_off',
  'advance_charges',
  'progressive_billing',
]
const PAYMENT_STATUSES = ['pending', 'succeeded', 'failed']
const CONFIG = { config: { resource: 'invoice' } }

type ById = { Params: { id: string } }

/** Invoices: list and one, payment status and metadata, and the life of a draft (subscriptions-and-invoicing §7). */
export function invoicesRoutes(app: FastifyInstance, context: Context): void {
  const { database } = context
  const show = async (caller: Caller, id: string) => {
    const [view] = await database.read(caller, (reads) => invoiceViews(reads, [id], caller.now))
    if (!view) throw notFound('invoice')
    return { invoice: toWireInvoice(view) }
  }
  const listing = async (caller: Caller, query: unknown, externalCustomerId?: string) => {
    const page = pageOf(query)
    return database.read(caller, async (reads) => {
      if (externalCustomerId !== undefined && !(await findCustomer(reads, externalCustomerId))) {
        throw notFound('customer')
      }
      const filters = filtersOf(query, externalCustomerId)
      for (const code of filters.billingEntityCodes ?? []) {
        if (!(await findBillingEntity(reads, { code }))) throw notFound('billing_entity')
      }
      const { rows, total } = await listInvoices(reads, filters, page)
      const views = await invoiceListViews(reads, rows)
      return { invoices: views.map(toWireListedInvoice), meta: metaOf(page, total) }
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

function filtersOf(query: unknown, externalCustomerId?: string): InvoiceFilters {
  const problems: Record<string, string[]> = {}
  const oneOf = (field: string, values: readonly string[] | undefined, allowed: readonly string[]) => {
    if (values?.some((value) => !allowed.includes(value))) problems[field] = ['value_is_invalid']
    return values
  }
  const date = (field: string) => {
    const text = queryText(query, field)
    if (text !== undefined && Number.isNaN(Date.parse(text))) problems[field] = ['invalid_date']
    return text?.slice(0, 10)
  }
  const amount = (field: string) => {
    const text = queryText(query, field)
    if (text !== undefined && !/^-?\d{1,18}$/.test(text)) problems[field] = ['value_is_invalid']
    return text !== undefined && /^-?\d{1,18}$/.test(text) ? BigInt(text) : undefined
  }
  const type = queryText(query, 'invoice_type')
  oneOf('invoice_type', type === undefined ? undefined : [type], INVOICE_TYPES)
  const payment = queryTexts(query, 'payment_statuses') ?? queryTexts(query, 'payment_status')
  const statuses = queryTexts(query, 'statuses') ?? queryTexts(query, 'status')
  const filters: InvoiceFilters = {
    externalCustomerId:
      externalCustomerId ??
      queryText(query, 'external_customer_id') ??
      queryText(query, 'customer_external_id'),
    amountFrom: amount('amount_from'),
    amountTo: amount('amount_to'),
    billingEntityCodes: queryTexts(query, 'billing_entity_codes'),
    currency: queryText(query, 'currency')?.toUpperCase(),
    invoiceType: type,
    issuingFrom: date('issuing_date_from'),
    issuingTo: date('issuing_date_to'),
    metadata: metadataOf(query),
    partiallyPaid: queryBoolean(query, 'partially_paid'),
    paymentDisputeLost: queryBoolean(query, 'payment_dispute_lost'),
    paymentOverdue: queryBoolean(query, 'payment_overdue'),
    paymentStatuses: oneOf('payment_status', payment, PAYMENT_STATUSES),
    purchaseOrderNumber: queryText(query, 'purchase_order_number'),
    searchTerm: queryText(query, 'search_term'),
    selfBilled: queryBoolean(query, 'self_billed'),
    statuses: oneOf('status', statuses, VISIBLE_STATUSES) ?? VISIBLE_STATUSES,
  }
  if (Object.keys(problems).length > 0) throw invalid(problems)
  return filters
}

function metadataOf(query: unknown): [string, string][] {
  if (!isObject(query)) return []
  return Object.entries(query).flatMap(([name, value]) => {
    const key = /^metadata\[(.+)\]$/.exec(name)?.[1]
    return key !== undefined && typeof value === 'string' ? [[key, value] as [string, string]] : []
  })
}
