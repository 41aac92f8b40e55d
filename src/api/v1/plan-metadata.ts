import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../actions/context.ts'
import { changePlanMetadata } from '../../actions/plans/change-plan-metadata.ts'
import { mergeMetadata, readMetadata } from '../../core/input/metadata.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { isObject } from '../params.ts'
import { MetadataAnswer, MetadataInput } from '../schemas/plans.ts'

type ByCode = { Params: { code: string } }
type ByKey = { Params: { code: string; key: string } }

const config = { resource: 'plan' } as const
const tags = ['plans']
const params = Type.Object({ code: Type.String() })
const response = { 200: MetadataAnswer }

/** Arbitrary metadata on a plan: POST replaces, PUT and PATCH merge. */
export function planMetadataRoutes(app: FastifyInstance, context: Context): void {
  app.post<ByCode>(
    '/plans/:code/metadata',
    { config, schema: { tags, summary: 'Replace the metadata', params, body: MetadataInput, response } },
    async (request) => {
      const metadata = accepted(readMetadata(given(request.body)))
      return {
        metadata: await changePlanMetadata(context, request.caller, request.params.code, () => metadata),
      }
    },
  )
  app.route<ByCode>({
    method: ['PUT', 'PATCH'],
    url: '/plans/:code/metadata',
    config,
    schema: { tags, summary: 'Merge into the metadata', params, body: MetadataInput, response },
    handler: async (request) => ({
      metadata: await changePlanMetadata(context, request.caller, request.params.code, (stored) =>
        accepted(mergeMetadata(stored, given(request.body))),
      ),
    }),
  })
  app.delete<ByCode>(
    '/plans/:code/metadata',
    { config, schema: { tags, summary: 'Remove the metadata', params, response } },
    async (request) => ({
      metadata: await changePlanMetadata(context, request.caller, request.params.code, () => null),
    }),
  )
  app.delete<ByKey>(
    '/plans/:code/metadata/:key',
    { config, schema: { tags, summary: 'Remove one key of the metadata', response } },
    async (request) => ({
      metadata: await changePlanMetadata(context, request.caller, request.params.code, (stored) => {
        if (stored === null) throw notFound('metadata')
        return Object.fromEntries(Object.entries(stored).filter(([key]) => key !== request.params.key))
      }),
    }),
  )
}

function given(body: unknown): unknown {
  return isObject(body) ? body.metadata : undefined
}
