import http from 'node:http'
import https from 'node:https'
import type Stripe from 'stripe'
import type { Connection, GatewayAnswer } from '../../core/payments/gateway.ts'
import { addressOf, patienceWith } from '../fake-hosts.ts'
import { stripeProblem } from './errors.ts'

/** The version that requests and messages are written in; it and the payload change together. */
export const STRIPE_VERSION = '2026-10-28.endive'
const HOST = 'api.stripe.com'

/** Charges, cancels and refunds may take long; questions and pages are waited for by somebody. */
export const MONEY_TIMEOUT_MS = 60_000
const ANSWER_TIMEOUT_MS = 15_000

const agents = { http: new http.Agent({ keepAlive: true }), https: new https.Agent({ keepAlive: true }) }

/** A client for one call, which counts how often the SDK has sent it. */
export type StripeCall = { readonly stripe: Stripe; readonly sendings: () => number }

/** Where Stripe is: a server of a test, or null for Stripe itself. */
export type StripeHost = string | null

/**
 * Opens a client with the key of a connection. The SDK is loaded at the first call. It repeats nothing by itself, but
 * for a request whose connection was reset, which is why its sendings are counted.
 */
export async function openStripe(
  host: StripeHost,
  connection: Connection,
  timeout: number,
): Promise<StripeCall> {
  const { default: StripeSdk } = await import('stripe')
  const address = addressOf(host)
  const url = address === null ? null : new URL(address)
  const plain = url?.protocol === 'http:'
  let sent = 0
  const client = StripeSdk.createNodeHttpClient(plain ? agents.http : agents.https)
  const counting = Object.create(client) as typeof client
  counting.makeRequest = (...args: Parameters<typeof client.makeRequest>) => {
    sent += 1
    return client.makeRequest(...args)
  }
  const stripe = new StripeSdk(connection.secrets.secret_key ?? '', {
    apiVersion: STRIPE_VERSION,
    host: url?.hostname ?? HOST,
    ...(url?.port ? { port: url.port } : {}),
    protocol: plain ? 'http' : 'https',
    timeout: patienceWith(host, timeout),
    maxNetworkRetries: 0,
    telemetry: false,
    appInfo: { name: 'Weir' },
    httpClient: counting,
  })
  return { stripe, sendings: () => sent }
}

/** Asks Stripe something that moves no money; the reason when there is no answer. */
export async function askStripe<T>(
  host: StripeHost,
  connection: Connection,
  question: (stripe: Stripe) => Promise<T>,
): Promise<GatewayAnswer<T>> {
  const call = await openStripe(host, connection, ANSWER_TIMEOUT_MS)
  try {
    return { ok: true, value: await question(call.stripe) }
  } catch (error) {
    const problem = stripeProblem(error, call.sendings())
    return { ok: false, error: problem.error, retryAfterMs: problem.retryAfterMs }
  }
}

/** Whether Stripe answered that it has no such object. */
export function isMissing(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'resource_missing'
}
