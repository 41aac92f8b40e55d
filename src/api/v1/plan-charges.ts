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
import type { Input } from '../../core/input/fields.ts'
import { notFound } from '../../core/refusal.ts'
import type { Reads } from '../../store/database.ts'
import { findPlan } from '../../store/plans.ts'
import { chargeReadRoutes, toCharge, toFilter } from '../charge-reads.ts'
import { isObject, rootOf } from '../params.ts'
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
const config = { resource: 'plan' } as const
const tags = ['plans']
const charge = { tags, response: { 200: Charge } }
const filter = { tags, response: { 200: ChargeFilter } }

/** Charges and filters of a plan, one by one. */
export function planChargesRoutes(app: FastifyInstance, context: Context): void {
  chargeReadRoutes(app, context, { base, config, tags, query: {}, planIdOf })
  const url = `${base}/charges`
  app.post<OfPlan>(
    url,
    { config, schema: { ...charge, summary: 'Create a charge', body: ChargeCreateInput } },
    async ({ caller, params, body }) =>
      toCharge(await createCharge(context, caller, params.planCode, rootOf(body, 'charge'))),
  )
  app.route<OfCharge>({
    method: ['PUT', 'PATCH'],
    url: `${url}/:chargeCode`,
    config,
    schema: { ...charge, summary: 'Update a charge', body: ChargeUpdateInput },
    handler: async ({ caller, params, body }) =>
      toCharge(await updateCharge(context, caller, params, rootOf(body, 'charge'))),
  })
  app.delete<OfCharge>(
    `${url}/:chargeCode`,
    { config, schema: { ...charge, summary: 'Delete a charge', body: ChargeDeleteInput } },
    async ({ caller, params, body }) =>
      toCharge(await deleteCharge(context, caller, params, optionalRoot(body, 'charge'))),
  )
  filterRoutes(app, context)
}

function filterRoutes(app: FastifyInstance, context: Context): void {
  const url = `${base}/charges/:chargeCode/filters`
  app.post<OfCharge>(
    url,
    { config, schema: { ...filter, summary: 'Create a charge filter', body: FilterCreateInput } },
    async ({ caller, params, body }) =>
      toFilter(await createFilter(context, caller, params, rootOf(body, 'filter'))),
  )
  app.route<OfFilter>({
    method: ['PUT', 'PATCH'],
    url: `${url}/:filterId`,
    config,
    schema: { ...filter, summary: 'Update a charge filter', body: FilterUpdateInput },
    handler: async ({ caller, params, body }) =>
      toFilter(await updateFilter(context, caller, params, rootOf(body, 'filter'))),
  })
  app.delete<OfFilter>(
    `${url}/:filterId`,
    { config, schema: { ...filter, summary: 'Delete a charge filter', body: FilterDeleteInput } },
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
function optionalRoot(body: unknown, root: string): Input {
  const value = isObject(body) ? body[root] : undefined
  return isObject(value) ? value : {}
}
