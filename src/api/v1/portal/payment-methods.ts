import type { FastifyInstance } from 'fastify'
import type { Context } from '../../../actions/context.ts'
import { changePaymentMethod } from '../../../actions/payment-methods/change-payment-method.ts'
import { openSetupPageOf } from '../../../actions/payment-providers/open-setup-page.ts'
import { listPaymentMethods } from '../../../store/payment-methods.ts'
import { toWireOwnMethod } from '../../../wire/portal/customer.ts'
import { metaOf, pageOf } from '../../pagination.ts'
import { portalSchemas } from '../../schemas/portal.ts'

type ById = { Params: { id: string } }

const config = { part: 'payment_methods' } as const

/** The payment methods of a customer; a new one is added on a page of the provider. */
export function portalPaymentMethodsRoutes(app: FastifyInstance, context: Context): void {
  app.get('/payment_methods', { config, schema: portalSchemas.methods }, async (request) => {
    const { caller, visit, query } = request
    const page = pageOf(query)
    const { rows, total } = await context.database.read(caller, (reads) =>
      listPaymentMethods(reads, visit.customer.id, page),
    )
    return { payment_methods: rows.map(toWireOwnMethod), meta: metaOf(page, total) }
  })
  app.post(
    '/payment_methods/setup_url',
    { config: { ...config, isRepeatable: true }, schema: portalSchemas.setupUrl },
    async ({ caller, visit }) => {
      const page = await openSetupPageOf(context, caller, visit.customer.externalId)
      return { url: (page as { checkout_url: string }).checkout_url }
    },
  )
  app.put<ById>(
    '/payment_methods/:id/set_as_default',
    { config, schema: portalSchemas.setAsDefault },
    async ({ caller, visit, params: { id } }) => {
      const which = { externalCustomerId: visit.customer.externalId, id }
      const method = await changePaymentMethod(context, caller, which, 'set_as_default')
      return { payment_method: toWireOwnMethod(method) }
    },
  )
  app.delete<ById>(
    '/payment_methods/:id',
    { config, schema: portalSchemas.removeMethod },
    async ({ caller, visit, params: { id } }) => {
      const which = { externalCustomerId: visit.customer.externalId, id }
      const method = await changePaymentMethod(context, caller, which, 'discard')
      return { payment_method: toWireOwnMethod(method) }
    },
  )
}
