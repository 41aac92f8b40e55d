import type { FastifyInstance } from 'fastify'
import type { Context } from '../../actions/context.ts'
import {
  createFixedCharge,
  deleteFixedCharge,
  updateFixedCharge,
} from '../../actions/fixed-charges/change-fixed-charges.ts'
import { readFixedCharge } from '../../actions/fixed-charges/write-fixed-charge.ts'
import { notFound } from '../../core/refusal.ts'
import type { Reads } from '../../store/database.ts'
import { fixedChargesOfPlans, type PlanFixedCharge } from '../../store/fixed-charges.ts'
import { findPlan } from '../../store/plans.ts'
import { toWireFixedCharge } from '../../wire/fixed-charges.ts'
import { metaOf, pageOf, rowsOf } from '../pagination.ts'
import { isObject, rootOf } from '../params.ts'
import {
  FixedCharge,
  FixedChargeDeleteInput,
  FixedChargeInput,
  FixedCharges,
} from '../schemas/fixed-charges.ts'
import { PageQuery } from '../schemas/pagination.ts'

type OfPlan = { Params: { planCode: string } }
type OfFixedCharge = { Params: { planCode: string; fixedChargeCode: string } }

const url = '/plans/:planCode/fixed_charges'
const one = `${url}/:fixedChargeCode`
const config = { resource: 'plan' } as const
const schema = { tags: ['plans'], response: { 200: FixedCharge } }

const toFixedCharge = (charge: PlanFixedCharge) => ({ fixed_charge: toWireFixedCharge(charge) })

/** The fixed charges of a plan, one by one (docs/rules/fixed-charges.md). */
export function planFixedChargesRoutes(app: FastifyInstance, context: Context): void {
  app.get<OfPlan>(
    url,
    {
      config,
      schema: {
        ...schema,
        summary: 'List the fixed charges',
        querystring: PageQuery,
        response: { 200: FixedCharges },
      },
    },
    async ({ caller, params, query }) =>
      context.database.read(caller, async (reads) => {
        const page = pageOf(query)
        const charges = await fixedChargesOfPlans(reads, [await planIdOf(reads, params.planCode)])
        const shown = rowsOf(page, charges)
        return {
          fixed_charges: shown.map(toWireFixedCharge),
          meta: metaOf(page, charges.length),
        }
      }),
  )
  app.get<OfFixedCharge>(
    one,
    { config, schema: { ...schema, summary: 'Retrieve a fixed charge' } },
    async ({ caller, params }) =>
      context.database.read(caller, async (reads) =>
        toFixedCharge(
          await readFixedCharge(reads, await planIdOf(reads, params.planCode), params.fixedChargeCode),
        ),
      ),
  )
  writeRoutes(app, context)
}

function writeRoutes(app: FastifyInstance, context: Context): void {
  app.post<OfPlan>(
    url,
    { config, schema: { ...schema, summary: 'Create a fixed charge', body: FixedChargeInput } },
    async ({ caller, params, body }) =>
      toFixedCharge(await createFixedCharge(context, caller, params.planCode, rootOf(body, 'fixed_charge'))),
  )
  app.route<OfFixedCharge>({
    method: ['PUT', 'PATCH'],
    url: one,
    config,
    schema: { ...schema, summary: 'Update a fixed charge', body: FixedChargeInput },
    handler: async ({ caller, params, body }) =>
      toFixedCharge(await updateFixedCharge(context, caller, params, rootOf(body, 'fixed_charge'))),
  })
  app.delete<OfFixedCharge>(
    one,
    { config, schema: { ...schema, summary: 'Delete a fixed charge', body: FixedChargeDeleteInput } },
    async ({ caller, params, body }) => {
      // A deletion may come without a body.
      const root = isObject(body) ? body.fixed_charge : undefined
      return toFixedCharge(await deleteFixedCharge(context, caller, params, isObject(root) ? root : {}))
    },
  )
}

async function planIdOf(reads: Reads, code: string): Promise<string> {
  const plan = await findPlan(reads, code)
  if (!plan) throw notFound('plan')
  return plan.id
}
