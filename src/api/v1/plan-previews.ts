import type { FastifyInstance } from 'fastify'
import type { Context } from '../../actions/context.ts'
import { previewPlanBill } from '../../actions/plans/preview-plan.ts'
import { toWirePlanPreview } from '../../wire/plan-previews.ts'
import { isObject, rootOf } from '../params.ts'
import { PlanPreview, PlanPreviewInput } from '../schemas/plan-previews.ts'

const tags = ['plans']

/** What a plan that need not be stored would bill (docs/rules/plans.md#previews). */
export function planPreviewsRoutes(app: FastifyInstance, context: Context): void {
  app.post(
    '/plan_previews',
    {
      config: { resource: 'plan', keepsDigits: true },
      schema: {
        tags,
        summary: 'Preview the bill of a plan that is not saved',
        body: PlanPreviewInput,
        response: { 200: PlanPreview },
      },
    },
    async ({ caller, body }) => {
      const plan = rootOf(body, 'plan')
      const preview = await previewPlanBill(context, caller, isObject(body) ? body : {}, plan)
      return { plan_preview: toWirePlanPreview(preview) }
    },
  )
}
