import { createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { AdyenRefusal, routeOf } from './adyen-routes.ts'
import { AdyenState, type FakeItem } from './adyen-state.ts'
import type { ChaosPlan } from './chaos.ts'
import { type Answer, type SentMessage, serveChaotically } from './chaotic-server.ts'

export type FakeAdyen = {
  readonly url: string
  readonly state: AdyenState
  /** What was asked of it: `POST /v72/payments`, in order. */
  readonly asked: string[]
  /** The orders, as they were sent, with their keys. */
  readonly orders: { readonly path: string; readonly body: string; readonly key: string | undefined }[]
  /** Requests that a real Adyen would take and that are wrong all the same: money without a key. */
  readonly violations: string[]
  /** How many items a delivery has at most. */
  itemsPerDelivery: number
  /** Deliveries that were not taken from here yet. */
  readonly takeMessages: () => SentMessage[]
  /** The same delivery as Adyen would send it, signed with the keys that were pasted. */
  readonly sign: (message: SentMessage) => SentMessage
  chaos: ChaosPlan
  /** What it did badly, and how often. */
  readonly mischief: ReadonlyMap<string, number>
  readonly close: () => Promise<void>
}

/**
 * A server on loopback that acts as Adyen: it answers a key that was used with what it answered first, cannot be asked
 * about payments, tells of everything by messages, and behaves as badly as a network can where a plan says so.
 */
export async function startAdyen(seed = 1, port = 0): Promise<FakeAdyen> {
  const state = new AdyenState()
  const asked: string[] = []
  const orders: { path: string; body: string; key: string | undefined }[] = []
  const violations: string[] = []
  const keys = new Map<string, object>()

  const answer = async ({ method = 'GET', url: path = '/', headers }: IncomingMessage, body: string) => {
    const url = new URL(path, 'http://adyen')
    asked.push(`${method} ${url.pathname}`)
    const given = headers['idempotency-key']
    const key = typeof given === 'string' ? given : undefined
    try {
      if (state.isRevoked(String(headers['x-api-key'] ?? '')))
        throw new AdyenRefusal(401, '000', 'HTTP Status Response - Unauthorized')
      if (method === 'POST') orders.push({ path: url.pathname.replace('/v72', ''), body, key })
      return routeOf(state, keys, violations, { method, url, body, key })
    } catch (error) {
      if (error instanceof AdyenRefusal) return error.answer
      throw error
    }
  }

  const server = await serveChaotically({ seed, port, plan: () => fake.chaos, answer, failure })
  const fake: FakeAdyen = {
    url: server.url,
    state,
    asked,
    orders,
    violations,
    itemsPerDelivery: 1,
    takeMessages: () => takeMessages(state, fake.itemsPerDelivery),
    sign: (message) => sign(state, message),
    chaos: {},
    mischief: server.mischief,
    close: server.close,
  }
  return fake
}

function takeMessages(state: AdyenState, itemsPerDelivery: number): SentMessage[] {
  const { endpoint } = state
  const items = state.takeItems()
  const news = state.takeTokenNews()
  if (!endpoint) return []
  const headers = { 'content-type': 'application/json' }
  const deliveries = Math.ceil(items.length / itemsPerDelivery)
  const standard = Array.from({ length: deliveries }, (_, n) => {
    const some = items.slice(n * itemsPerDelivery, (n + 1) * itemsPerDelivery)
    const notificationItems = some.map((NotificationRequestItem) => ({ NotificationRequestItem }))
    return { url: endpoint.url, body: JSON.stringify({ live: 'false', notificationItems }), headers }
  })
  return [...standard, ...news.map((each) => ({ url: endpoint.url, body: JSON.stringify(each), headers }))]
}

type Delivery = {
  readonly live: string
  readonly notificationItems?: readonly { readonly NotificationRequestItem: FakeItem }[]
}

function sign(state: AdyenState, message: SentMessage): SentMessage {
  const { hmacKey = '', tokenHmacKey = '' } = state.endpoint ?? {}
  const content = JSON.parse(message.body) as Delivery
  if (!content.notificationItems) {
    return { ...message, headers: { ...message.headers, hmacsignature: macOf(tokenHmacKey, message.body) } }
  }
  const notificationItems = content.notificationItems.map(({ NotificationRequestItem: item }) => ({
    NotificationRequestItem: {
      ...item,
      additionalData: { ...item.additionalData, hmacSignature: signatureOf(item, hmacKey) },
    },
  }))
  return { ...message, body: JSON.stringify({ ...content, notificationItems }) }
}

/** The signature of an item, over the fields that Adyen names. */
function signatureOf(item: FakeItem, key: string): string {
  const { pspReference, originalReference = '', merchantAccountCode, merchantReference, amount } = item
  const { eventCode, success } = item
  const signed = [pspReference, originalReference, merchantAccountCode, merchantReference]
  return macOf(key, [...signed, amount.value, amount.currency, eventCode, success].join(':'))
}

function macOf(key: string, text: string): string {
  return createHmac('sha256', Buffer.from(key, 'hex')).update(text).digest('base64')
}

function failure(status: 429 | 500): Answer['body'] {
  return { status, errorCode: status === 500 ? '999' : '429', message: 'later', errorType: 'internal' }
}
