import type { FastifyInstance } from 'fastify'
import type { Context } from '../../../actions/context.ts'
import { upsertCustomer } from '../../../actions/customers/upsert-customer.ts'
import { readOwnChange } from '../../../core/portal/buyer-input.ts'
import { accepted } from '../../../core/refusal.ts'
import { toWireOwnCustomer } from '../../../wire/portal/customer.ts'
import { rootOf } from '../../params.ts'
import { portalSchemas } from '../../schemas/portal.ts'

const config = { part: 'information' } as const

/** What a customer sees and changes of itself. */
export function portalCustomerRoutes(app: FastifyInstance, context: Context): void {
  app.get('/customer', { config, schema: portalSchemas.customer }, async ({ visit }) => ({
    customer: toWireOwnCustomer(visit.customer, visit.billingEntity.documentLocale),
  }))
  app.put('/customer', { config, schema: portalSchemas.updateCustomer }, async (request) => {
    const { visit, caller, body } = request
    const change = accepted(readOwnChange(rootOf(body, 'customer'), visit.customer.externalId))
    const { details } = await upsertCustomer(context, caller, change)
    return { customer: toWireOwnCustomer(details.customer, visit.billingEntity.documentLocale) }
  })
}
