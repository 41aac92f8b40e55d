import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../actions/context.ts'
import { createPlan } from '../../actions/plans/create-plan.ts'
import { deletePlan } from '../../actions/plans/delete-plan.ts'
import { updatePlan } from '../../actions/plans/update-plan.ts'
import { notFound } from '../../core/refusal.ts'
import { entitlementsOfPlans } from '../../store/entitlements.ts'
import { findPlan, listPlans, type PlanRow, withParts } from '../../store/plans.ts'
import { toWireListedPlan, toWirePlan } from '../../wire/plans.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { rootOf } from '../params.ts'
import { PageQuery } from '../schemas/pagination.ts'
import { Plan, PlanCreateInput, Plans, PlanUpdateInput } from '../schemas/plans.ts'

type ByCode = { Params: { code: string } }

const config = { resource: 'plan' } as const
const tags = ['plans']
const params = Type.Object({ code: Type.String() })
const response = { 200: Plan }

/** Plans, by code (docs/rules/plans.md). */
export function plansRoutes(app: FastifyInstance, context: Context): void {
  const answer = planAnswerOf(context)
  app.post(
    '/plans',
    { config, schema: { tags, summary: 'Create a plan', body: PlanCreateInput, response } },
    async (request) =>
      answer(request, await createPlan(context, request.caller, rootOf(request.body, 'plan'))),
  )
  app.get(
    '/plans',
    {
      config,
      schema: { tags, summary: 'List the plans', querystring: PageQuery, response: { 200: Plans } },
    },
    async (request) => {
      const page = pageOf(request.query)
      return context.database.read(request.caller, async (reads) => {
        const { rows, total } = await listPlans(reads, page)
        const plans = await withParts(reads, rows)
        const entitlements = await entitlementsOfPlans(
          reads,
          rows.map((plan) => plan.id),
        )
        return {
          plans: plans.map((plan) => toWireListedPlan(plan, entitlements.get(plan.id) ?? [])),
          meta: metaOf(page, total),
        }
      })
    },
  )
  onePlanRoutes(app, context)
}

/** The answer with a plan and all its parts. */
export function planAnswerOf(context: Context): (request: FastifyRequest, plan: PlanRow) => Promise<object> {
  return (request, plan) =>
    context.database.read(request.caller, async (reads) => {
      const [whole] = await withParts(reads, [plan])
      if (!whole) throw notFound('plan')
      return { plan: toWirePlan(whole, (await entitlementsOfPlans(reads, [plan.id])).get(plan.id) ?? []) }
    })
}

function onePlanRoutes(app: FastifyInstance, context: Context): void {
  const answer = planAnswerOf(context)
  app.get<ByCode>(
    '/plans/:code',
    { config, schema: { tags, summary: 'Retrieve a plan', params, response } },
    async (request) => {
      const plan = await context.database.read(request.caller, (reads) =>
        findPlan(reads, request.params.code),
      )
      if (!plan) throw notFound('plan')
      return answer(request, plan)
    },
  )
  app.route<ByCode>({
    method: ['PUT', 'PATCH'],
    url: '/plans/:code',
    config,
    schema: { tags, summary: 'Update a plan', params, body: PlanUpdateInput, response },
    handler: async (request) => {
      const input = rootOf(request.body, 'plan')
      return answer(request, await updatePlan(context, request.caller, request.params.code, input))
    },
  })
  app.delete<ByCode>(
    '/plans/:code',
    { config, schema: { tags, summary: 'Delete a plan', params, response } },
    async (request) => answer(request, await deletePlan(context, request.caller, request.params.code)),
  )
}
