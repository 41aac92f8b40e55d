import { Type } from 'typebox'
import { dateTime, nullableText, uuid, words, wordsOrNull } from './common.ts'
import { PaginationMeta } from './pagination.ts'

const eventTypes = Type.Union([Type.Array(Type.String()), Type.Null()], {
  description: 'Null receives every type, an empty list none.',
})

const EndpointObject = Type.Object({
  lago_id: uuid,
  lago_organization_id: uuid,
  webhook_url: Type.String(),
  signature_algo: words('jwt', 'hmac'),
  name: nullableText,
  event_types: eventTypes,
  created_at: dateTime,
})

const optionalFields = {
  signature_algo: Type.Optional(wordsOrNull('jwt', 'hmac')),
  name: Type.Optional(nullableText),
  event_types: Type.Optional(eventTypes),
}

const webhookUrl = Type.String({ description: 'An http or https URL, unique among your endpoints.' })

export const WebhookEndpointCreateInput = Type.Object({
  webhook_endpoint: Type.Object({ webhook_url: webhookUrl, ...optionalFields }),
})

export const WebhookEndpointUpdateInput = Type.Object({
  webhook_endpoint: Type.Object({ webhook_url: Type.Optional(webhookUrl), ...optionalFields }),
})

export const WebhookEndpoint = Type.Object({ webhook_endpoint: EndpointObject })

export const WebhookEndpoints = Type.Object({
  webhook_endpoints: Type.Array(EndpointObject),
  meta: PaginationMeta,
})
