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
  }),
})

export const WebhooksQuery = Type.Object({ ...PageQuery.properties, status: Type.Optional(status) })
