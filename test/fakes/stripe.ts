import { createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { ChaosPlan } from './chaos.ts'
import { type Answer, type SentMessage, serveChaotically } from './chaotic-server.ts'
import { type Form, parseForm } from './form.ts'
import { StripeRefusal } from './stripe-refusal.ts'
import { routeOf } from './stripe-routes.ts'
import { StripeState } from './stripe-state.ts'

export type FakeStripe = {
  readonly url: string
  readonly state: StripeState
  /** What was asked of it: `POST /v1/payment_intents`, in order. */
  readonly asked: string[]
  /** Requests that a real Stripe would take and that are wrong all the same: money without a key. */
  readonly violations: string[]
  /** Messages that were not taken from here yet. */
  readonly takeMessages: () => SentMessage[]
  /** The same message as Stripe would send it: signed with the secret of its endpoint, at a time in ms. */
  readonly sign: (message: SentMessage, atMs: number) => SentMessage
  /** The keys that it has seen, with the answers that it kept. */
  readonly keys: { readonly clear: () => void }
  chaos: ChaosPlan
  /** What it did badly, and how often. */
  readonly mischief: ReadonlyMap<string, number>
  readonly close: () => Promise<void>
}

/** An answer, and the hash of the request; a failure is kept like any other answer. */
type Kept = { readonly hash: string; answer: Promise<Answer> }

/**
 * A server on loopback that acts as Stripe: it keeps keys with their answers, refuses what Stripe refuses, and behaves as
 * badly as a network can where a plan says so.
 */
export async function startStripe(seed = 1, port = 0): Promise<FakeStripe> {
  const state = new StripeState()
  const asked: string[] = []
  const violations: string[] = []
  const keys = new Map<string, Kept>()
  const running = new Set<string>()

  const answer = async (request: IncomingMessage, body: string): Promise<Answer> => {
    const { method = 'GET' } = request
    const url = new URL(request.url ?? '/', 'http://stripe')
    asked.push(`${method} ${url.pathname}`)
    const form = method === 'GET' ? parseForm(url.search.slice(1)) : parseForm(body)
    const key = request.headers['idempotency-key']
    const secret = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    if (state.isRevoked(secret))
      return { status: 401, body: errorBody({ type: 'invalid_request_error', message: 'Invalid API Key' }) }
    const act = async () => run(state, method, url.pathname, form)
    const movesMoney = method === 'POST' && /^\/v1\/(payment_intents|refunds)$/.test(url.pathname)
    if (movesMoney && typeof key !== 'string') violations.push(`${url.pathname} without a key`)
    if (method !== 'POST' || typeof key !== 'string') return act()
    return keyed(keys, running, key, `${url.pathname} ${body}`, act)
  }

  const server = await serveChaotically({
    seed,
    port,
    plan: () => fake.chaos,
    answer,
    failure: (status) =>
      errorBody(
        status === 500
          ? { type: 'api_error', message: 'down' }
          : { type: 'invalid_request_error', code: 'rate_limit', message: 'slower' },
      ),
    onFailureAfter: (request, failure) => {
      const kept = keys.get(String(request.headers['idempotency-key']))
      if (kept) kept.answer = Promise.resolve(failure)
    },
  })
  const fake: FakeStripe = {
    url: server.url,
    state,
    keys,
    asked,
    violations,
    takeMessages: () =>
      state.takeEvents().flatMap((event) =>
        state.endpointsFor(event.type).map(({ url }) => ({
          url,
          body: JSON.stringify(event),
          headers: { 'content-type': 'application/json' },
        })),
      ),
    sign: (message, atMs) => {
      const seconds = Math.floor(atMs / 1000)
      const secret = state.endpoints.find(({ url }) => url === message.url)?.secret ?? ''
      const mac = createHmac('sha256', secret).update(`${seconds}.${message.body}`).digest('hex')
      return { ...message, headers: { ...message.headers, 'stripe-signature': `t=${seconds},v1=${mac}` } }
    },
    chaos: {},
    mischief: server.mischief,
    close: server.close,
  }
  return fake
}

/** Stripe keeps the answer to a key, failures of its own too, and refuses another request with it. */
async function keyed(
  keys: Map<string, Kept>,
  running: Set<string>,
  key: string,
  hash: string,
  act: () => Promise<Answer>,
): Promise<Answer> {
  const known = keys.get(key)
  if (known && known.hash !== hash) {
    const message = 'Keys for idempotent requests can only be used with the same parameters'
    return { status: 400, body: errorBody({ type: 'idempotency_error', message }) }
  }
  if (running.has(key)) {
    return {
      status: 409,
      body: errorBody({ type: 'idempotency_error', code: 'idempotency_key_in_use', message: 'in use' }),
    }
  }
  if (known) return known.answer
  running.add(key)
  const answer = act().finally(() => running.delete(key))
  keys.set(key, { hash, answer })
  return answer
}

async function run(state: StripeState, method: string, path: string, form: Form): Promise<Answer> {
  try {
    return { status: 200, body: routeOf(state, method, path, form) }
  } catch (error) {
    if (error instanceof StripeRefusal) return { status: error.status, body: { error: error.body } }
    throw error
  }
}

function errorBody(error: object): object {
  return { error }
}
