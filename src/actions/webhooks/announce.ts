import { keepsObject } from '../../core/activity-logs/activity.ts'
import { jsonText } from '../../core/amounts/json-text.ts'
import { takesType, type WebhookType } from '../../core/webhooks/types.ts'
import {
  insertActivities,
  insertActivitiesForEndpoints,
  type NewActivity,
} from '../../store/activity-logs.ts'
import type { Tx } from '../../store/database.ts'
import { insertWebhooks, type Listener, listWebhookEndpoints, type NewWebhook } from '../../store/webhooks.ts'
import { activitiesOf } from '../activity-logs/log-activity.ts'
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
 * Queues a webhook to the organization's endpoints and logs it as an activity, in the transaction of the change itself,
 * so that neither exists without the other. The payload is frozen here, and only built if an endpoint is subscribed or
 * the activity keeps it.
 */
export async function announce(tx: Tx, caller: Caller, message: Message): Promise<void> {
  const { type, objectId } = message
  const kept = keepsObject(type) ? await message.payload() : null
  const endpoints = await logAndList(tx, caller, activitiesOf(caller, type, objectId, kept))
  await queue(tx, caller, endpoints, kept === null ? message : { ...message, payload: () => kept })
}

/** Logs activities and reads the endpoints, in one round trip. */
async function logAndList(
  tx: Tx,
  caller: Caller,
  activities: readonly NewActivity[],
): Promise<readonly Listener[]> {
  if (activities.length === 0) return listWebhookEndpoints(tx)
  return insertActivitiesForEndpoints(tx, caller.organizationId, activities)
}

/** The same to the subscribed ones among `endpoints`, which were read earlier in the transaction. */
export async function announceTo(
  tx: Tx,
  caller: Caller,
  endpoints: readonly Listener[],
  message: Message,
): Promise<void> {
  const { type, objectId } = message
  const kept = keepsObject(type) ? await message.payload() : null
  await Promise.all([
    insertActivities(tx, caller.organizationId, activitiesOf(caller, type, objectId, kept)),
    queue(tx, caller, endpoints, kept === null ? message : { ...message, payload: () => kept }),
  ])
}

/** Queues a message to the subscribed ones among all endpoints. */
async function queue(tx: Tx, caller: Caller, all: readonly Listener[], message: Message): Promise<void> {
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
 * Queues many webhooks at once, in order, and logs them as activities. `payloads` returns payloads by object id; it is
 * called for those that their activities keep, and for those that have a subscriber.
 */
export async function announceAll(
  tx: Tx,
  caller: Caller,
  messages: readonly Happening[],
  payloads: (wanted: readonly Happening[]) => Promise<ReadonlyMap<string, object>>,
): Promise<void> {
  if (messages.length === 0) return
  const keeping = messages.filter(({ type }) => keepsObject(type))
  const kept = keeping.length === 0 ? new Map<string, object>() : await payloads(keeping)
  const endpoints = await logAndList(
    tx,
    caller,
    messages.flatMap(({ type, objectId }) =>
      activitiesOf(caller, type, objectId, kept.get(objectId) ?? null),
    ),
  )
  const heard = messages.map((message) => ({
    message,
    listeners: listeningTo(endpoints, message.type),
  }))
  const wanted = heard.filter(({ listeners }) => listeners.length > 0)
  if (wanted.length === 0) return
  const missing = wanted.map(({ message }) => message).filter(({ type }) => !keepsObject(type))
  const told = new Map([...kept, ...(missing.length === 0 ? [] : await payloads(missing))])
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
