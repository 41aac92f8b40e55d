import { jsonText } from '../../core/amounts/json-text.ts'
import { takesType, type WebhookType } from '../../core/webhooks/types.ts'
import type { Tx } from '../../store/database.ts'
import { insertWebhook, listWebhookEndpoints } from '../../store/webhooks.ts'
import type { Caller } from '../context.ts'

/**
 * Announces something to the organization's webhook endpoints, in the transaction in which it happens, so that
 * neither exists without the other. The payload is made only when somebody listens, and is frozen here.
 */
export async function announce(
  tx: Tx,
  caller: Caller,
  message: {
    readonly type: WebhookType
    readonly objectType: string
    readonly objectId: string | null
    readonly payload: () => Promise<object> | object
  },
): Promise<void> {
  const endpoints = (await listWebhookEndpoints(tx)).filter((e) => takesType(e.eventTypes, message.type))
  if (endpoints.length === 0) return
  const body = jsonText({
    webhook_type: message.type,
    object_type: message.objectType,
    organization_id: caller.organizationId,
    [message.objectType]: await message.payload(),
  })
  for (const endpoint of endpoints) {
    await insertWebhook(tx, {
      organizationId: caller.organizationId,
      endpointId: endpoint.id,
      type: message.type,
      objectType: message.objectType,
      objectId: message.objectId,
      payload: body,
      now: caller.now,
    })
  }
}
