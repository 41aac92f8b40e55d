import type { Instant } from '../core/calendar/instant.ts'
import type { WebhookSecrets } from '../core/webhooks/secrets.ts'
import { isSignatureTooLong, SIGNATURE_ADVICE } from '../core/webhooks/signature-size.ts'
import type { LoggedWebhook } from '../store/webhooks.ts'
import { isoSeconds, isoSecondsOrNull } from './times.ts'

/** An entry of the delivery log in lists. */
export function toWireWebhook(webhook: LoggedWebhook) {
  const isRefused = webhook.signatureAlgo === 'jwt' && isSignatureTooLong(webhook.httpStatus, webhook.payload)
  return {
    lago_id: webhook.id,
    lago_webhook_endpoint_id: webhook.webhookEndpointId,
    webhook_type: webhook.webhookType,
    object_type: webhook.objectType,
    lago_object_id: webhook.objectId,
    status: webhook.status,
    retries: webhook.retries,
    http_status: webhook.httpStatus,
    response: webhook.response,
    advice: isRefused ? SIGNATURE_ADVICE : null,
    last_retried_at: isoSecondsOrNull(webhook.lastRetriedAt),
    created_at: isoSeconds(webhook.createdAt),
    updated_at: isoSeconds(webhook.updatedAt),
  }
}

/** The same with the body, as the text that is signed. */
export function toWireWebhookInFull(webhook: LoggedWebhook) {
  const attempts = webhook.attempts as readonly StoredAttempt[]
  return {
    ...toWireWebhook(webhook),
    payload: webhook.payload,
    attempts: attempts.map(({ at, httpStatus, isDelivered }) => ({
      at: isoSeconds(at),
      http_status: httpStatus,
      is_delivered: isDelivered,
    })),
  }
}

type StoredAttempt = {
  readonly at: Instant
  readonly httpStatus: number | null
  readonly isDelivered: boolean
}

/** The secrets that sign webhooks. */
export function toWireWebhookSecrets({ secret, next, until }: WebhookSecrets): object {
  return { secret, next_secret: next, secret_until: isoSecondsOrNull(until) }
}
