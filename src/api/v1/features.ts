import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../actions/context.ts'
import { createFeature } from '../../actions/features/create-feature.ts'
import { deleteFeature } from '../../actions/features/delete-feature.ts'
import { deletePrivilege } from '../../actions/features/delete-privilege.ts'
import { readFeature } from '../../actions/features/read-feature.ts'
import { updateFeature } from '../../actions/features/update-feature.ts'
import { listFeatures } from '../../store/features.ts'
import { toWireFeature } from '../../wire/features.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { rootOf } from '../params.ts'
import { queryText } from '../query.ts'
import {
  Feature,
  FeatureCreateInput,
  FeatureQuery,
  Features,
  FeatureUpdateInput,
} from '../schemas/features.ts'

type ByCode = { Params: { code: string } }
type PrivilegeByCode = { Params: { code: string; privilege_code: string } }

const config = { resource: 'feature' } as const
const tags = ['features']
const params = Type.Object({ code: Type.String() })
const response = { 200: Feature }

/** Features and their privileges, by code. */
export function featuresRoutes(app: FastifyInstance, context: Context): void {
  app.post(
    '/features',
    { config, schema: { tags, summary: 'Create a feature', body: FeatureCreateInput, response } },
    async (request) => {
      const feature = await createFeature(context, request.caller, rootOf(request.body, 'feature'))
      return { feature: toWireFeature(feature) }
    },
  )
  app.get(
    '/features',
    {
      config,
      schema: {
        tags,
        summary: 'List all features',
        querystring: FeatureQuery,
        response: { 200: Features },
      },
    },
    async (request) => {
      const page = pageOf(request.query)
      const { rows, total } = await context.database.read(request.caller, (reads) =>
        listFeatures(reads, page, queryText(request.query, 'search_term')),
      )
      return { features: rows.map(toWireFeature), meta: metaOf(page, total) }
    },
  )
  oneFeatureRoutes(app, context)
}

function oneFeatureRoutes(app: FastifyInstance, context: Context): void {
  app.get<ByCode>(
    '/features/:code',
    { config, schema: { tags, summary: 'Retrieve a feature', params, response } },
    async (request) => {
      const feature = await context.database.read(request.caller, (reads) =>
        readFeature(reads, request.params.code),
      )
      return { feature: toWireFeature(feature) }
    },
  )
  app.route<ByCode>({
    method: ['PUT', 'PATCH'],
    url: '/features/:code',
    config,
    schema: { tags, summary: 'Update a feature', params, body: FeatureUpdateInput, response },
    handler: async (request) => {
      const raw = rootOf(request.body, 'feature')
      return {
        feature: toWireFeature(await updateFeature(context, request.caller, request.params.code, raw)),
      }
    },
  })
  app.delete<ByCode>(
    '/features/:code',
    { config, schema: { tags, summary: 'Delete a feature', params, response } },
    async (request) => ({
      feature: toWireFeature(await deleteFeature(context, request.caller, request.params.code)),
    }),
  )
  const privilegeParams = Type.Object({ code: Type.String(), privilege_code: Type.String() })
  app.delete<PrivilegeByCode>(
    '/features/:code/privileges/:privilege_code',
    { config, schema: { tags, summary: 'Delete a privilege', params: privilegeParams, response } },
    async (request) => {
      const { code, privilege_code } = request.params
      return { feature: toWireFeature(await deletePrivilege(context, request.caller, code, privilege_code)) }
    },
  )
}
