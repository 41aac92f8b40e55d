import { createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { ChaosPlan } from './chaos.ts'
import { type Answer, type SentMessage, serveChaotically } from './chaotic-server.ts'
import { GoCardlessRefusal, routeOf } from './gocardless-routes.ts'
import { GoCardlessState } from './gocardless-state.ts'

export type FakeGoCardless = {
  readonly url: string
  readonly state: GoCardlessState
  /** What was asked of it: `POST /payments`, in order. */
  readonly asked: string[]
  /** The orders that made something, as they were sent. */
  readonly orders: { readonly path: string; readonly body: string }[]
  /** Requests that a real GoCardless would take and that are wrong all the same: money without a key. */
  readonly violations: string[]
  /** Deliveries that were not taken from here yet, with up to 250 events each. */
  readonly takeMessages: () => SentMessage[]
  /** The same delivery as GoCardless would send it, signed with the secret that was pasted. */
  readonly sign: (message: SentMessage) => SentMessage
  chaos: ChaosPlan
  /** What it did badly, and how often. */
  readonly mischief: ReadonlyMap<string, number>
  readonly close: () => Promise<void>
}

const VERSION = '2015-07-06'
const EVENTS_MAX = 250

/**
 * A server on loopback that acts as GoCardless: it answers a key that was used with a conflict, moves money in steps,
 * and behaves as badly as a network can where a plan says so.
 */
export async function startGoCardless(seed = 1, port = 0): Promise<FakeGoCardless> {
  const state = new GoCardlessState()
  const asked: string[] = []
  const orders: { path: string; body: string }[] = []
  const violations: string[] = []
  const keys = new Map<string, { id: string; order: string }>()

  const answer = async ({ method = 'GET', url: path = '/', headers }: IncomingMessage, body: string) => {
    const url = new URL(path, 'http://gocardless')
    asked.push(`${method} ${url.pathname}`)
    if (url.pathname === '/oauth/access_token') return state.oauth.exchange(method, body)
    const token = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? ''
    const key = headers['idempotency-key']
    try {
      if (headers['gocardless-version'] !== VERSION)
        throw new GoCardlessRefusal(400, 'invalid_api_usage', {
          reason: 'missing_version_header',
          message: '',
        })
      if (state.isRevoked(token))
        throw new GoCardlessRefusal(401, 'invalid_api_usage', {
          reason: 'access_token_not_found',
          message: '',
        })
      if (method === 'POST') orders.push({ path: url.pathname, body })
      const request = { method, url, body, key: typeof key === 'string' ? key : undefined }
      return routeOf(state, keys, violations, request)
    } catch (error) {
      if (error instanceof GoCardlessRefusal) return error.answer
      throw error
    }
  }

  const server = await serveChaotically({ seed, port, plan: () => fake.chaos, answer, failure })
  const fake: FakeGoCardless = {
    url: server.url,
    state,
    asked,
    orders,
    violations,
    takeMessages: () => {
      const events = state.takeEvents()
      const { endpoint } = state
      if (!endpoint) return []
      const deliveries = Math.ceil(events.length / EVENTS_MAX)
      return Array.from({ length: deliveries }, (_, n) => ({
        url: endpoint.url,
        body: JSON.stringify({
          events: events.slice(n * EVENTS_MAX, (n + 1) * EVENTS_MAX),
          meta: { webhook_id: state.id('WB') },
        }),
        headers: { 'content-type': 'application/json' },
      }))
    },
    sign: (message) => {
      const mac = createHmac('sha256', state.endpoint?.secret ?? '')
        .update(message.body)
        .digest('hex')
      return { ...message, headers: { ...message.headers, 'webhook-signature': mac } }
    },
    chaos: {},
    mischief: server.mischief,
    close: server.close,
  }
  return fake
}

function failure(status: 429 | 500): Answer['body'] {
  const type = status === 500 ? 'gocardless' : 'invalid_api_usage'
  const reason = status === 500 ? 'internal_server_error' : 'rate_limit_exceeded'
  return { error: { type, code: status, message: reason, errors: [{ reason, message: reason }] } }
}
