import type { FastifyInstance } from 'fastify'
import type { Context } from '../../actions/context.ts'
import { createWebhookEndpoint } from '../../actions/webhook-endpoints/create-webhook-endpoint.ts'
import { deleteWebhookEndpoint } from '../../actions/webhook-endpoints/delete-webhook-endpoint.ts'
import { updateWebhookEndpoint } from '../../actions/webhook-endpoints/update-webhook-endpoint.ts'
import { notFound } from '../../core/refusal.ts'
import { isId } from '../../store/ids.ts'
import { findWebhookEndpoint, pageOfWebhookEndpoints } from '../../store/webhook-endpoints.ts'
import { toWireWebhookEndpoint } from '../../wire/webhook-endpoints.ts'
import { actorOf } from '../actor.ts'
import { metaOf, pageOf } from '../pagination.ts'
import { rootOf } from '../params.ts'
import { PageQuery } from '../schemas/pagination.ts'
import {
  WebhookEndpoint,
  WebhookEndpointCreateInput,
  WebhookEndpoints,
  WebhookEndpointUpdateInput,
} from '../schemas/webhook-endpoints.ts'

type ById = { Params: { id: string } }

const config = { resource: 'webhook_endpoint' } as const
const tags = ['webhook_endpoints']

/** The endpoints that receive an organization's webhooks. */
export function webhookEndpointsRoutes(app: FastifyInstance, context: Context): void {
  app.post(
    '/webhook_endpoints',
    {
      config,
      schema: {
        tags,
        summary: 'Create a webhook endpoint',
        body: WebhookEndpointCreateInput,
        response: { 200: WebhookEndpoint },
      },
    },
    async (request) => {
      const input = rootOf(request.body, 'webhook_endpoint')
      const endpoint = await createWebhookEndpoint(context, request.caller, input, actorOf(request))
      return { webhook_endpoint: toWireWebhookEndpoint(endpoint) }
    },
  )
  app.get(
    '/webhook_endpoints',
    {
      config,
      schema: {
        tags,
        summary: 'List the webhook endpoints',
        querystring: PageQuery,
        response: { 200: WebhookEndpoints },
      },
    },
    async (request) => {
      const page = pageOf(request.query)
      const { rows, totalCount } = await context.database.read(request.caller, (reads) =>
        pageOfWebhookEndpoints(reads, page),
      )
      return { webhook_endpoints: rows.map(toWireWebhookEndpoint), meta: metaOf(page, totalCount) }
    },
  )
  oneEndpointRoutes(app, context)
}

function oneEndpointRoutes(app: FastifyInstance, context: Context): void {
  app.get<ById>(
    '/webhook_endpoints/:id',
    { config, schema: { tags, summary: 'Show a webhook endpoint', response: { 200: WebhookEndpoint } } },
    async (request) => {
      const id = idOf(request.params)
      const endpoint = await context.database.read(request.caller, (reads) => findWebhookEndpoint(reads, id))
      if (!endpoint) throw notFound('webhook_endpoint')
      return { webhook_endpoint: toWireWebhookEndpoint(endpoint) }
    },
  )
  app.route<ById>({
    method: ['PUT', 'PATCH'],
    url: '/webhook_endpoints/:id',
    config,
    schema: {
      tags,
      summary: 'Change a webhook endpoint',
      body: WebhookEndpointUpdateInput,
      response: { 200: WebhookEndpoint },
    },
    handler: async (request) => {
      const id = idOf(request.params)
      const input = rootOf(request.body, 'webhook_endpoint')
      const endpoint = await updateWebhookEndpoint(context, request.caller, id, input, actorOf(request))
      return { webhook_endpoint: toWireWebhookEndpoint(endpoint) }
    },
  })
  app.delete<ById>(
    '/webhook_endpoints/:id',
    { config, schema: { tags, summary: 'Delete a webhook endpoint', response: { 200: WebhookEndpoint } } },
    async (request) => {
      const endpoint = await deleteWebhookEndpoint(
        context,
        request.caller,
        idOf(request.params),
        actorOf(request),
      )
      return { webhook_endpoint: toWireWebhookEndpoint(endpoint) }
    },
  )
}

function idOf(params: { id: string }): string {
  if (!isId(params.id)) throw notFound('webhook_endpoint')
  return params.id
}
