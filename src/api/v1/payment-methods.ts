import type { FastifyInstance } from 'fastify'
import type { Context } from '../../actions/context.ts'
import { changePaymentMethod } from '../../actions/payment-methods/change-payment-method.ts'
import { notFound } from '../../core/refusal.ts'
import { findCustomer } from '../../store/customers.ts'
import { listPaymentMethods } from '../../store/payment-methods.ts'
import { toWirePaymentMethod } from '../../wire/payment-methods.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { paymentMethodSchemas } from '../schemas/payment-methods.ts'

type OfCustomer = { Params: { external_id: string } }
type One = { Params: { external_id: string; id: string } }

const config = { resource: 'payment_method' } as const

/** Payment methods of customers: list, make the default, discard. */
export function paymentMethodsRoutes(app: FastifyInstance, context: Context): void {
  const url = '/customers/:external_id/payment_methods'
  app.get<OfCustomer>(
    url,
    { config, schema: paymentMethodSchemas.list },
    async ({ caller, query, params }) => {
      const page = pageOf(query)
      return context.database.read(caller, async (reads) => {
        const customer = await findCustomer(reads, params.external_id)
        if (!customer) throw notFound('customer')
        const { rows, total } = await listPaymentMethods(reads, customer.id, page)
        return { payment_methods: rows.map(toWirePaymentMethod), meta: metaOf(page, total) }
      })
    },
  )
  app.route<One>({
    method: ['PUT', 'PATCH'],
    url: `${url}/:id/set_as_default`,
    config,
    schema: paymentMethodSchemas.setAsDefault,
    handler: async ({ caller, params }) => {
      const which = { externalCustomerId: params.external_id, id: params.id }
      const method = await changePaymentMethod(context, caller, which, 'set_as_default')
      return { payment_method: toWirePaymentMethod(method) }
    },
  })
  app.delete<One>(
    `${url}/:id`,
    { config, schema: paymentMethodSchemas.remove },
    async ({ caller, params }) => {
      const which = { externalCustomerId: params.external_id, id: params.id }
      const method = await changePaymentMethod(context, caller, which, 'discard')
      return { payment_method: toWirePaymentMethod(method) }
    },
  )
}
