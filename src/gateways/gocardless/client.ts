import type { Connection, GatewayAnswer } from '../../core/payments/gateway.ts'
import { addressOf, patienceWith } from '../fake-hosts.ts'
import { callJson, type JsonRequest } from '../json-calls.ts'
import { GoCardlessProblem, problemOf } from './problems.ts'

/** The version that requests and messages are written in. */
const GOCARDLESS_VERSION = '2015-07-06'
const HOSTS = { live: 'api.gocardless.com', test: 'api-sandbox.gocardless.com' } as const

/** Charges, cancels and refunds may take long; questions and pages are waited for by somebody. */
export const MONEY_TIMEOUT_MS = 60_000
const ANSWER_TIMEOUT_MS = 15_000

const PAGE_SIZE = 500
/** 200,000 objects: more than a month has of anything that is looked for. */
const PAGES_MAX = 400

/** Where GoCardless is: a server of a test, or null for GoCardless itself. */
export type GoCardlessHost = string | null

/** An object as GoCardless sends it. */
export type Resource = Readonly<Record<string, unknown>>
type Query = Readonly<Record<string, string | number>>

/** What can be asked of GoCardless; everything that is no answer is thrown as a `GoCardlessProblem`. */
export type GoCardless = {
  readonly read: (root: string, id: string) => Promise<Resource>
  /** The objects of a list, the latest first, and whether they are all. */
  readonly list: (
    root: string,
    query: Query,
  ) => Promise<{ readonly isComplete: boolean; readonly items: Resource[] }>
  /** Makes an object. With a key that was used before it is the one that was made then. */
  readonly create: (root: string, body: object, key?: string) => Promise<Resource>
  readonly act: (root: string, id: string, action: string) => Promise<Resource>
}

/** Opens GoCardless with the token of a connection. */
export function openGoCardless(
  host: GoCardlessHost,
  { mode, secrets }: Connection,
  timeoutMs: number,
): GoCardless {
  const base = addressOf(host) ?? `https://${HOSTS[mode]}`
  const call = async (
    method: JsonRequest['method'],
    path: string,
    { body, key }: { readonly body?: object; readonly key?: string | undefined } = {},
  ): Promise<Resource> => {
    const reply = await callJson({
      method,
      url: `${base}${path}`,
      headers: {
        authorization: `Bearer ${secrets.access_token ?? ''}`,
        'gocardless-version': GOCARDLESS_VERSION,
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      ...(body === undefined ? {} : { body }),
      timeoutMs: patienceWith(host, timeoutMs),
    })
    if (reply.kind === 'answered' && reply.status < 300 && reply.body) return reply.body
    throw problemOf(reply)
  }
  const read = async (root: string, id: string) => one(await call('GET', `/${root}/${pathId(id)}`), root)
  return {
    read,
    list: (root, query) => list((path) => call('GET', path), root, query),
    create: async (root, body, key) => {
      try {
        return one(await call('POST', `/${root}`, { body: { [root]: body }, key }), root)
      } catch (error) {
        if (!(error instanceof GoCardlessProblem) || error.firstId === null) throw error
        // The key was used before: this is what was made then.
        return await read(root, error.firstId).catch(() => Promise.reject(error))
      }
    },
    act: async (root, id, action) => {
      const body = { data: {} }
      return one(await call('POST', `/${root}/${pathId(id)}/actions/${action}`, { body }), root)
    },
  }
}

/** Asks GoCardless something that moves no money; the reason when there is no answer. */
export async function askGoCardless<T>(
  host: GoCardlessHost,
  connection: Connection,
  question: (gocardless: GoCardless) => Promise<T>,
): Promise<GatewayAnswer<T>> {
  try {
    return { ok: true, value: await question(openGoCardless(host, connection, ANSWER_TIMEOUT_MS)) }
  } catch (error) {
    if (!(error instanceof GoCardlessProblem)) throw error
    return { ok: false, error: error.error, retryAfterMs: error.retryAfterMs }
  }
}

/** The answer to a question about one object; null when GoCardless has none. */
export async function unlessMissing<T>(answer: Promise<T>): Promise<T | null> {
  return answer.catch((error: unknown) => {
    if (error instanceof GoCardlessProblem && error.isMissing) return null
    throw error
  })
}

async function list(get: (path: string) => Promise<Resource>, root: string, query: Query) {
  const items: Resource[] = []
  let after: string | null = null
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const asked = { ...query, limit: PAGE_SIZE, ...(after === null ? {} : { after }) }
    const texts = Object.entries(asked).map(([name, value]): [string, string] => [name, String(value)])
    const body: Resource = await get(`/${root}?${new URLSearchParams(texts)}`)
    const found = body[root]
    if (!Array.isArray(found)) throw unreadable()
    items.push(...(found as Resource[]))
    const cursors = (body.meta as { cursors?: { after?: unknown } } | undefined)?.cursors
    if (typeof cursors?.after !== 'string') return { isComplete: true, items }
    after = cursors.after
  }
  return { isComplete: false, items }
}

function one(body: Resource, root: string): Resource {
  const found = body[root]
  if (typeof found !== 'object' || found === null || Array.isArray(found)) throw unreadable()
  return found as Resource
}

function unreadable(): GoCardlessProblem {
  return problemOf({ kind: 'no_answer', message: 'an answer that cannot be read' })
}

/** An id as a part of a path: nothing from outside may lead elsewhere, and no object has another id. */
function pathId(id: string): string {
  if (/^[A-Z]{2,4}[A-Z0-9]{1,60}$/.test(id)) return id
  throw problemOf({ kind: 'answered', status: 404, headers: {}, body: { error: { message: 'no such id' } } })
}
