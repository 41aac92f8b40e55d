import { readFileSync } from 'node:fs'
import type { RouteOptions } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { permissionKeyOf, permissionOfRoute, ROUTE_PERMISSIONS } from '../../src/api/route-permissions.ts'
import {
  BUILT_IN_ROLES,
  isMemberPermission,
  MEMBER_PERMISSIONS,
} from '../../src/core/members/member-permissions.ts'
import { makeRole, slugOf, type Visitor, visit } from '../support/browser-session.ts'
import { type Answer, type Harness, startHarness } from '../support/harness.ts'

// Every route, called as each role and by a stranger. A new route is called by itself; what it needs is to be written
// into test/permissions.json, where a reviewer sees it.

const WRITTEN: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL('../permissions.json', import.meta.url), 'utf8'),
)
const ROUTES_MIN = 220
/** Routes that nobody has to be a member for: they sign people in, or are for customers (portal.test.ts). */
const ENTRY =
  /^\/api\/weir\/v1\/(installation|invitation_links|organizations|owner_links|password_resets|portal|portal_files|sessions?|sign_up|user)(\/|$)/
/** An id of nothing. */
const NOTHING = '00000000-0000-7000-8000-000000000000'

const OWN_ROLES: Readonly<Record<string, readonly string[]>> = {
  viewer: MEMBER_PERMISSIONS.filter((permission) => permission.endsWith(':view')),
  accountant: ['invoices:view', 'invoices:void', 'credit_notes:void', 'customers:create'],
}

type Called = { readonly method: string; readonly url: string; readonly needed: readonly string[] }

let harness: Harness
let routes: Called[]
let visitors: Map<string, Visitor>
let stranger: Visitor
beforeAll(async () => {
  harness = await startHarness()
  routes = await everyRoute()
  const client = await harness.organization()
  for (const [code, permissions] of Object.entries(OWN_ROLES)) {
    await makeRole(harness, client.organizationId, code, permissions)
  }
  visitors = new Map()
  for (const role of [...Object.keys(BUILT_IN_ROLES), ...Object.keys(OWN_ROLES)]) {
    visitors.set(role, await visit(harness, client, `${role}@example.com`, [role]))
  }
  const elsewhere = await harness.organization()
  stranger = await visit(harness, elsewhere, 'stranger@example.com', ['admin'])
  const slug = await slugOf(harness, client.organizationId)
  stranger = { ...stranger, headers: { ...stranger.headers, 'x-weir-organization': slug } }
})
afterAll(() => harness?.close())

async function everyRoute(): Promise<Called[]> {
  const app = buildApp(harness.context)
  const found: RouteOptions[] = []
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/api/') && !ENTRY.test(route.url)) found.push(route)
  })
  await app.ready()
  await app.close()
  return found.flatMap((route) => {
    const needed = [permissionOfRoute(route)].flat().filter((each) => each !== 'membership')
    const methods = [route.method].flat().filter((method) => method !== 'HEAD')
    return methods.map((method) => ({ method, url: route.url, needed }))
  })
}

const keyOf = ({ method, url }: Called) => `${method} ${url.replace(/^\/api\/v1/, '')}`

async function callAs(visitor: Visitor, { method, url }: Called): Promise<Answer> {
  const path = url.replace(/:[A-Za-z_]+/g, NOTHING)
  const body = method === 'GET' || method === 'DELETE' ? undefined : {}
  return visitor.call(method, path, body, { ...visitor.headers })
}

function rightsOf(role: string): ReadonlySet<string> {
  return new Set([...(BUILT_IN_ROLES[role] ?? OWN_ROLES[role] ?? [])])
}

describe('what a member needs', () => {
  it('is written down for every route', () => {
    expect(routes.length).toBeGreaterThanOrEqual(ROUTES_MIN)
    const found = Object.fromEntries(
      routes.map((route) => [keyOf(route), route.needed.join(' ') || 'membership'] as const).sort(),
    )
    expect(found).toEqual(WRITTEN)
  })

  it('is one of the permissions, and no exception is for a route that is gone', () => {
    expect(routes.flatMap(({ needed }) => needed).filter((each) => !isMemberPermission(each))).toEqual([])
    const keys = new Set(routes.map((route) => permissionKeyOf(route)))
    expect(Object.keys(ROUTE_PERMISSIONS).filter((key) => !keys.has(key))).toEqual([])
  })
})

describe('every route', () => {
  it.each([...Object.keys(BUILT_IN_ROLES), ...Object.keys(OWN_ROLES)])(
    'answers a member with the role %s, or says what is missing',
    async (role) => {
      const visitor = visitors.get(role)
      if (!visitor) throw new Error(`nobody is ${role}`)
      const rights = rightsOf(role)
      const wrong: unknown[] = []
      for (const route of routes) {
        const { status, body } = await callAs(visitor, route)
        const missing = route.needed.find((each) => !rights.has(each))
        const isRefused = status === 403 && body.code === 'permission_missing'
        const isRight =
          missing === undefined
            ? !isRefused && status !== 401 && status < 500
            : isRefused && body.error_details.permission[0] === missing
        if (!isRight) wrong.push({ route: keyOf(route), missing, status, body })
      }
      expect(wrong).toEqual([])
    },
  )

  it('404 organization_not_found to a member of another organization', async () => {
    const wrong: unknown[] = []
    for (const route of routes) {
      const { status, body } = await callAs(stranger, route)
      if (status !== 404 || body.code !== 'organization_not_found')
        wrong.push({ route: keyOf(route), status })
    }
    expect(wrong).toEqual([])
  })

  it('401 session_required to a session that has ended', async () => {
    const gone = { cookie: `weir_session=${'z'.repeat(43)}` }
    const wrong: unknown[] = []
    for (const route of routes) {
      const { status, body } = await callAs({ ...stranger, headers: { ...stranger.headers, ...gone } }, route)
      if (status !== 401 || body.code !== 'session_required') wrong.push({ route: keyOf(route), status })
    }
    expect(wrong).toEqual([])
  })
})
