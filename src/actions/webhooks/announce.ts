import { jsonText } from '../../core/amounts/json-text.ts'
import { takesType, type WebhookType } from '../../core/webhooks/types.ts'
import type { Tx } from '../../store/database.ts'
import { insertWebhooks, type Listener, listWebhookEndpoints, type NewWebhook } from '../../store/webhooks.ts'
import type { Caller } from '../context.ts'

/** A webhook event about an object, without its payload. */
export type Happening = {
  readonly type: WebhookType
  readonly objectType: string
  readonly objectId: string
}

type Message = {
  readonly type: WebhookType
  readonly objectType: string
  readonly objectId: string | null
  /** A string is already JSON: an event's, whose numbers keep their digits. */
  readonly payload: () => Promise<object | string> | object | string
}

/**
 * Queues a webhook to the organization's endpoints, in the transaction of the change itself, so that neither exists
 * without the other. The payload is only built if an endpoint is subscribed, and is frozen here.
 */
export async function announce(tx: Tx, caller: Caller, message: Message): Promise<void> {
  await announceTo(tx, caller, await listWebhookEndpoints(tx), message)
}

/** The same to the subscribed ones among `endpoints`, which were read earlier in the transaction. */
export async function announceTo(
  tx: Tx,
  caller: Caller,
  all: readonly Listener[],
  message: Message,
): Promise<void> {
  const endpoints = listeningTo(all, message.type)
  if (endpoints.length === 0) return
  await insertWebhooks(
    tx,
    caller.organizationId,
    webhooksOf(caller, endpoints, message, await message.payload()),
  )
}

/** The webhooks of a message to the endpoints that are subscribed to it. */
export function webhooksOf(
  caller: Caller,
  endpoints: readonly Listener[],
  message: Omit<Message, 'payload'>,
  payload: object | string,
): NewWebhook[] {
  const body = bodyOf(caller, message, payload)
  return endpoints.map(({ id }) => webhookOf(caller, id, message, body))
}

/**
 * Queues many webhooks at once, in order. `payloads` is called once for those with a subscriber and returns payloads
 * by object id.
 */
export async function announceAll(
  tx: Tx,
  caller: Caller,
  messages: readonly Happening[],
  payloads: (wanted: readonly Happening[]) => Promise<ReadonlyMap<string, object>>,
): Promise<void> {
  if (messages.length === 0) return
  const endpoints = await listWebhookEndpoints(tx)
  const heard = messages.map((message) => ({
    message,
    listeners: listeningTo(endpoints, message.type),
  }))
  const wanted = heard.filter(({ listeners }) => listeners.length > 0)
  if (wanted.length === 0) return
  const told = await payloads(wanted.map(({ message }) => message))
  const logged = wanted.flatMap(({ message, listeners }) => {
    const payload = told.get(message.objectId)
    if (!payload) throw new Error(`${message.objectType} ${message.objectId} is gone`)
    return webhooksOf(caller, listeners, message, payload)
  })
  await insertWebhooks(tx, caller.organizationId, logged)
}

function bodyOf(
  { organizationId }: Caller,
  { type, objectType }: Pick<Message, 'type' | 'objectType'>,
  payload: object | string,
): string {
  const head = JSON.stringify({
    webhook_type: type,
    object_type: objectType,
    organization_id: organizationId,
  })
  const text = typeof payload === 'string' ? payload : jsonText(payload)
  return `${head.slice(0, -1)},${JSON.stringify(objectType)}:${text}}`
}

function webhookOf(
  { now }: Caller,
  endpointId: string,
  message: Omit<Message, 'payload'>,
  payload: string,
): NewWebhook {
  const { type, objectType, objectId } = message
  return { endpointId, type, objectType, objectId, payload, now }
}

/** The endpoints subscribed to a type. */
export function listeningTo(all: readonly Listener[], type: WebhookType): readonly Listener[] {
  return all.filter((endpoint) => takesType(endpoint.eventTypes, type))
}
