import type { FastifyInstance } from 'fastify'
import type { Caller, Context } from '../../actions/context.ts'
import {
  makeConnectionDefault,
  removeConnection,
  updateConnection,
} from '../../actions/payment-connections/change-connection.ts'
import { createConnection } from '../../actions/payment-connections/create-connection.ts'
import { notFound } from '../../core/refusal.ts'
import { findCustomer } from '../../store/customers.ts'
import { listLinks } from '../../store/payment-connections.ts'
import type { LinkRow } from '../../store/payment-provider-customers.ts'
import { readProvider } from '../../store/payment-providers.ts'
import { toWirePaymentConnection } from '../../wire/payment-connections.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { rootOf } from '../params.ts'
import { paymentConnectionSchemas } from '../schemas/payment-connections.ts'

type OfCustomer = { Params: { external_id: string } }
type One = { Params: { external_id: string; code: string } }

/** The provider may be asked while the request waits, so no transaction is kept open for an answer. */
const config = { resource: 'customer', isRepeatable: true } as const
const ROOT = 'payment_connection'
const URL = '/customers/:external_id/payment_connections'

/** The connections of customers, under /api/weir/v1: Lago's API knows the default one alone. */
export function paymentConnectionsRoutes(app: FastifyInstance, context: Context): void {
  const { database } = context
  app.get<OfCustomer>(
    URL,
    { config, schema: paymentConnectionSchemas.list },
    async ({ caller, query, params }) => {
      const page = pageOf(query)
      return database.read(caller, async (reads) => {
        const customer = await findCustomer(reads, params.external_id)
        if (!customer) throw notFound('customer')
        const { rows, total } = await listLinks(reads, customer.id, page)
        const connections = await Promise.all(
          rows.map(async (link) =>
            toWirePaymentConnection(link, await readProvider(reads, link.paymentProviderId)),
          ),
        )
        return { payment_connections: connections, meta: metaOf(page, total) }
      })
    },
  )
  app.post<OfCustomer>(
    URL,
    { config, schema: paymentConnectionSchemas.create },
    async ({ caller, params, body }) =>
      shown(context, caller, await createConnection(context, caller, params.external_id, rootOf(body, ROOT))),
  )
  oneConnectionRoutes(app, context)
}

function oneConnectionRoutes(app: FastifyInstance, context: Context): void {
  app.route<One>({
    method: ['PUT', 'PATCH'],
    url: `${URL}/:code`,
    config,
    schema: paymentConnectionSchemas.update,
    handler: async ({ caller, params, body }) => {
      const link = await updateConnection(context, caller, whichOf(params), rootOf(body, ROOT))
      return shown(context, caller, link)
    },
  })
  app.delete<One>(
    `${URL}/:code`,
    { config, schema: paymentConnectionSchemas.remove },
    async ({ caller, params }) =>
      shown(context, caller, await removeConnection(context, caller, whichOf(params))),
  )
  app.route<One>({
    method: ['PUT', 'PATCH'],
    url: `${URL}/:code/set_as_default`,
    config,
    schema: paymentConnectionSchemas.setAsDefault,
    handler: async ({ caller, params }) =>
      shown(context, caller, await makeConnectionDefault(context, caller, whichOf(params))),
  })
}

function whichOf(params: One['Params']): { readonly externalCustomerId: string; readonly code: string } {
  return { externalCustomerId: params.external_id, code: params.code }
}

async function shown(context: Context, caller: Caller, link: LinkRow): Promise<object> {
  const provider = await context.database.read(caller, (reads) => readProvider(reads, link.paymentProviderId))
  return { payment_connection: toWirePaymentConnection(link, provider) }
}
