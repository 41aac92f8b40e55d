import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../actions/context.ts'
import { readLifetimeUsage } from '../../actions/lifetime-usage/read-lifetime-usage.ts'
import { updateLifetimeUsage } from '../../actions/lifetime-usage/update-lifetime-usage.ts'
import { toWireLifetimeUsage } from '../../wire/lifetime-usages.ts'
import { rootOf } from '../params.ts'
import { LifetimeUsage, LifetimeUsageInput } from '../schemas/lifetime-usages.ts'

type ByExternalId = { Params: { externalId: string } }

const config = { resource: 'lifetime_usage' } as const
const tags = ['subscriptions']
const params = Type.Object({ externalId: Type.String() })
const response = { 200: LifetimeUsage }

/** Usage of subscriptions since they started (docs/rules/usage.md#lifetime-usage). */
export function lifetimeUsagesRoutes(app: FastifyInstance, context: Context): void {
  const url = '/subscriptions/:externalId/lifetime_usage'
  app.get<ByExternalId>(
    url,
    { config, schema: { tags, summary: 'Retrieve the lifetime usage of a subscription', params, response } },
    async (request) => {
      const view = await context.database.readUsage(request.caller, (reads) =>
        readLifetimeUsage(reads, request.caller, request.params.externalId),
      )
      return { lifetime_usage: toWireLifetimeUsage(view) }
    },
  )
  app.route<ByExternalId>({
    method: ['PUT', 'PATCH'],
    url,
    config,
    schema: {
      tags,
      summary: 'Set the usage from before Weir',
      params,
      body: LifetimeUsageInput,
      response,
    },
    handler: async (request) => {
      const input = rootOf(request.body, 'lifetime_usage')
      const view = await updateLifetimeUsage(context, request.caller, request.params.externalId, input)
      return { lifetime_usage: toWireLifetimeUsage(view) }
    },
  })
}
