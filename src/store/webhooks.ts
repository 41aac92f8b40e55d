import { type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import type { WebhookEndpoints, Webhooks } from './rows.ts'
import { ts } from './values.ts'

export type WebhookEndpointRow = Selectable<WebhookEndpoints>
export type WebhookRow = Selectable<Webhooks>

/** Tries of one delivery; with the queue's growing waits they spread over about 72 hours. */
const TRIES = 21

export async function listWebhookEndpoints(reads: Reads): Promise<WebhookEndpointRow[]> {
  return reads.selectFrom('webhookEndpoints').selectAll().orderBy('webhookUrl').orderBy('id').execute()
}

/** Writes a message to the delivery log and queues its delivery, both in the caller's transaction. */
export async function insertWebhook(
  tx: Tx,
  webhook: {
    readonly organizationId: string
    readonly endpointId: string
    readonly type: string
    readonly objectType: string
    readonly objectId: string | null
    readonly payload: string
    readonly now: Instant
  },
): Promise<string> {
  const id = newId()
  await tx
    .insertInto('webhooks')
    .values({
      organizationId: webhook.organizationId,
      id,
      webhookEndpointId: webhook.endpointId,
      webhookType: webhook.type,
      objectType: webhook.objectType,
      objectId: webhook.objectId,
      payload: webhook.payload,
      createdAt: ts(webhook.now),
      updatedAt: ts(webhook.now),
    })
    .execute()
  await queueDelivery(tx, webhook.organizationId, id)
  return id
}

/** Queues the delivery of a logged message (again). */
export async function queueDelivery(tx: Tx, organizationId: string, webhookId: string): Promise<void> {
  const payload = JSON.stringify({ organizationId, webhookId })
  await sql`select weir_enqueue('deliver_webhook', ${payload}::json, ${`webhook:${webhookId}`}, ${TRIES})`.execute(
    tx,
  )
}
