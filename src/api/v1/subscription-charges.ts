import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { type ChangedFilter, filterOf, readCharge } from '../../actions/charges/change-charges.ts'
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
import type { PlanCharge } from '../../store/plans.ts'
import { toWireCharge, toWireChargeFilter } from '../../wire/charges.ts'
import { answerCharges, answerFilters, reading } from '../charge-lists.ts'
import { rootOf } from '../params.ts'
import { queryText } from '../query.ts'
import {
  Charge,
  ChargeFilter,
  ChargeFilters,
  ChargeOverrideInput,
  Charges,
  FilterCreateInput,
  FilterUpdateInput,
} from '../schemas/charges.ts'
import { words } from '../schemas/common.ts'
import { PageQuery } from '../schemas/pagination.ts'

type OfSubscription = { Params: { externalId: string } }
type OfCharge = { Params: { externalId: string; chargeCode: string } }
type OfFilter = { Params: { externalId: string; chargeCode: string; filterId: string } }

const config = { resource: 'subscription' }
const tags = ['subscriptions']
const chargeResponse = { 200: Charge }
const filterResponse = { 200: ChargeFilter }
const status = Type.Optional(words(...SUBSCRIPTION_STATUSES))
const querystring = Type.Object({ subscription_status: status })
const pageQuery = Type.Object({ ...PageQuery.properties, subscription_status: status })

const toCharge = (charge: PlanCharge) => ({ charge: toWireCharge(charge) })
const toFilter = ({ charge, filter }: ChangedFilter) => ({ filter: toWireChargeFilter(filter, charge.code) })

/** The charges that a subscription pays, and its own prices for them (subscriptions-and-invoicing §2.11). */
export function subscriptionChargesRoutes(app: FastifyInstance, context: Context): void {
  app.get<OfSubscription>(
    '/subscriptions/:externalId/charges',
    {
      config,
      schema: { tags, summary: 'List the charges', querystring: pageQuery, response: { 200: Charges } },
    },
    (request) =>
      reading(context, request, async (reads) => {
        const at = { ...request.params, status: queryText(request.query, 'subscription_status') }
        const { planId } = await readPricedSubscription(reads, at)
        return answerCharges(reads, planId, request.query)
      }),
  )
  oneChargeRoutes(app, context)
  filterRoutes(app, context)
  oneFilterRoutes(app, context)
}

function oneChargeRoutes(app: FastifyInstance, context: Context): void {
  const url = '/subscriptions/:externalId/charges/:chargeCode'
  app.get<OfCharge>(
    url,
    { config, schema: { tags, summary: 'Retrieve a charge', querystring, response: chargeResponse } },
    async (request) => toCharge(await chargeAt(context, request)),
  )
  app.route<OfCharge>({
    method: ['PUT', 'PATCH'],
    url,
    config,
    schema: {
      tags,
      summary: 'Override a charge',
      querystring,
      body: ChargeOverrideInput,
      response: chargeResponse,
    },
    handler: async (request) => {
      const input = rootOf(request.body, 'charge')
      return toCharge(await overrideCharge(context, request.caller, placeOf(request), input))
    },
  })
}

function filterRoutes(app: FastifyInstance, context: Context): void {
  const url = '/subscriptions/:externalId/charges/:chargeCode/filters'
  app.post<OfCharge>(
    url,
    {
      config,
      schema: {
        tags,
        summary: 'Create a charge filter',
        querystring,
        body: FilterCreateInput,
        response: filterResponse,
      },
    },
    async (request) => {
      const input = rootOf(request.body, 'filter')
      return toFilter(await overrideNewFilter(context, request.caller, placeOf(request), input))
    },
  )
  app.get<OfCharge>(
    url,
    {
      config,
      schema: {
        tags,
        summary: 'List the charge filters',
        querystring: pageQuery,
        response: { 200: ChargeFilters },
      },
    },
    async (request) => answerFilters(await chargeAt(context, request), request.query),
  )
}

function oneFilterRoutes(app: FastifyInstance, context: Context): void {
  const url = '/subscriptions/:externalId/charges/:chargeCode/filters/:filterId'
  app.get<OfFilter>(
    url,
    { config, schema: { tags, summary: 'Retrieve a charge filter', querystring, response: filterResponse } },
    async (request) => {
      const charge = await chargeAt(context, request)
      return toFilter({ charge, filter: filterOf(charge, request.params.filterId) })
    },
  )
  app.route<OfFilter>({
    method: ['PUT', 'PATCH'],
    url,
    config,
    schema: {
      tags,
      summary: 'Override a charge filter',
      querystring,
      body: FilterUpdateInput,
      response: filterResponse,
    },
    handler: async (request) => {
      const at = { ...placeOf(request), filterId: request.params.filterId }
      return toFilter(await overrideFilter(context, request.caller, at, rootOf(request.body, 'filter')))
    },
  })
  app.delete<OfFilter>(
    url,
    { config, schema: { tags, summary: 'Delete a charge filter', querystring, response: filterResponse } },
    async (request) => {
      const at = { ...placeOf(request), filterId: request.params.filterId }
      return toFilter(await overrideWithoutFilter(context, request.caller, at))
    },
  )
}

function placeOf(request: FastifyRequest<OfCharge>): OverridePlace {
  const { externalId, chargeCode } = request.params
  return { externalId, chargeCode, status: queryText(request.query, 'subscription_status') }
}

function chargeAt(context: Context, request: FastifyRequest<OfCharge>): Promise<PlanCharge> {
  return reading(context, request, async (reads) => {
    const at = placeOf(request)
    const { planId } = await readPricedSubscription(reads, at)
    return readCharge(reads, planId, at.chargeCode)
  })
}
