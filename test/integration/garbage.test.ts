import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  BODIES,
  bodyOf,
  LONG_VALUES,
  MILLION,
  spoil,
  THOUSANDS,
  thinned,
  VALUES,
  WORDS,
} from '../support/garbage.ts'
import { ADMIN_KEY, type Harness, startHarness } from '../support/harness.ts'
import { type LivedIn, liveIn } from '../support/lived-in.ts'
import { urlOf } from '../support/paths.ts'
import { fill, type Route, routeTable } from '../support/route-table.ts'

// Whatever is sent to any route: a response with a reason, never a 500 and never a hang.

const WRITES_MIN = 30
const REQUESTS_MIN = 3000
const SLOW_MS = 5000
const SHOWN_MAX = 160
/** Requests per route, sampled evenly from all generated ones, which would take minutes. */
const SPOILED_MAX = 20
const LONG_MAX = 12
const ADDRESSES_MAX = 14
const ORDER = ['POST', 'PATCH', 'PUT', 'DELETE']

let harness: Harness
let routes: Route[]
let requests = 0
const complaints: string[] = []
const lives = new Map<string, LivedIn>()

beforeAll(async () => {
  harness = await startHarness()
  routes = await routeTable(harness.context)
  // The log line of a request that caused a 500, for the failure message.
  vi.spyOn(console, 'error').mockImplementation((_message, fields: { err?: Error }) => {
    complaints.push(
      String(fields?.err?.stack ?? fields?.err)
        .split('\n')
        .slice(0, 4)
        .join(' | '),
    )
  })
})
afterAll(async () => {
  vi.restoreAllMocks()
  await harness?.close()
})

type Failure = { readonly request: string; readonly status: number; readonly why: string }

