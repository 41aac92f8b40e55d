import type { FastifyInstance, FastifyRequest } from 'fastify'
import {
  type ChangedFilter,
  createCharge,
  createFilter,
  deleteCharge,
  deleteFilter,
  filterOf,
  readCharge,
  updateCharge,
  updateFilter,
} from '../../actions/charges/change-charges.ts'
import type { Context } from '../../actions/context.ts'
import { notFound } from '../../core/problems.ts'
import type { Reads } from '../../store/database.ts'
import { findPlan, type PlanCharge } from '../../store/plans.ts'
import { toWireCharge, toWireChargeFilter } from '../../wire/charges.ts'
import { answerCharges, answerFilters, reading } from '../charge-lists.ts'
import { isObject, type Json, rootOf } from '../params.ts'
import {
  Charge,
  ChargeCreateInput,
  ChargeDeleteInput,
  ChargeFilter,
  ChargeFilters,
  Charges,
  ChargeUpdateInput,
  FilterCreateInput,
  FilterDeleteInput,
  FilterUpdateInput,
} from '../schemas/charges.ts'
import { PageQuery } from '../schemas/pagination.ts'

type OfPlan = { Params: { planCode: string } }
type OfCharge = { Params: { planCode: string; chargeCode: string } }
type OfFilter = { Params: { planCode: string; chargeCode: string; filterId: string } }

const config = { resource: 'plan' }
const tags = ['plans']
const chargeResponse = { 200: Charge }
const filterResponse = { 200: ChargeFilter }

const toCharge = (charge: PlanCharge) => ({ charge: toWireCharge(charge) })
const toFilter = ({ charge, filter }: ChangedFilter) => ({ filter: toWireChargeFilter(filter, charge.code) })

/** Charges and filters of a plan, one by one (subscriptions-and-invoicing §1.1, metering-and-rating §3). */
export function planChargesRoutes(app: FastifyInstance, context: Context): void {
  app.post<OfPlan>(
    '/plans/:planCode/charges',
    {
      config,
      schema: { tags, summary: 'Create a charge', body: ChargeCreateInput, response: chargeResponse },
    },
    async (request) => {
      const input = rootOf(request.body, 'charge')
      return toCharge(await createCharge(context, request.caller, request.params.planCode, input))
    },
  )
  app.get<OfPlan>(
    '/plans/:planCode/charges',
    {
      config,
      schema: { tags, summary: 'List the charges', querystring: PageQuery, response: { 200: Charges } },
    },
    (request) =>
      reading(context, request, async (reads) =>
        answerCharges(reads, await planIdOf(reads, request.params.planCode), request.query),
      ),
  )
  oneChargeRoutes(app, context)
  filterRoutes(app, context)
  oneFilterRoutes(app, context)
}

function oneChargeRoutes(app: FastifyInstance, context: Context): void {
  const url = '/plans/:planCode/charges/:chargeCode'
  app.get<OfCharge>(
    url,
    { config, schema: { tags, summary: 'Retrieve a charge', response: chargeResponse } },
    async (request) => toCharge(await chargeAt(context, request)),
  )
  app.route<OfCharge>({
    method: ['PUT', 'PATCH'],
    url,
    config,
    schema: { tags, summary: 'Update a charge', body: ChargeUpdateInput, response: chargeResponse },
    handler: async (request) => {
      const input = rootOf(request.body, 'charge')
      return toCharge(await updateCharge(context, request.caller, request.params, input))
    },
  })
  app.delete<OfCharge>(
    url,
    {
      config,
      schema: { tags, summary: 'Delete a charge', body: ChargeDeleteInput, response: chargeResponse },
    },
    async (request) =>
      toCharge(
        await deleteCharge(context, request.caller, request.params, optionalRoot(request.body, 'charge')),
      ),
  )
}

function filterRoutes(app: FastifyInstance, context: Context): void {
  const url = '/plans/:planCode/charges/:chargeCode/filters'
  app.post<OfCharge>(
    url,
    {
      config,
      schema: { tags, summary: 'Create a charge filter', body: FilterCreateInput, response: filterResponse },
    },
    async (request) => {
      const input = rootOf(request.body, 'filter')
      return toFilter(await createFilter(context, request.caller, request.params, input))
    },
  )
  app.get<OfCharge>(
    url,
    {
      config,
      schema: {
        tags,
        summary: 'List the charge filters',
        querystring: PageQuery,
        response: { 200: ChargeFilters },
      },
    },
    async (request) => answerFilters(await chargeAt(context, request), request.query),
  )
}

function oneFilterRoutes(app: FastifyInstance, context: Context): void {
  const url = '/plans/:planCode/charges/:chargeCode/filters/:filterId'
  app.get<OfFilter>(
    url,
    { config, schema: { tags, summary: 'Retrieve a charge filter', response: filterResponse } },
    async (request) => {
      const charge = await chargeAt(context, request)
      return toFilter({ charge, filter: filterOf(charge, request.params.filterId) })
    },
  )
  app.route<OfFilter>({
    method: ['PUT', 'PATCH'],
    url,
    config,
    schema: { tags, summary: 'Update a charge filter', body: FilterUpdateInput, response: filterResponse },
    handler: async (request) => {
      const input = rootOf(request.body, 'filter')
      return toFilter(await updateFilter(context, request.caller, request.params, input))
    },
  })
  app.delete<OfFilter>(
    url,
    {
      config,
      schema: { tags, summary: 'Delete a charge filter', body: FilterDeleteInput, response: filterResponse },
    },
    async (request) =>
      toFilter(
        await deleteFilter(context, request.caller, request.params, optionalRoot(request.body, 'filter')),
      ),
  )
}

function chargeAt(context: Context, request: FastifyRequest<OfCharge>): Promise<PlanCharge> {
  const { planCode, chargeCode } = request.params
  return reading(context, request, async (reads) =>
    readCharge(reads, await planIdOf(reads, planCode), chargeCode),
  )
}

async function planIdOf(reads: Reads, code: string): Promise<string> {
  const plan = await findPlan(reads, code)
  if (!plan) throw notFound('plan')
  return plan.id
}

/** A deletion may come without a body. */
function optionalRoot(body: unknown, root: string): Json {
  const value = isObject(body) ? body[root] : undefined
  return isObject(value) ? value : {}
}
