import type { Connection, GatewayAnswer, OrderOutcome } from '../../core/payments/gateway.ts'
import { addressOf, patienceWith } from '../fake-hosts.ts'
import { callJson, type JsonRequest } from '../json-calls.ts'
import { AdyenProblem, problemOf } from './problems.ts'

/** The version that requests are written in. */
const CHECKOUT_VERSION = 'v72'
const TEST_HOST = 'checkout-test.adyen.com'
/** After the prefix of an account. */
const LIVE_HOST_END = '-checkout-live.adyenpayments.com'
const LIVE_PREFIX = /^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/

/** Charges, cancels and refunds may take long; questions and pages are waited for by somebody. */
const MONEY_TIMEOUT_MS = 60_000
const ANSWER_TIMEOUT_MS = 15_000

/** Where Adyen is: a server of a test, or null for Adyen itself. */
export type AdyenHost = string | null

/** An object as Adyen sends it. */
export type AdyenObject = Readonly<Record<string, unknown>>

/** What can be asked of Adyen; everything that is no answer is thrown as an `AdyenProblem`. */
export type Adyen = {
  readonly merchantAccount: string
  /** The parts of a path are escaped, and so is what is asked. */
  readonly read: (path: readonly string[], query?: Readonly<Record<string, string>>) => Promise<AdyenObject>
  readonly create: (path: readonly string[], body: object, key?: string) => Promise<AdyenObject>
  readonly change: (path: readonly string[], body: object) => Promise<AdyenObject>
  readonly remove: (path: readonly string[], query: Readonly<Record<string, string>>) => Promise<void>
}

function openAdyen(host: AdyenHost, connection: Connection, timeoutMs: number): Adyen {
  const base = baseOf(host, connection)
  const call = async (
    method: JsonRequest['method'],
    path: readonly string[],
    { body, key, query = {} }: { body?: object; key?: string | undefined; query?: Record<string, string> },
  ): Promise<AdyenObject> => {
    const asked = Object.keys(query).length === 0 ? '' : `?${new URLSearchParams(query)}`
    const reply = await callJson({
      method,
      url: `${base}/${path.map(encodeURIComponent).join('/')}${asked}`,
      headers: {
        'x-api-key': connection.secrets.api_key ?? '',
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body }),
      timeoutMs: patienceWith(host, timeoutMs),
    })
    const isDone = reply.kind === 'answered' && reply.status < 300
    // What is removed is answered with nothing.
    if (isDone && (reply.body || method === 'DELETE')) return reply.body ?? {}
    throw problemOf(reply)
  }
  return {
    merchantAccount: String(connection.settings.merchant_account ?? ''),
    read: (path, query = {}) => call('GET', path, { query }),
    create: (path, body, key) => call('POST', path, { body, key }),
    change: (path, body) => call('PATCH', path, { body }),
    remove: async (path, query) => {
      await call('DELETE', path, { query })
    },
  }
}

function baseOf(host: AdyenHost, { mode, settings }: Connection): string {
  if (host !== null) return `${addressOf(host)}/${CHECKOUT_VERSION}`
  if (mode === 'test') return `https://${TEST_HOST}/${CHECKOUT_VERSION}`
  const prefix = String(settings.live_prefix ?? '')
  if (!LIVE_PREFIX.test(prefix)) throw new Error('a live connection to Adyen without a prefix')
  return `https://${prefix}${LIVE_HOST_END}/checkout/${CHECKOUT_VERSION}`
}

/** Asks Adyen something that moves no money; the reason when there is no answer. */
export async function askAdyen<T>(
  host: AdyenHost,
  connection: Connection,
  question: (adyen: Adyen) => Promise<T>,
): Promise<GatewayAnswer<T>> {
  try {
    return { ok: true, value: await question(openAdyen(host, connection, ANSWER_TIMEOUT_MS)) }
  } catch (error) {
    if (!(error instanceof AdyenProblem)) throw error
    return { ok: false, error: error.error, retryAfterMs: error.retryAfterMs }
  }
}

/** Sends an order that moves money, and judges what came back. */
export async function sendToAdyen<T>(
  host: AdyenHost,
  connection: Connection,
  order: (adyen: Adyen) => Promise<T>,
): Promise<OrderOutcome<T>> {
  try {
    return { kind: 'known', payment: await order(openAdyen(host, connection, MONEY_TIMEOUT_MS)) }
  } catch (thrown) {
    if (!(thrown instanceof AdyenProblem)) throw thrown
    const { kind, error, retryAfterMs } = thrown
    return kind === 'not_sent' ? { kind, error, retryAfterMs } : { kind, error }
  }
}
