import type { WebhookEndpointRow } from '../store/webhooks.ts'
import { isoSeconds } from './times.ts'

/** A webhook endpoint. */
export function toWireWebhookEndpoint(endpoint: WebhookEndpointRow): object {
  return {
    lago_id: endpoint.id,
    lago_organization_id: endpoint.organizationId,
    webhook_url: endpoint.webhookUrl,
    signature_algo: endpoint.signatureAlgo,
    name: endpoint.name,
    event_types: endpoint.eventTypes,
    created_at: isoSeconds(endpoint.createdAt),
  }
}
