import type { FastifyInstance, FastifyRequest } from 'fastify'
import {
  createCharge,
  createFilter,
  deleteCharge,
  deleteFilter,
  updateCharge,
  updateFilter,
} from '../../actions/charges/change-charges.ts'
import type { Context } from '../../actions/context.ts'
import { notFound } from '../../core/problems.ts'
import type { Reads } from '../../store/database.ts'
import { findPlan } from '../../store/plans.ts'
import { chargeReadRoutes, toCharge, toFilter } from '../charge-reads.ts'
import { isObject, type Json, rootOf } from '../params.ts'
import {
  Charge,
  ChargeCreateInput,
  ChargeDeleteInput,
  ChargeFilter,
  ChargeUpdateInput,
  FilterCreateInput,
  FilterDeleteInput,
  FilterUpdateInput,
} from '../schemas/charges.ts'

type OfPlan = { Params: { planCode: string } }
type OfCharge = { Params: { planCode: string; chargeCode: string } }
type OfFilter = { Params: { planCode: string; chargeCode: string; filterId: string } }

const base = '/plans/:planCode'
const config = { resource: 'plan' }
const tags = ['plans']
const chargeResponse = { 200: Charge }
const filterResponse = { 200: ChargeFilter }

/** Charges and filters of a plan, one by one. */
export function planChargesRoutes(app: FastifyInstance, context: Context): void {
  chargeReadRoutes(app, context, { base, config, tags, query: {}, planIdOf })
  app.post<OfPlan>(
    `${base}/charges`,
    {
      config,
      schema: { tags, summary: 'Create a charge', body: ChargeCreateInput, response: chargeResponse },
    },
    async ({ caller, params, body }) =>
      toCharge(await createCharge(context, caller, params.planCode, rootOf(body, 'charge'))),
  )
  oneChargeRoutes(app, context)
  filterRoutes(app, context)
}

function oneChargeRoutes(app: FastifyInstance, context: Context): void {
  const url = `${base}/charges/:chargeCode`
  app.route<OfCharge>({
    method: ['PUT', 'PATCH'],
    url,
    config,
    schema: { tags, summary: 'Update a charge', body: ChargeUpdateInput, response: chargeResponse },
    handler: async ({ caller, params, body }) =>
      toCharge(await updateCharge(context, caller, params, rootOf(body, 'charge'))),
  })
  app.delete<OfCharge>(
    url,
    {
      config,
      schema: { tags, summary: 'Delete a charge', body: ChargeDeleteInput, response: chargeResponse },
    },
    async ({ caller, params, body }) =>
      toCharge(await deleteCharge(context, caller, params, optionalRoot(body, 'charge'))),
  )
}

function filterRoutes(app: FastifyInstance, context: Context): void {
  const url = `${base}/charges/:chargeCode/filters`
  app.post<OfCharge>(
    url,
    {
      config,
      schema: { tags, summary: 'Create a charge filter', body: FilterCreateInput, response: filterResponse },
    },
    async ({ caller, params, body }) =>
      toFilter(await createFilter(context, caller, params, rootOf(body, 'filter'))),
  )
  app.route<OfFilter>({
    method: ['PUT', 'PATCH'],
    url: `${url}/:filterId`,
    config,
    schema: { tags, summary: 'Update a charge filter', body: FilterUpdateInput, response: filterResponse },
    handler: async ({ caller, params, body }) =>
      toFilter(await updateFilter(context, caller, params, rootOf(body, 'filter'))),
  })
  app.delete<OfFilter>(
    `${url}/:filterId`,
    {
      config,
      schema: { tags, summary: 'Delete a charge filter', body: FilterDeleteInput, response: filterResponse },
    },
    async ({ caller, params, body }) =>
      toFilter(await deleteFilter(context, caller, params, optionalRoot(body, 'filter'))),
  )
}

async function planIdOf(reads: Reads, request: FastifyRequest): Promise<string> {
  const plan = await findPlan(reads, (request.params as OfPlan['Params']).planCode)
  if (!plan) throw notFound('plan')
  return plan.id
}

/** A deletion may have no body. */
function optionalRoot(body: unknown, root: string): Json {
  const value = isObject(body) ? body[root] : undefined
  return isObject(value) ? value : {}
}
