import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isOfSession, SLUG_HEADER } from './members.ts'

/** A read that another thread is to answer. */
export type LongRead = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

export type LongAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

export type ReadElsewhere = {
  /** Answers a read elsewhere, so that this thread goes on answering others; throws `Unavailable` when it can not. */
  readonly read: (read: LongRead) => Promise<LongAnswer>
  /** Makes ready for a read that is going to come, because getting ready takes longer than most reads. */
  readonly prepare: () => void
  /** Whether a read is answered at once, and does not wait until the other thread has started. */
  readonly isReady: () => boolean
}

/** Answers of this size take long to compute and to write. */
const LONG_BYTES = 100_000
/** Answers of this size wait for the other thread: here, everybody else would wait for them. */
const VERY_LONG_BYTES = 5_000_000
/** Lists of so many entries are long before anybody has seen one. */
const LONG_PER_PAGE = 200
const KNOWN_MAX = 10_000
/** What the other thread needs to answer as this one would. */
const PASSED_HEADERS = ['authorization', 'x-request-id', 'accept-language']
/** And for who asks with a session in place of a key. */
const SESSION_HEADERS = ['cookie', SLUG_HEADER]
const GIVEN_HEADERS = ['content-type', 'retry-after']

/**
 * Lets another thread answer reads whose answer was long the last time, or is going to be: one thread computes one
 * thing at a time, and a list of a thousand invoices would keep every other organization waiting for it.
 */
export function answerLongReadsElsewhere(app: FastifyInstance, readElsewhere: ReadElsewhere): void {
  /** By path, the size of its last answer where that was long. */
  const known = new Map<string, number>()
  const isForElsewhere = (request: FastifyRequest): boolean => {
    if (request.method !== 'GET') return false
    const size = known.get(keyOf(request)) ?? 0
    if (isLongList(request) || size >= VERY_LONG_BYTES) return true
    return size >= LONG_BYTES && readElsewhere.isReady()
  }
  app.addHook('preHandler', async (request, reply) => {
    if (!isForElsewhere(request)) return
    const { status, headers, body } = await readElsewhere.read({ url: request.url, headers: passed(request) })
    void reply.code(status).headers(headers)
    return reply.send(Buffer.from(body.buffer, body.byteOffset, body.byteLength))
  })
  app.addHook('onSend', async (request, _reply, payload) => {
    if (request.method !== 'GET') return
    const size = typeof payload === 'string' || payload instanceof Uint8Array ? payload.length : 0
    if (size < LONG_BYTES) known.delete(keyOf(request))
    else {
      if (known.size >= KNOWN_MAX) known.clear()
      known.set(keyOf(request), size)
      readElsewhere.prepare()
    }
  })
}

/** The headers of an answer that are given back to who asked. */
export function givenHeaders(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    GIVEN_HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
  )
}

function passed(request: FastifyRequest): Record<string, string> {
  const { headers, id } = request
  const names = [...PASSED_HEADERS, ...(isOfSession(request) ? SESSION_HEADERS : [])]
  const found = names.flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name]]] : []))
  return { ...Object.fromEntries(found), 'x-request-id': id }
}

function isLongList({ query }: FastifyRequest): boolean {
  return Number((query as { per_page?: unknown }).per_page) >= LONG_PER_PAGE
}

function keyOf({ caller, url }: FastifyRequest): string {
  // A request that was refused before it was known whose it is.
  return `${caller?.organizationId ?? ''} ${url}`
}
