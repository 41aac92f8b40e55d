import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../actions/context.ts'
import { replayWebhooks } from '../../actions/webhooks/replay-webhooks.ts'
import { retryWebhook } from '../../actions/webhooks/retry-webhook.ts'
import { webhookPublicKey } from '../../actions/webhooks/signing-key.ts'
import { revealWebhookSecret, rotateWebhookSecret } from '../../actions/webhooks/webhook-secret.ts'
import type { MissingResource } from '../../core/codes.ts'
import { notFound } from '../../core/refusal.ts'
import { isId } from '../../store/ids.ts'
import { findWebhookEndpoint } from '../../store/webhook-endpoints.ts'
import { findWebhook, pageOfWebhooks, WEBHOOK_STATUSES } from '../../store/webhooks.ts'
import { toWireWebhook, toWireWebhookInFull, toWireWebhookSecrets } from '../../wire/webhooks.ts'
import { actorOf, requireConfirmation } from '../actor.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { rootOf } from '../params.ts'
import { readQuery } from '../query.ts'
import {
  Webhook,
  WebhookPublicKey,
  WebhookReplaySchema,
  Webhooks,
  WebhooksQuery,
  webhookSecretSchemas,
} from '../schemas/webhooks.ts'

type ById = { Params: { id: string } }

const tags = ['webhooks']

/** The public key for verifying signatures, and the delivery log. */
export function webhooksRoutes(app: FastifyInstance, context: Context): void {
  const config = { resource: 'webhook_jwt_public_key' } as const
  app.get(
    '/webhooks/public_key',
    {
      config,
      schema: {
        tags,
        summary: 'Public key of the signatures, as text',
        deprecated: true,
        produces: ['text/plain'],
        response: { 200: Type.String() },
      },
    },
    async (_request, reply) => {
      return reply.type('text/plain; charset=utf-8').send(await webhookPublicKey(context))
    },
  )
  app.get(
    '/webhooks/json_public_key',
    {
      config,
      schema: { tags, summary: 'Public key of the signatures', response: { 200: WebhookPublicKey } },
    },
    async () => ({ webhook: { public_key: await webhookPublicKey(context) } }),
  )
  logRoutes(app, context)
}

/** The delivery log, which Lago only shows in its dashboard. */
function logRoutes(app: FastifyInstance, context: Context): void {
  const config = { resource: 'webhook_endpoint' } as const
  app.get<ById>(
    '/webhook_endpoints/:id/webhooks',
    {
      config,
      schema: {
        tags,
        summary: 'List the deliveries to an endpoint',
        querystring: WebhooksQuery,
        response: { 200: Webhooks },
      },
    },
    async (request) => {
      const endpointId = idOf(request.params, 'webhook_endpoint')
      const status = readQuery(request.query, (query) => query.word('status', WEBHOOK_STATUSES)) ?? null
      const page = pageOf(request.query)
      return context.database.read(request.caller, async (reads) => {
        if (!(await findWebhookEndpoint(reads, endpointId))) throw notFound('webhook_endpoint')
        const { rows, totalCount } = await pageOfWebhooks(reads, { endpointId, status }, page)
        return { webhooks: rows.map(toWireWebhook), meta: metaOf(page, totalCount) }
      })
    },
  )
  app.get<ById>(
    '/webhooks/:id',
    { config, schema: { tags, summary: 'Show a delivery with its payload', response: { 200: Webhook } } },
    async (request) => {
      const id = idOf(request.params, 'webhook')
      const webhook = await context.database.read(request.caller, (reads) => findWebhook(reads, id))
      if (!webhook) throw notFound('webhook')
      return { webhook: toWireWebhookInFull(webhook) }
    },
  )
  app.post<ById>(
    '/webhooks/:id/retry',
    { config, schema: { tags, summary: 'Send a webhook again', response: { 200: Webhook } } },
    async (request) => {
      const webhook = await retryWebhook(context, request.caller, idOf(request.params, 'webhook'))
      return { webhook: toWireWebhookInFull(webhook) }
    },
  )
}

/** The secret that signs webhooks, under /api/weir/v1 because Lago only shows it in its dashboard. */
export function webhookSecretRoutes(app: FastifyInstance, context: Context): void {
  const config = { resource: 'webhook_endpoint', isSecret: true } as const
  app.post('/webhook_secret/reveal', { config, schema: webhookSecretSchemas.reveal }, async (request) => {
    requireConfirmation(context, request)
    const secrets = await revealWebhookSecret(context, request.caller.organizationId, actorOf(request))
    return { webhook_secret: toWireWebhookSecrets(secrets) }
  })
  app.post('/webhook_secret/rotate', { config, schema: webhookSecretSchemas.rotate }, async (request) => {
    requireConfirmation(context, request)
    const { caller, body } = request
    const input = body === undefined ? {} : rootOf(body, 'webhook_secret')
    const secrets = await rotateWebhookSecret(context, caller.organizationId, input, actorOf(request))
    return { webhook_secret: toWireWebhookSecrets(secrets) }
  })
}

/** Sending again what was given up, under /api/weir/v1 because Lago has no such route. */
export function webhookReplayRoutes(app: FastifyInstance, context: Context): void {
  app.post<ById>(
    '/webhook_endpoints/:id/replay',
    { config: { resource: 'webhook_endpoint' }, schema: WebhookReplaySchema },
    async ({ caller, params, body }) => {
      const id = idOf(params, 'webhook_endpoint')
      const input = body === undefined ? {} : rootOf(body, 'replay')
      const { count, isMore } = await replayWebhooks(context, caller, id, input)
      return { replay: { webhooks_count: count, has_more: isMore } }
    },
  )
}

function idOf(params: { id: string }, resource: MissingResource): string {
  if (!isId(params.id)) throw notFound(resource)
  return params.id
}
