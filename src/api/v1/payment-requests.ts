import type { FastifyInstance } from 'fastify'
import type { Caller, Context } from '../../actions/context.ts'
import { createPaymentRequest } from '../../actions/payment-requests/create-payment-request.ts'
import { endPaymentRequest } from '../../actions/payment-requests/end-payment-request.ts'
import { INVOICE_PAYMENT_STATUSES } from '../../core/invoicing/payment-status.ts'
import { readPaymentRequest } from '../../core/payments/request-input.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { findCustomer } from '../../store/customers.ts'
import { isId } from '../../store/ids.ts'
import { findPaymentRequest, listPaymentRequests, paymentRequestViews } from '../../store/payment-requests.ts'
import { toWirePaymentRequest } from '../../wire/payment-requests.ts'
import { entityIdsOf } from '../billing-entity-filter.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { rootOf } from '../params.ts'
import { readQuery } from '../query.ts'
import { paymentRequestSchemas } from '../schemas/payment-requests.ts'

type ById = { Params: { id: string } }
type OfCustomer = { Params: { external_id: string } }

const config = { resource: 'payment_request' } as const

/** Payment requests: create, list and retrieve (docs/rules/payments.md#payment-requests). */
export function paymentRequestsRoutes(app: FastifyInstance, context: Context): void {
  app.post(
    '/payment_requests',
    { config, schema: paymentRequestSchemas.create },
    async ({ caller, body }) => {
      const input = accepted(readPaymentRequest(rootOf(body, 'payment_request')))
      return show(context, caller, await createPaymentRequest(context, caller, input))
    },
  )
  app.get('/payment_requests', { config, schema: paymentRequestSchemas.list }, async ({ caller, query }) =>
    list(context, caller, query),
  )
  app.get<OfCustomer>(
    '/customers/:external_id/payment_requests',
    { config, schema: paymentRequestSchemas.listOfCustomer },
    async ({ caller, query, params }) => list(context, caller, query, params.external_id),
  )
  app.get<ById>(
    '/payment_requests/:id',
    { config, schema: paymentRequestSchemas.show },
    async ({ caller, params }) => show(context, caller, idOf(params)),
  )
}

/** How a payment request ended, under /api/weir/v1 because Lago only hears it from payment providers. */
export function paymentRequestEndRoutes(app: FastifyInstance, context: Context): void {
  app.route<ById>({
    method: ['PUT', 'PATCH'],
    url: '/payment_requests/:id',
    config,
    schema: paymentRequestSchemas.end,
    handler: async ({ caller, params, body }) => {
      const id = idOf(params)
      await endPaymentRequest(context, caller, id, rootOf(body, 'payment_request'))
      return show(context, caller, id)
    },
  })
}

function idOf({ id }: ById['Params']): string {
  if (!isId(id)) throw notFound('payment_request')
  return id
}

async function list(
  { database }: Context,
  caller: Caller,
  query: unknown,
  externalCustomerId?: string,
): Promise<object> {
  const page = pageOf(query)
  const { codes, ...filters } = readQuery(query, (from) => ({
    externalCustomerId: externalCustomerId ?? from.id('external_customer_id'),
    paymentStatus: from.word('payment_status', INVOICE_PAYMENT_STATUSES),
    currency: from.currency('currency'),
    codes: from.ids('billing_entity_codes'),
  }))
  return database.read(caller, async (reads) => {
    if (externalCustomerId !== undefined && !(await findCustomer(reads, externalCustomerId))) {
      throw notFound('customer')
    }
    const billingEntityIds = await entityIdsOf(reads, codes)
    const { rows, total } = await listPaymentRequests(reads, { ...filters, billingEntityIds }, page)
    const views = await paymentRequestViews(reads, rows)
    const requests = views.map((view) => toWirePaymentRequest(view, caller.dashboardUrl))
    return { payment_requests: requests, meta: metaOf(page, total) }
  })
}

async function show({ database }: Context, caller: Caller, id: string): Promise<object> {
  return database.read(caller, async (reads) => {
    const row = await findPaymentRequest(reads, id)
    const [view] = row ? await paymentRequestViews(reads, [row]) : []
    if (!view) throw notFound('payment_request')
    return { payment_request: toWirePaymentRequest(view, caller.dashboardUrl) }
  })
}
