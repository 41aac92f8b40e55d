import { Type } from 'typebox'
import { dateTime, nullableInteger, uuid, words } from './common.ts'
import { PageQuery, PaginationMeta } from './pagination.ts'

export const WebhookPublicKey = Type.Object({
  webhook: Type.Object({ public_key: Type.String({ description: 'Base64 of the PEM, in lines.' }) }),
})

const status = words('pending', 'retrying', 'succeeded', 'failed')

const logged = {
  lago_id: Type.String({ format: 'uuid', description: 'Sent as X-Lago-Unique-Key.' }),
  lago_webhook_endpoint_id: uuid,
  webhook_type: Type.String(),
  object_type: Type.String(),
  lago_object_id: Type.Union([uuid, Type.Null()]),
  status,
  retries: Type.Integer({ description: 'Failed attempts so far.' }),
  http_status: nullableInteger,
  response: Type.Union([Type.String({ description: 'Up to 10,000 bytes of the response.' }), Type.Null()]),
  advice: Type.Union([
    Type.String({ description: 'What to do about a failure whose cause is known.' }),
    Type.Null(),
  ]),
  last_retried_at: Type.Union([dateTime, Type.Null()]),
  created_at: dateTime,
  updated_at: dateTime,
}

export const Webhooks = Type.Object({ webhooks: Type.Array(Type.Object(logged)), meta: PaginationMeta })

export const Webhook = Type.Object({
  webhook: Type.Object({
    ...logged,
    payload: Type.String({ description: 'The body, byte for byte as sent and signed.' }),
    attempts: Type.Array(
      Type.Object({ at: dateTime, http_status: nullableInteger, is_delivered: Type.Boolean() }),
      { description: 'The latest hundred, the first one first.' },
    ),
  }),
})

export const WebhooksQuery = Type.Object({ ...PageQuery.properties, status: Type.Optional(status) })

const Secrets = Type.Object({
  secret: Type.String({ description: 'Makes X-Lago-Signature of endpoints that sign with HMAC.' }),
  next_secret: Type.Union([Type.String(), Type.Null()], {
    description: 'Makes X-Weir-Next-Signature, and takes the place of `secret` at `secret_until`.',
  }),
  secret_until: Type.Union([dateTime, Type.Null()]),
})
const secrets = { 200: Type.Object({ webhook_secret: Secrets }) }
const tags = ['webhooks']

/** Bodies and responses of the routes of the secret that signs webhooks. */
export const webhookSecretSchemas = {
  reveal: { tags, summary: 'Show the secret that signs webhooks', response: secrets },
  rotate: {
    tags,
    summary: 'Make a new secret for webhooks; messages are signed with both until secret_until',
    body: Type.Optional(
      Type.Object({
        webhook_secret: Type.Object({
          overlap_hours: Type.Optional(Type.Integer({ minimum: 0, maximum: 168, default: 24 })),
        }),
      }),
    ),
    response: secrets,
  },
}

export const WebhookReplaySchema = {
  tags,
  summary: 'Send again, in order, what was given up for an endpoint',
  params: Type.Object({ id: Type.String() }),
  body: Type.Optional(Type.Object({ replay: Type.Object({ webhook_type: Type.Optional(Type.String()) }) })),
  response: {
    200: Type.Object({
      replay: Type.Object({
        webhooks_count: Type.Integer({ description: 'Up to 10,000.' }),
        has_more: Type.Boolean(),
      }),
    }),
  },
}
