import type { FastifyInstance } from 'fastify'
import type { Caller, Context } from '../../actions/context.ts'
import { recordPayment } from '../../actions/payments/record-payment.ts'
import { notFound } from '../../core/refusal.ts'
import { findCustomer } from '../../store/customers.ts'
import type { Reads } from '../../store/database.ts'
import { isId } from '../../store/ids.ts'
import {
  findPayments,
  listPayments,
  PAYMENT_STATUSES,
  type PaymentFilters,
  paymentViews,
} from '../../store/payments.ts'
import { toWirePayment } from '../../wire/payments.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { rootOf } from '../params.ts'
import { type Query, readQuery } from '../query.ts'
import { paymentSchemas } from '../schemas/payments.ts'

type ById = { Params: { id: string } }
type OfCustomer = { Params: { external_id: string } }

const config = { resource: 'payment' } as const

/** Payments: record, list and retrieve (docs/rules/payments.md). */
export function paymentsRoutes(app: FastifyInstance, context: Context): void {
  const { database } = context
  app.post('/payments', { config, schema: paymentSchemas.create }, async ({ caller, body }) => {
    return show(context, caller, await recordPayment(context, caller, rootOf(body, 'payment')))
  })
  app.get('/payments', { config, schema: paymentSchemas.list }, async ({ caller, query }) => {
    const filters = readQuery(query, (from) => ({
      ...filtersOf(from),
      externalCustomerId: from.id('external_customer_id'),
    }))
    return database.read(caller, (reads) => list(reads, query, filters))
  })
  app.get<OfCustomer>(
    '/customers/:external_id/payments',
    { config, schema: paymentSchemas.listOfCustomer },
    async ({ caller, query, params: { external_id: externalCustomerId } }) => {
      const filters = readQuery(query, filtersOf)
      return database.read(caller, async (reads) => {
        if (!(await findCustomer(reads, externalCustomerId))) throw notFound('customer')
        return list(reads, query, { ...filters, externalCustomerId })
      })
    },
  )
  app.get<ById>('/payments/:id', { config, schema: paymentSchemas.show }, async ({ caller, params }) =>
    show(context, caller, params.id),
  )
}

function filtersOf(query: Query): PaymentFilters {
  return {
    invoiceId: query.uuid('invoice_id'),
    statuses: query.words('payment_status', PAYMENT_STATUSES, 'payment_statuses'),
  }
}

async function list(reads: Reads, query: unknown, filters: PaymentFilters): Promise<object> {
  const page = pageOf(query)
  const { rows, total } = await listPayments(reads, filters, page)
  return { payments: (await paymentViews(reads, rows)).map(toWirePayment), meta: metaOf(page, total) }
}

async function show({ database }: Context, caller: Caller, id: string): Promise<object> {
  if (!isId(id)) throw notFound('payment')
  return database.read(caller, async (reads) => {
    const [payment] = await paymentViews(reads, await findPayments(reads, [id]))
    if (!payment) throw notFound('payment')
    return { payment: toWirePayment(payment) }
  })
}
