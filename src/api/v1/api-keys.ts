import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { createApiKey } from '../../actions/api-keys/create-api-key.ts'
import { revokeApiKey } from '../../actions/api-keys/revoke-api-key.ts'
import { rotateApiKey } from '../../actions/api-keys/rotate-api-key.ts'
import type { Context } from '../../actions/context.ts'
import { readApiKeyInput } from '../../core/organizations/api-key-input.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { listApiKeys } from '../../store/api-keys.ts'
import { isId } from '../../store/ids.ts'
import { toWireApiKey, toWireNewApiKey } from '../../wire/api-keys.ts'
import { actorOf, requireConfirmation } from '../actor.ts'
import { knownKeysOf } from '../known-keys.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { isObject, rootOf } from '../params.ts'
import { ApiKey, ApiKeyCreateInput, ApiKeyRotateInput, ApiKeys, NewApiKey } from '../schemas/api-keys.ts'
import { PageQuery } from '../schemas/pagination.ts'

type ById = { Params: { id: string } }

const config = { resource: 'api_key' } as const
const tags = ['api_keys']
const params = Type.Object({ id: Type.String() })

/** The caller's API keys, under /api/weir/v1 because Lago has no such routes. */
export function apiKeyRoutes(app: FastifyInstance, context: Context): void {
  app.get(
    '/api_keys',
    {
      config,
      schema: {
        tags,
        summary: 'List the API keys that work',
        querystring: PageQuery,
        response: { 200: ApiKeys },
      },
    },
    async (request) => {
      const page = pageOf(request.query)
      const { rows, total } = await context.database.read(request.caller, (reads) =>
        listApiKeys(reads, context.systemNow(), page),
      )
      return { api_keys: rows.map(toWireApiKey), meta: metaOf(page, total) }
    },
  )
  app.post(
    '/api_keys',
    {
      config,
      schema: { tags, summary: 'Create an API key', body: ApiKeyCreateInput, response: { 200: NewApiKey } },
    },
    async (request) => {
      requireConfirmation(context, request)
      const input = isObject(request.body) && isObject(request.body.api_key) ? request.body.api_key : {}
      const read = accepted(readApiKeyInput(input, request.permissions, context.systemNow()))
      const made = await createApiKey(
        context,
        request.caller.organizationId,
        { ...read, name: read.name ?? null },
        actorOf(request),
      )
      return { api_key: toWireNewApiKey(made.key, made.secret) }
    },
  )
  oneKeyRoutes(app, context)
}

function oneKeyRoutes(app: FastifyInstance, context: Context): void {
  app.post<ById>(
    '/api_keys/:id/rotate',
    {
      config,
      schema: {
        tags,
        summary: 'Replace an API key; both work until expires_at',
        params,
        body: ApiKeyRotateInput,
        response: { 200: NewApiKey },
      },
    },
    async (request) => {
      const { id } = request.params
      if (!isId(id)) throw notFound('api_key')
      requireConfirmation(context, request)
      const input = request.body === undefined ? {} : rootOf(request.body, 'api_key')
      const own = request.permissions
      const { name, expiresAt } = accepted(readApiKeyInput(input, own, context.systemNow()))
      const change = { ...(name === undefined ? {} : { name }), endsAt: expiresAt, own }
      const made = await rotateApiKey(context, request.caller.organizationId, id, change, actorOf(request))
      knownKeysOf(context).forget(id)
      return { api_key: toWireNewApiKey(made.key, made.secret) }
    },
  )
  app.delete<ById>(
    '/api_keys/:id',
    { config, schema: { tags, summary: 'Revoke an API key', params, response: { 200: ApiKey } } },
    async (request) => {
      if (!isId(request.params.id)) throw notFound('api_key')
      const key = await revokeApiKey(
        context,
        request.caller.organizationId,
        request.params.id,
        actorOf(request),
      )
      knownKeysOf(context).forget(key.id)
      return { api_key: toWireApiKey(key) }
    },
  )
}
