import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../actions/context.ts'
import {
  fixedChargesOfSubscription,
  overrideFixedCharge,
} from '../../actions/fixed-charges/override-fixed-charge.ts'
import { notFound } from '../../core/refusal.ts'
import { SUBSCRIPTION_STATUSES } from '../../core/subscriptions/lifecycle.ts'
import { toWireFixedCharge } from '../../wire/fixed-charges.ts'
import { metaOf, pageOf, rowsOf } from '../pagination.ts'
import { rootOf } from '../params.ts'
import { queryText } from '../query.ts'
import { words } from '../schemas/common.ts'
import { FixedCharge, FixedChargeOverrideInput, FixedCharges } from '../schemas/fixed-charges.ts'
import { PageQuery } from '../schemas/pagination.ts'

type OfSubscription = { Params: { externalId: string } }
type OfFixedCharge = { Params: { externalId: string; fixedChargeCode: string } }

const url = '/subscriptions/:externalId/fixed_charges'
const one = `${url}/:fixedChargeCode`
const config = { resource: 'subscription' } as const
const query = { subscription_status: Type.Optional(words(...SUBSCRIPTION_STATUSES)) }
const schema = { tags: ['subscriptions'], querystring: Type.Object(query), response: { 200: FixedCharge } }

/** The fixed charges that a subscription pays, with its own units (docs/rules/fixed-charges.md). */
export function subscriptionFixedChargesRoutes(app: FastifyInstance, context: Context): void {
  app.get<OfSubscription>(
    url,
    {
      config,
      schema: {
        ...schema,
        summary: 'List the fixed charges',
        querystring: Type.Object({ ...PageQuery.properties, ...query }),
        response: { 200: FixedCharges },
      },
    },
    async (request) => {
      const page = pageOf(request.query)
      const charges = await chargesOf(context, request)
      const shown = rowsOf(page, charges)
      return {
        fixed_charges: shown.map(toWireFixedCharge),
        meta: metaOf(page, charges.length),
      }
    },
  )
  app.get<OfFixedCharge>(
    one,
    { config, schema: { ...schema, summary: 'Retrieve a fixed charge' } },
    async (request) => {
      const charges = await chargesOf(context, request)
      const charge = charges.find(({ code }) => code === request.params.fixedChargeCode)
      if (!charge) throw notFound('fixed_charge')
      return { fixed_charge: toWireFixedCharge(charge) }
    },
  )
  app.route<OfFixedCharge>({
    method: ['PUT', 'PATCH'],
    url: one,
    config,
    schema: { ...schema, summary: 'Override a fixed charge', body: FixedChargeOverrideInput },
    handler: async (request) => {
      const at = { ...request.params, status: statusOf(request) }
      const input = rootOf(request.body, 'fixed_charge')
      return {
        fixed_charge: toWireFixedCharge(await overrideFixedCharge(context, request.caller, at, input)),
      }
    },
  })
}

const statusOf = ({ query }: { readonly query: unknown }) => queryText(query, 'subscription_status')

function chargesOf(context: Context, request: FastifyRequest<OfSubscription>) {
  const at = { externalId: request.params.externalId, status: statusOf(request) }
  return context.database.read(request.caller, (reads) => fixedChargesOfSubscription(reads, at))
}
