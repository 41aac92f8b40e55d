import type { RouteOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { type Visitor, visit } from '../support/browser-session.ts'
import { BODIES, LONG_VALUES, sample, spoil, thinned, VALUES, WORDS } from '../support/garbage.ts'
import { type Harness, startHarness } from '../support/harness.ts'
import { urlOf } from '../support/paths.ts'
import type { Schema } from '../support/route-table.ts'

// The routes that no API key opens: those that sign people in, and those of members. Whatever is sent to them: a
// response with a reason, never a 500. The other routes are in garbage.test.ts.

const ROUTES_MIN = 25
/** Requests per route, sampled evenly from all generated ones, which would take a minute. */
const SPOILED_MAX = 12
const KNOWN: Readonly<Record<string, unknown>> = {
  email: 'fresh@example.com',
  emails: ['fresh@example.com', 'fresher@example.com'],
  password: 'correct horse battery staple',
  current_password: 'correct horse battery staple',
  organization_name: 'Fresh',
  name: 'Fresh',
  country: 'FR',
  roles: ['manager'],
  permissions: ['plans:view'],
}

type Route = { readonly method: string; readonly url: string; readonly body: Schema | null }

let harness: Harness
let routes: Route[]
let visitor: Visitor
const complaints: string[] = []

beforeAll(async () => {
  harness = await startHarness()
  visitor = await visit(harness, await harness.organization(), 'admin@example.com', ['admin'])
  routes = await visitorsRoutes()
  vi.spyOn(console, 'error').mockImplementation((_message, fields: { err?: Error }) => {
    complaints.push(String(fields?.err?.stack ?? fields?.err).slice(0, 400))
  })
})
afterAll(async () => {
  vi.restoreAllMocks()
  await harness?.close()
})

async function visitorsRoutes(): Promise<Route[]> {
  const app = buildApp(harness.context)
  const found: RouteOptions[] = []
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/api/weir/') && route.config?.resource === undefined) found.push(route)
  })
  await app.ready()
  await app.close()
  return found.flatMap(({ method, url, schema }) =>
    [method]
      .flat()
      .filter((one) => one !== 'HEAD')
      .map((one) => ({ method: one, url, body: (schema?.body as Schema | undefined) ?? null })),
  )
}

/** What is wrong with the answer; null when it has a reason. */
async function fault(method: string, path: string, payload?: string): Promise<object | null> {
  complaints.length = 0
  const answer = await harness.app.inject({
    method: method as 'POST',
    url: urlOf(path),
    headers: {
      ...visitor.headers,
      // Each from somebody else, so that no lock answers for the route.
      'x-forwarded-for': `198.51.${Math.floor(Math.random() * 250)}.${Math.floor(Math.random() * 250)}`,
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(payload === undefined ? {} : { payload }),
  })
  if (answer.statusCode < 500) return null
  return { method, path: path.slice(0, 120), payload: payload?.slice(0, 160), complaints: [...complaints] }
}

const pathOf = (url: string, word = 'x'.repeat(43)) => url.replace(/:[A-Za-z_]+/g, encodeURIComponent(word))
/** It would end the session that all others use. */
const isSignOut = ({ method, url }: Route) => method === 'DELETE' && url.endsWith('/session')

describe('garbage', () => {
  it('has routes to be sent to', () => {
    expect(routes.length).toBeGreaterThanOrEqual(ROUTES_MIN)
  })

  it('in bodies is answered with a reason', { timeout: 600_000 }, async () => {
    const faults: object[] = []
    for (const route of routes.filter(({ method }) => method === 'POST' || method === 'PUT')) {
      const body = route.body ? sample(route.body, KNOWN) : {}
      const spoiled = [...VALUES, ...LONG_VALUES].flatMap((value) => spoil(body, value))
      for (const payload of [...BODIES, ...thinned(spoiled, SPOILED_MAX)]) {
        const found = await fault(route.method, pathOf(route.url), payload)
        if (found) faults.push(found)
      }
    }
    expect(faults).toEqual([])
  })

  it('in paths and queries is answered with a reason', { timeout: 300_000 }, async () => {
    const faults: object[] = []
    for (const route of routes.filter((one) => !isSignOut(one))) {
      const payload = route.body ? JSON.stringify(sample(route.body, KNOWN)) : undefined
      for (const word of WORDS) {
        const query = encodeURIComponent(word)
        const paths = route.url.includes(':') ? [pathOf(route.url, word)] : []
        if (route.method === 'GET') {
          for (const name of ['q', 'limit', 'page', 'per_page', 'types[]', 'types[a]']) {
            paths.push(`${pathOf(route.url)}?${name}=${query}`, `${pathOf(route.url)}?q=ab&${name}=${query}`)
          }
        }
        for (const path of paths) {
          const found = await fault(route.method, path, route.method === 'DELETE' ? undefined : payload)
          if (found) faults.push(found)
        }
      }
    }
    expect(faults).toEqual([])
  })

  it('in headers is answered with a reason', async () => {
    const faults: unknown[] = []
    for (const word of [
      ...WORDS.map(encodeURIComponent),
      'weir_session',
      '=;=;',
      'weir_session=',
      '"'.repeat(5000),
    ]) {
      for (const name of ['cookie', 'x-csrf-token', 'x-weir-organization', 'origin', 'x-forwarded-for']) {
        for (const method of ['GET', 'POST'] as const) {
          const headers = { ...visitor.headers, origin: 'http://localhost:3000', [name]: word }
          const answer = await harness.app.inject({ method, url: '/api/weir/v1/invitations', headers })
          if (answer.statusCode >= 500) faults.push([name, word.slice(0, 60), method, complaints.at(-1)])
        }
      }
    }
    expect(faults).toEqual([])
  })
})
