import type { LookupFunction } from 'node:net'
import { Agent, buildConnector, type Dispatcher, request } from 'undici'
import { isAddressLiteral, isPublicAddress, PrivateAddressError, publicLookup } from './public-address.ts'

/**
 * The result of an attempt. `httpStatus` is null when there was no response. `response` then has one fixed sentence, and
 * only the operator sees the `cause`: it would tell an organization which hosts and ports exist in the operator's network.
 */
export type DeliveryResult = {
  readonly isDelivered: boolean
  readonly httpStatus: number | null
  readonly response: string
  readonly cause?: string
}

export type Delivery = {
  readonly url: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  /** For the whole exchange: lookup, connection, response and reading its body. */
  readonly timeoutMs: number
  /** Whether the receiver may be in the operator's private network. */
  readonly allowPrivate: boolean
  /** Aborts the attempt early, as a failure. */
  readonly signal?: AbortSignal
}

/** How much of a response is kept; the rest is never read. */
const RESPONSE_BYTES_MAX = 10_000
/** The only statuses that count as delivered; redirects are not followed and count as failures. */
const DELIVERED: readonly number[] = [200, 201, 202, 204]
const HEADERS_BYTES_MAX = 16_384
/** Said of every try without an answer: no such name, a private address, a closed port, a bad certificate, silence. */
const NOT_REACHED = 'the receiver gave no answer, or is not on the public internet'

/**
 * A connection pool for deliveries; unless private receivers are allowed, every address is checked when connecting.
 */
export function deliveryAgent(options: {
  readonly allowPrivate: boolean
  readonly lookup?: LookupFunction
}): Agent {
  if (options.allowPrivate) return new Agent({ maxHeaderSize: HEADERS_BYTES_MAX })
  const connect = buildConnector({ lookup: publicLookup(options.lookup) } as buildConnector.BuildOptions)
  return new Agent({
    maxHeaderSize: HEADERS_BYTES_MAX,
    connect: (target, callback) => {
      // A literal address is used without a lookup, so it is checked here.
      if (isAddressLiteral(target.hostname) && !isPublicAddress(target.hostname)) {
        callback(new PrivateAddressError(`${target.hostname} is not an address of the public internet`), null)
      } else connect(target, callback)
    },
  })
}

const agents = new Map<boolean, Agent>()

function sharedAgent(allowPrivate: boolean): Agent {
  const agent = agents.get(allowPrivate) ?? deliveryAgent({ allowPrivate })
  agents.set(allowPrivate, agent)
  return agent
}

/** Posts a webhook once. Never throws: any error is part of the result. */
export async function deliver(delivery: Delivery, dispatcher?: Dispatcher): Promise<DeliveryResult> {
  const timeout = AbortSignal.timeout(delivery.timeoutMs)
  try {
    const answer = await request(delivery.url, {
      method: 'POST',
      body: delivery.body,
      headers: { ...delivery.headers, 'content-type': 'application/json', 'user-agent': 'Weir' },
      dispatcher: dispatcher ?? sharedAgent(delivery.allowPrivate),
      headersTimeout: delivery.timeoutMs,
      bodyTimeout: delivery.timeoutMs,
      signal: delivery.signal ? AbortSignal.any([timeout, delivery.signal]) : timeout,
    })
    const response = await readStart(answer.body)
    return { isDelivered: DELIVERED.includes(answer.statusCode), httpStatus: answer.statusCode, response }
  } catch (error) {
    const cause = timeout.aborted ? `no answer within ${delivery.timeoutMs} ms` : reasonOf(error)
    return { isDelivered: false, httpStatus: null, response: NOT_REACHED, cause }
  }
}

/** The start of a body as text; if it is longer, the connection is closed instead of reading the rest. */
async function readStart(body: AsyncIterable<Buffer> & { destroy(): unknown }): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= RESPONSE_BYTES_MAX) break
  }
  body.destroy()
  // PostgreSQL text cannot contain a NUL, but a receiver may send one.
  return Buffer.concat(chunks).subarray(0, RESPONSE_BYTES_MAX).toString('utf8').replaceAll('\u0000', '')
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // A failed connection to several addresses is an AggregateError without its own message.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined
  const message = error.message || (first instanceof Error ? first.message : error.name)
  return message.replaceAll('\u0000', '').slice(0, RESPONSE_BYTES_MAX)
}
