import type { FastifyInstance } from 'fastify'
import type { Context } from '../../../actions/context.ts'
import { changeOwnPlan, withdrawOwnPlanChange } from '../../../actions/portal/change-own-plan.ts'
import { previewOwnPlanChange, readPlanChoices } from '../../../actions/portal/plan-choices.ts'
import { readOwnPlanChange } from '../../../core/portal/buyer-input.ts'
import { partsOf } from '../../../core/portal/portal-parts.ts'
import { accepted } from '../../../core/refusal.ts'
import { toWireOwnSubscription } from '../../../wire/portal/customer.ts'
import { toWireOwnPreview, toWirePlanChoice, toWireWaitingChange } from '../../../wire/portal/plan-change.ts'
import { rootOf } from '../../params.ts'
import { ownSubscription } from '../../portal-subscriptions.ts'
import { portalPlanSchemas } from '../../schemas/portal-plans.ts'

type ById = { Params: { id: string } }
type ByPlan = { Params: { id: string; plan_id: string } }

const config = { part: 'plan_changes' } as const

/** The plans between which customers change by themselves, what a change would do, and the change. */
export function portalPlanChangesRoutes(app: FastifyInstance, context: Context): void {
  const { database } = context
  app.get<ById>(
    '/subscriptions/:id/plans',
    { config, schema: portalPlanSchemas.choices },
    async ({ caller, visit, params }) =>
      database.read(caller, async (reads) => {
        const row = await ownSubscription(reads, visit, params.id)
        const { choices, waiting } = await readPlanChoices(reads, caller, row)
        return {
          plan_choices: {
            plans: choices.map(toWirePlanChoice),
            waiting: waiting && toWireWaitingChange(waiting),
          },
        }
      }),
  )
  app.get<ByPlan>(
    '/subscriptions/:id/plans/:plan_id',
    { config, schema: portalPlanSchemas.preview },
    async ({ caller, visit, params }) => {
      const row = await database.read(caller, (reads) => ownSubscription(reads, visit, params.id))
      const { choice, terms, bill } = await previewOwnPlanChange(
        context,
        caller,
        visit.customer,
        row,
        params.plan_id,
      )
      const showsBill = visit.organization.portalParts.includes('amounts')
      return {
        plan_change: {
          plan: toWirePlanChoice(choice),
          terms,
          invoice: showsBill ? toWireOwnPreview(bill) : null,
        },
      }
    },
  )
  app.post<ById>(
    '/subscriptions/:id/plan_change',
    { config, schema: portalPlanSchemas.change },
    async ({ caller, visit, params, body }) => {
      const row = await database.read(caller, (reads) => ownSubscription(reads, visit, params.id))
      const change = accepted(readOwnPlanChange(rootOf(body, 'plan_change')))
      const details = await changeOwnPlan(context, caller, visit.customer, row.id, change)
      return { subscription: toWireOwnSubscription(details, partsOf(visit.organization.portalParts)) }
    },
  )
  app.delete<ById>(
    '/subscriptions/:id/plan_change',
    { config, schema: portalPlanSchemas.withdraw },
    async ({ caller, visit, params }) => {
      const row = await database.read(caller, (reads) => ownSubscription(reads, visit, params.id))
      await withdrawOwnPlanChange(context, caller, visit.customer, row.id)
      return {}
    },
  )
}
