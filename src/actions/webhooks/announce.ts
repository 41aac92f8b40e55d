import { jsonText } from '../../core/amounts/json-text.ts'
import { takesType, type WebhookType } from '../../core/webhooks/types.ts'
import type { Tx } from '../../store/database.ts'
import { insertWebhook, listWebhookEndpoints, type WebhookEndpointRow } from '../../store/webhooks.ts'
import type { Caller } from '../context.ts'

type Message = {
  readonly type: WebhookType
  readonly objectType: string
  readonly objectId: string | null
  /** A text is JSON already: of an event, whose numbers keep the digits that they came with. */
  readonly payload: () => Promise<object | string> | object | string
}

/**
 * Announces something to the organization's webhook endpoints, in the transaction in which it happens, so that
 * neither exists without the other. The payload is made only when somebody listens, and is frozen here.
 */
export async function announce(tx: Tx, caller: Caller, message: Message): Promise<void> {
  await announceTo(tx, caller, await listWebhookEndpoints(tx), message)
}

/** The same to those of the organization's endpoints, read before in the transaction, that take the message's type. */
export async function announceTo(
  tx: Tx,
  caller: Caller,
  all: readonly WebhookEndpointRow[],
  message: Message,
): Promise<void> {
  const endpoints = listeningTo(all, message.type)
  if (endpoints.length === 0) return
  const head = JSON.stringify({
    webhook_type: message.type,
    object_type: message.objectType,
    organization_id: caller.organizationId,
  })
  const payload = await message.payload()
  const text = typeof payload === 'string' ? payload : jsonText(payload)
  const body = `${head.slice(0, -1)},${JSON.stringify(message.objectType)}:${text}}`
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

/** Those of the endpoints that take a type. */
export function listeningTo(
  all: readonly WebhookEndpointRow[],
  type: WebhookType,
): readonly WebhookEndpointRow[] {
  return all.filter((endpoint) => takesType(endpoint.eventTypes, type))
}
