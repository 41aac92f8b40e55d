import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Context } from '../../actions/context.ts'
import { webhookPublicKey } from '../../actions/webhooks/signing-key.ts'
import { WebhookPublicKey } from '../schemas/webhooks.ts'

const tags = ['webhooks']

/** What receivers verify signatures with (platform.md §9.1), and the log of deliveries. */
export function webhooksRoutes(app: FastifyInstance, context: Context): void {
  const config = { resource: 'webhook_jwt_public_key' }
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
}
