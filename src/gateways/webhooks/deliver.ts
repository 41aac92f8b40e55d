import type { LookupFunction } from 'node:net'
import { Agent, buildConnector, type Dispatcher, request } from 'undici'
import { isAddressLiteral, isPublicAddress, PrivateAddressError, publicLookup } from './public-address.ts'

/**
 * How a try ended. `httpStatus` is null when no answer came; `response` then says so in one sentence whatever the cause,
 * and `cause` has the rest for the operator alone: an organization that could read it would learn which names and ports
 * the operator's own network has.
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
  /** For the whole exchange: look-up, connection, answer and what is read of its body. */
  readonly timeoutMs: number
  /** Whether the receiver may be inside the operator's own network. */
  readonly allowPrivate: boolean
  /** Gives the try up early, as a failed one. */
  readonly signal?: AbortSignal
}

/** What is kept of a receiver's answer; the rest is never read. */
const RESPONSE_BYTES_MAX = 10_000
/** The only statuses that count as received; a redirect is not followed and is a failure. */
const DELIVERED: readonly number[] = [200, 201, 202, 204]
const HEADERS_BYTES_MAX = 16_384
/** Said of every try without an answer: no such name, a private address, a closed port, a bad certificate, silence. */
const NOT_REACHED = 'the receiver gave no answer, or is not on the public internet'

/** A connection pool for deliveries; unless private receivers are allowed each address is checked when dialled. */
export function deliveryAgent(options: {
  readonly allowPrivate: boolean
  readonly lookup?: LookupFunction
}): Agent {
  if (options.allowPrivate) return new Agent({ maxHeaderSize: HEADERS_BYTES_MAX })
  const connect = buildConnector({ lookup: publicLookup(options.lookup) } as buildConnector.BuildOptions)
  return new Agent({
    maxHeaderSize: HEADERS_BYTES_MAX,
    connect: (target, callback) => {
      // A literal address reaches the socket without any look-up, so it is checked here.
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

/** Posts a webhook once. Never throws: what goes wrong on the way is the result. */
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

/** The beginning of a body as text; the connection of a longer one is closed instead of being read to its end. */
async function readStart(body: AsyncIterable<Buffer> & { destroy(): unknown }): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= RESPONSE_BYTES_MAX) break
  }
  body.destroy()
  // PostgreSQL has no text with a NUL; a receiver may well send one.
  return Buffer.concat(chunks).subarray(0, RESPONSE_BYTES_MAX).toString('utf8').replaceAll('\u0000', '')
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // A failed connection to several addresses is an AggregateError without a message of its own.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined
  const message = error.message || (first instanceof Error ? first.message : error.name)
  return message.replaceAll('\u0000', '').slice(0, RESPONSE_BYTES_MAX)
}
