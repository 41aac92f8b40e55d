import { Type } from 'typebox'
import { PaginationMeta } from './pagination.ts'

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) =>
  Type.Union([type, Type.Null()])

const signatureAlgo = Type.Union([Type.Literal('jwt'), Type.Literal('hmac')])

const EndpointObject = Type.Object({
  lago_id: Type.String({ format: 'uuid' }),
  lago_organization_id: Type.String({ format: 'uuid' }),
  webhook_url: Type.String(),
  signature_algo: signatureAlgo,
  name: nullable(Type.String()),
  event_types: nullable(
    Type.Array(Type.String(), { description: 'Null takes every type, an empty list none.' }),
  ),
  created_at: Type.String({ format: 'date-time' }),
})

const optionalFields = {
  signature_algo: Type.Optional(nullable(signatureAlgo)),
  name: Type.Optional(nullable(Type.String({ maxLength: 255 }))),
  event_types: Type.Optional(nullable(Type.Array(Type.String()))),
}

const webhookUrl = Type.String({ description: 'An http or https URL, one endpoint for each.' })

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