async function send(
  { client }: LivedIn,
  method: string,
  path: string,
  body: string | undefined,
): Promise<Failure | null> {
  requests += 1
  complaints.length = 0
  const began = performance.now()
  const answer = await harness.app.inject({
    method: method as 'POST',
    url: urlOf(path),
    headers: {
      authorization: `Bearer ${client.apiKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: body }),
  })
  const ms = Math.round(performance.now() - began)
  if (answer.statusCode < 500 && ms < SLOW_MS) return null
  const shown = (body ?? '').length > SHOWN_MAX ? `${body?.slice(0, SHOWN_MAX)}…` : (body ?? '')
  const why = [...complaints, `${ms} ms`].join('; ')
  return { request: `${method} ${path.slice(0, SHOWN_MAX)} ${shown}`, status: answer.statusCode, why }
}

/** Garbage of all kinds for the whole body, and in its fields one at a time. */
function bodiesOf(route: Route, whose: LivedIn, turn: number): string[] {
  const body = bodyOf(route, whose, turn)
  const spoiled = thinned(
    VALUES.flatMap((value) => spoil(body, value)),
    SPOILED_MAX,
  )
  // Reading a million elements takes half a second, whatever the route: one in twelve is sent them.
  const isLong = routes.indexOf(route) % 12 === 0
  const many = Object.keys(body as object).map((root) => `{"${root}": ${isLong ? MILLION : THOUSANDS}}`)
  return [...BODIES, ...many, ...spoiled]
}

const areaOf = (route: Route) => route.path.split('/')[1] ?? ''

/** PATCH where PUT does the same on the same path. */
const isTwin = ({ method, path }: Route) =>
  method === 'PATCH' && routes.some((other) => other.method === 'PUT' && other.path === path)

/** An organization with history, except where moving the clock to the year 9999 would bill every month until then. */
async function lifeFor(area: string): Promise<LivedIn> {
  const known = lives.get(area)
  if (known) return known
  const client = await harness.organization()
  const life =
    area === 'test_clock'
      ? { client, mark: '', names: {}, ids: [] }
      : await liveIn(client, area.replace('_', '-'))
  lives.set(area, life)
  return life
}

describe('garbage', () => {
  it('has routes to be sent to', () => {
    expect(routes.filter((route) => route.method !== 'GET').length).toBeGreaterThanOrEqual(WRITES_MIN)
  })

  // First, because the next one deletes what there is.
  it('of long texts is answered with a reason, in every field', { timeout: 600_000 }, async () => {
    const failures: Failure[] = []
    for (const area of new Set(routes.map(areaOf))) {
      const whose = await lifeFor(area)
      const writes = routes.filter(
        (route) => areaOf(route) === area && ['POST', 'PUT'].includes(route.method) && route.body,
      )
      for (const [turn, route] of writes.entries()) {
        const body = bodyOf(route, whose, turn)
        // One of the long values in each field, another one on the next route.
        const bodies = LONG_VALUES.flatMap((value, kind) =>
          spoil(body, value).filter((_body, field) => (field + turn) % LONG_VALUES.length === kind),
        )
        for (const [i, text] of thinned(bodies, LONG_MAX).entries()) {
          // Each with its own codes, or all but the first would be rejected as duplicates.
          const own = text.replaceAll(`fresh-${turn}`, `fresh-${turn}-${i}`)
          const failure = await send(whose, route.method, fill(route, whose.names) ?? '', own)
          if (failure) failures.push(failure)
        }
      }
    }
    for (const value of LONG_VALUES) {
      const admin = { 'x-admin-api-key': ADMIN_KEY, 'content-type': 'application/json' }
      for (const payload of spoil({ name: 'N', email: 'a@example.com' }, value)) {
        const made = await harness.app.inject({
          method: 'POST',
          url: '/admin/organizations',
          headers: admin,
          payload,
        })
        expect(made.statusCode, payload.slice(0, SHOWN_MAX)).toBeLessThan(500)
      }
    }
    expect(failures).toEqual([])
  })

  it('in bodies is answered with a reason', { timeout: 600_000 }, async () => {
    const failures: Failure[] = []
    for (const area of new Set(routes.map(areaOf))) {
      const whose = await lifeFor(area)
      const writes = routes
        .filter((route) => areaOf(route) === area && route.method !== 'GET' && !isTwin(route))
        .sort((a, b) => ORDER.indexOf(a.method) - ORDER.indexOf(b.method))
      for (const [turn, route] of writes.entries()) {
        const path = fill(route, whose.names)
        expect(path, `test/support/lived-in.ts names each part of ${route.path}`).not.toBeNull()
        for (const body of bodiesOf(route, whose, turn)) {
          const failure = await send(whose, route.method, path ?? '', body)
          if (failure) failures.push(failure)
        }
      }
    }
    expect(failures).toEqual([])
  })

  it('in paths and queries is answered with a reason', { timeout: 300_000 }, async () => {
    const whose = await liveIn(await harness.organization(), 'paths')
    const failures: Failure[] = []
    for (const route of routes) {
      const body = route.method === 'GET' || route.method === 'DELETE' ? undefined : '{}'
      const addresses: string[] = []
      for (const word of WORDS) {
        const names = Object.fromEntries(Object.keys(whose.names).map((parent) => [parent, word]))
        if (route.parents.length > 0) addresses.push(fill(route, names) ?? '')
        const path = fill(route, whose.names) ?? ''
        if (route.method === 'GET') {
          for (const name of ['page', 'per_page', ...route.query]) {
            const value = encodeURIComponent(word)
            addresses.push(
              `${path}?${name}=${value}`,
              `${path}?${name}[]=${value}&${name}[]=${value}`,
              `${path}?${name}[a][b]=${value}`,
            )
          }
        }
      }
      for (const one of thinned(addresses, ADDRESSES_MAX)) {
        const failure = await send(whose, route.method, one, body)
        if (failure) failures.push(failure)
      }
    }
    expect(failures).toEqual([])
  })

  it('was enough', () => {
    expect(requests).toBeGreaterThanOrEqual(REQUESTS_MIN)
  })
})
