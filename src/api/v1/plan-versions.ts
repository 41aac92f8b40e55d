import type { FastifyInstance } from 'fastify'
import type { Context } from '../../actions/context.ts'
import { previewPlanChange } from '../../actions/plans/preview-plan-change.ts'
import { restorePlanVersion } from '../../actions/plans/restore-plan-version.ts'
import type { Input } from '../../core/input/fields.ts'
import { notFound } from '../../core/refusal.ts'
import type { Reads } from '../../store/database.ts'
import { findPlanVersion, listPlanVersions } from '../../store/plan-versions.ts'
import { findPlan } from '../../store/plans.ts'
import { toWireListedVersion, toWirePlanChange, toWireVersion } from '../../wire/plan-versions.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { isObject, rootOf } from '../params.ts'
import { planVersionSchemas } from '../schemas/plan-versions.ts'
import { planAnswerOf } from './plans.ts'

type OfPlan = { Params: { code: string } }
type OfVersion = { Params: { code: string; number: string } }

const config = { resource: 'plan' } as const
/** Versions hold whole plans. */
const VERSIONS_AT_ONCE = 100
/** Subscriptions that a preview names; it counts all of them. */
const KEEPING_MAX = 50

/** Versions of plans and previews of changes, under /api/weir/v1 because Lago has no such routes. */
export function planVersionsRoutes(app: FastifyInstance, context: Context): void {
  const url = '/plans/:code/versions'
  const answer = planAnswerOf(context)
  app.get<OfPlan>(url, { config, schema: planVersionSchemas.list }, async ({ caller, params, query }) => {
    const page = pageOf(query, VERSIONS_AT_ONCE)
    return context.database.read(caller, async (reads) => {
      const { rows, total } = await listPlanVersions(reads, await planIdOf(reads, params.code), page)
      return { plan_versions: rows.map(toWireListedVersion), meta: metaOf(page, total) }
    })
  })
  app.get<OfVersion>(
    `${url}/:number`,
    { config, schema: planVersionSchemas.show },
    async ({ caller, params }) =>
      context.database.read(caller, async (reads) => {
        const planId = await planIdOf(reads, params.code)
        const version = await findPlanVersion(reads, planId, numberIn(params.number))
        if (!version) throw notFound('plan_version')
        return { plan_version: toWireVersion(version) }
      }),
  )
  app.post<OfVersion>(
    `${url}/:number/restore`,
    { config, schema: planVersionSchemas.restore },
    async (request) => {
      const { code, number } = request.params
      const at = { code, number: numberIn(number) }
      return answer(request, await restorePlanVersion(context, request.caller, at, optionsIn(request.body)))
    },
  )
  app.post<OfPlan>(
    '/plans/:code/change_previews',
    { config, schema: planVersionSchemas.preview },
    async ({ caller, params, body }) => {
      const preview = await previewPlanChange(context, caller, params.code, rootOf(body, 'plan'))
      return { plan_change: toWirePlanChange(preview, KEEPING_MAX) }
    },
  )
}

async function planIdOf(reads: Reads, code: string): Promise<string> {
  const plan = await findPlan(reads, code)
  if (!plan) throw notFound('plan')
  return plan.id
}

/** The number of a version in a path; 0, which no version has, for anything else. */
function numberIn(text: string): number {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 0
}

/** A restoration may have no body. */
function optionsIn(body: unknown): Input {
  const options = isObject(body) ? body.plan_version : undefined
  return isObject(options) ? options : {}
}
