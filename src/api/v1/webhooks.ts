import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../actions/context.ts'
import { retryWebhook } from '../../actions/webhooks/retry-webhook.ts'
import { webhookPublicKey } from '../../actions/webhooks/signing-key.ts'
import type { MissingResource } from '../../core/codes.ts'
import { notFound } from '../../core/refusal.ts'
import { isId } from '../../store/ids.ts'
import { findWebhookEndpoint } from '../../store/webhook-endpoints.ts'
import { findWebhook, pageOfWebhooks, WEBHOOK_STATUSES } from '../../store/webhooks.ts'
import { toWireWebhook, toWireWebhookInFull } from '../../wire/webhooks.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { readQuery } from '../query.ts'
import { Webhook, WebhookPublicKey, Webhooks, WebhooksQuery } from '../schemas/webhooks.ts'

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

function idOf(params: { id: string }, resource: MissingResource): string {
  if (!isId(params.id)) throw notFound(resource)
  return params.id
}
