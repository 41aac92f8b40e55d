import { deliverWebhook } from '../actions/webhooks/deliver-webhook.ts'
import type { Job } from './job.ts'

/** One attempt to deliver a webhook. */
export const deliverWebhookJob: Job = async (context, payload, run) => {
  const { organizationId, webhookId } = payload
  if (typeof organizationId !== 'string' || typeof webhookId !== 'string') {
    throw new Error(`deliver_webhook without its ids: ${JSON.stringify(payload)}`)
  }
  await deliverWebhook(context, { organizationId, webhookId, ...run })
}
