import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import {
  type OverridePlace,
  overrideCharge,
  overrideFilter,
  overrideNewFilter,
  overrideWithoutFilter,
  readPricedSubscription,
} from '../../actions/charges/override-charge.ts'
import type { Context } from '../../actions/context.ts'
import { SUBSCRIPTION_STATUSES } from '../../core/subscriptions/lifecycle.ts'
import { chargeReadRoutes, toCharge, toFilter } from '../charge-reads.ts'
import { rootOf } from '../params.ts'
import { queryText } from '../query.ts'
import {
  Charge,
  ChargeFilter,
  ChargeOverrideInput,
  FilterCreateInput,
  FilterUpdateInput,
} from '../schemas/charges.ts'
import { words } from '../schemas/common.ts'

type OfSubscription = { Params: { externalId: string } }
type OfCharge = { Params: { externalId: string; chargeCode: string } }
type OfFilter = { Params: { externalId: string; chargeCode: string; filterId: string } }

const base = '/subscriptions/:externalId'
const config = { resource: 'subscription' } as const
const tags = ['subscriptions']
const query = { subscription_status: Type.Optional(words(...SUBSCRIPTION_STATUSES)) }
const charge = { tags, querystring: Type.Object(query), response: { 200: Charge } }
const filter = { tags, querystring: Type.Object(query), response: { 200: ChargeFilter } }

/** The charges of a subscription, and its overrides of their prices. */
export function subscriptionChargesRoutes(app: FastifyInstance, context: Context): void {
  chargeReadRoutes(app, context, {
    base,
    config,
    tags,
    query,
    planIdOf: async (reads, request) => {
      const { externalId } = request.params as OfSubscription['Params']
      return (await readPricedSubscription(reads, { externalId, status: statusOf(request) })).planId
    },
  })
  const url = `${base}/charges/:chargeCode`
  app.route<OfCharge>({
    method: ['PUT', 'PATCH'],
    url,
    config,
    schema: { ...charge, summary: 'Override a charge', body: ChargeOverrideInput },
    handler: async (request) =>
      toCharge(
        await overrideCharge(context, request.caller, placeOf(request), rootOf(request.body, 'charge')),
      ),
  })
  app.post<OfCharge>(
    `${url}/filters`,
    { config, schema: { ...filter, summary: 'Create a charge filter', body: FilterCreateInput } },
    async (request) =>
      toFilter(
        await overrideNewFilter(context, request.caller, placeOf(request), rootOf(request.body, 'filter')),
      ),
  )
  oneFilterRoutes(app, context)
}

function oneFilterRoutes(app: FastifyInstance, context: Context): void {
  const url = `${base}/charges/:chargeCode/filters/:filterId`
  app.route<OfFilter>({
    method: ['PUT', 'PATCH'],
    url,
    config,
    schema: { ...filter, summary: 'Override a charge filter', body: FilterUpdateInput },
    handler: async (request) => {
      const at = { ...placeOf(request), filterId: request.params.filterId }
      return toFilter(await overrideFilter(context, request.caller, at, rootOf(request.body, 'filter')))
    },
  })
  app.delete<OfFilter>(
    url,
    { config, schema: { ...filter, summary: 'Delete a charge filter' } },
    async (request) => {
      const at = { ...placeOf(request), filterId: request.params.filterId }
      return toFilter(await overrideWithoutFilter(context, request.caller, at))
    },
  )
}

const statusOf = ({ query }: { readonly query: unknown }) => queryText(query, 'subscription_status')

function placeOf(request: FastifyRequest<OfCharge>): OverridePlace {
  const { externalId, chargeCode } = request.params
  return { externalId, chargeCode, status: statusOf(request) }
}
