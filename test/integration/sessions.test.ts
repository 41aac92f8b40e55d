import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { csrfTokenOf } from '../../src/api/session-cookie.ts'
import { DAY_MS, type Instant, instant } from '../../src/core/calendar/instant.ts'
import { makeMember, makeUser, PASSWORD, slugOf, type Visitor, visit } from '../support/browser-session.ts'
import { type Answer, type Client, type Harness, startHarness } from '../support/harness.ts'

const SESSION = '/api/weir/v1/session'

let harness: Harness
let client: Client
beforeAll(async () => {
  harness = await startHarness()
  client = await harness.organization()
})
afterAll(() => harness?.close())

let senders = 0
/** A request of a browser; each test's comes from an address of its own, so that none locks another one out. */
async function ask(
  method: string,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
  app = harness.app,
): Promise<Answer> {
  const answer = await app.inject({
    method: method as 'GET',
    url,
    headers: {
      'x-forwarded-for': `203.0.113.${senders % 250}`,
      'user-agent': 'a browser',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  })
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers }
}

const signIn = (email: string, password = PASSWORD, headers?: Record<string, string>) =>
  ask('POST', SESSION, { email, password }, headers)

function tokenOf(answer: Answer): string {
  return /weir_session=([^;]+)/.exec(String(answer.headers['set-cookie']))?.[1] ?? ''
}

const cookie = (token: string) => ({ cookie: `weir_session=${token}` })
const writing = (token: string) => ({ ...cookie(token), 'x-csrf-token': csrfTokenOf(token) })

/** The same API at another time. */
async function appAt(now: Instant) {
  const app = buildApp({ ...harness.context, systemNow: () => now })
  await app.ready()
  return app
}

describe('signing in', () => {
  it('200 gives a cookie that no script reads, and what the dashboard needs', async () => {
    senders += 1
    const userId = await makeUser(harness, 'ada@example.com')
    await makeMember(harness, userId, client.organizationId, ['finance'])
    const answer = await signIn(' Ada@Example.com ')
    expect(answer.status).toBe(200)
    expect(answer.headers['set-cookie']).toMatch(
      /^weir_session=[A-Za-z0-9_-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/,
    )
    expect(answer.headers['cache-control']).toBe('no-store')
    const token = tokenOf(answer)
    const { session } = answer.body
    expect(session.user).toEqual({ id: userId, email: 'ada@example.com', name: null })
    expect(session.csrf_token).toBe(csrfTokenOf(token))
    expect(session.memberships).toHaveLength(1)
    expect(session.memberships[0]).toMatchObject({
      organization: {
        id: client.organizationId,
        name: 'Test Organization',
        is_sandbox: true,
        default_currency: 'USD',
        timezone: 'UTC',
        slug: await slugOf(harness, client.organizationId),
      },
      roles: ['finance'],
      permissions: { 'plans:view': true, 'plans:create': false, 'invoices:void': true },
    })
    const shown = await ask('GET', SESSION, undefined, cookie(token))
    expect([shown.status, shown.body]).toEqual([200, answer.body])
    const stored = await harness.context.database.system.selectFrom('sessions').selectAll().execute()
    expect(JSON.stringify(stored)).not.toContain(token)
    expect(stored.at(-1)).toMatchObject({ ipAddress: `203.0.113.${senders}`, userAgent: 'a browser' })
  })

  it('has a secure cookie where the public address is https', async () => {
    senders += 1
    await makeUser(harness, 'secure@example.com')
    const settings = { ...harness.context.settings, frontUrl: 'https://billing.example.com' }
    const app = buildApp({ ...harness.context, settings })
    await app.ready()
    const answer = await ask('POST', SESSION, { email: 'secure@example.com', password: PASSWORD }, {}, app)
    expect(String(answer.headers['set-cookie'])).toMatch(/; SameSite=Strict; Secure$/)
    await app.close()
  })

  it('401 says the same of a wrong password and of an unknown address', async () => {
    senders += 1
    await makeUser(harness, 'known@example.com')
    const wrong = await signIn('known@example.com', 'not the password')
    const unknown = await signIn('nobody@example.com', 'not the password')
    expect(wrong.status).toBe(401)
    expect(wrong.body).toEqual({ status: 401, error: 'Unauthorized', code: 'invalid_credentials' })
    expect([unknown.status, unknown.body]).toEqual([401, wrong.body])
    expect(wrong.headers['set-cookie']).toBeUndefined()
  })

  it('422 without an address or a password', async () => {
    senders += 1
    const answer = await ask('POST', SESSION, { email: ' ' })
    expect(answer.status).toBe(422)
    expect(answer.body.error_details).toEqual({
      email: ['value_is_mandatory'],
      password: ['value_is_mandatory'],
    })
  })

  it('429 locked after five failures, of a known and of an unknown address, also with the right password', async () => {
    await makeUser(harness, 'locked@example.com')
    for (const email of ['locked@example.com', 'unknown@example.com']) {
      senders += 1
      // At once, so that none passes while the others are being checked.
      const wrong = await Promise.all(Array.from({ length: 8 }, () => signIn(email, 'wrong password')))
      expect(wrong.map(({ status }) => status).sort()).toEqual([401, 401, 401, 401, 401, 429, 429, 429])
      const right = await signIn(email)
      expect(right.status).toBe(429)
      expect(right.body).toEqual({ status: 429, error: 'Too Many Requests', code: 'locked' })
      expect(Number(right.headers['retry-after'])).toBeGreaterThan(50)
      expect(Number(right.headers['retry-after'])).toBeLessThanOrEqual(60)
    }
    senders += 1
    const { system } = harness.context.database
    await sql`update sign_in_failures set failed_at = failed_at - interval '61 seconds'`.execute(system)
    expect((await signIn('locked@example.com')).status).toBe(200)
    const wrong = await signIn('locked@example.com', 'wrong again')
    expect(wrong.status).toBe(401)
  })

  it('429 locked for a sender that fails with many addresses', async () => {
    senders += 1
    const statuses: number[] = []
    for (let i = 0; i < 31; i += 1) statuses.push((await signIn(`many-${i}@example.com`, 'wrong')).status)
    expect(statuses.slice(0, 30).every((status) => status === 401)).toBe(true)
    expect(statuses[30]).toBe(429)
  })

  it('403 from a page of somebody else', async () => {
    senders += 1
    await makeUser(harness, 'origin@example.com')
    const evil = await signIn('origin@example.com', PASSWORD, { origin: 'https://evil.example' })
    expect([evil.status, evil.body.code]).toEqual([403, 'csrf_token_invalid'])
    const own = await signIn('origin@example.com', PASSWORD, { origin: 'http://localhost:3000' })
    expect(own.status).toBe(200)
  })
})

describe('a session', () => {
  it('401 session_required without a cookie, with a wrong one, and after signing out', async () => {
    senders += 1
    await makeUser(harness, 'out@example.com')
    const none = await ask('GET', SESSION)
    expect([none.status, none.body]).toEqual([
      401,
      { status: 401, error: 'Unauthorized', code: 'session_required' },
    ])
    expect((await ask('GET', SESSION, undefined, cookie('x'.repeat(43)))).status).toBe(401)
    const token = tokenOf(await signIn('out@example.com'))
    const out = await ask('DELETE', SESSION, undefined, writing(token))
    expect([out.status, out.headers['set-cookie']]).toEqual([
      200,
      'weir_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict',
    ])
    expect((await ask('GET', SESSION, undefined, cookie(token))).status).toBe(401)
  })

  it('401 after seven days without a request, and after thirty in any case', async () => {
    senders += 1
    await makeUser(harness, 'late@example.com')
    const token = tokenOf(await signIn('late@example.com'))
    const began = harness.context.systemNow()
    for (const [days, status] of [
      [6, 200],
      [12, 200],
      [18, 200],
      [24, 200],
      [29.9, 200],
      [30.1, 401],
    ] as const) {
      const app = await appAt(instant(Math.round(began + days * DAY_MS)))
      const answer = await ask('GET', SESSION, undefined, cookie(token), app)
      expect([days, answer.status]).toEqual([days, status])
      await expect
        .poll(async () => (await lastUse('late@example.com')) > began + (days - 1) * DAY_MS || status === 401)
        .toBe(true)
      await app.close()
    }
    const idle = tokenOf(await signIn('late@example.com'))
    const app = await appAt(instant(began + 8 * DAY_MS))
    expect((await ask('GET', SESSION, undefined, cookie(idle), app)).status).toBe(401)
    await app.close()
  })

  it('403 csrf_token_invalid for a write without its token, or from another origin', async () => {
    senders += 1
    await makeUser(harness, 'csrf@example.com')
    const token = tokenOf(await signIn('csrf@example.com'))
    const other = csrfTokenOf('y'.repeat(43))
    for (const headers of [
      cookie(token),
      { ...cookie(token), 'x-csrf-token': other },
      { ...writing(token), origin: 'https://evil.example' },
      { ...writing(token), origin: 'null' },
      { ...writing(token), 'sec-fetch-site': 'cross-site' },
    ]) {
      const answer = await ask('DELETE', SESSION, undefined, headers)
      expect([answer.status, answer.body.code]).toEqual([403, 'csrf_token_invalid'])
    }
    expect((await ask('GET', SESSION, undefined, cookie(token))).status).toBe(200)
    // As a proxy that ends TLS passes it on.
    const proxied = { ...writing(token), origin: 'https://weir.example.com', host: 'weir.example.com' }
    expect((await ask('DELETE', SESSION, undefined, proxied)).status).toBe(200)
  })

  it('is listed with its device, and ended from another one', async () => {
    senders += 1
    await makeUser(harness, 'many@example.com')
    const first = tokenOf(await signIn('many@example.com', PASSWORD, { 'user-agent': 'phone' }))
    const second = tokenOf(await signIn('many@example.com', PASSWORD, { 'user-agent': 'laptop' }))
    const third = tokenOf(await signIn('many@example.com', PASSWORD, { 'user-agent': 'tablet' }))
    const list = await ask('GET', '/api/weir/v1/sessions', undefined, cookie(first))
    expect(list.body.sessions.map((one: { user_agent: string }) => one.user_agent).sort()).toEqual([
      'laptop',
      'phone',
      'tablet',
    ])
    const current = list.body.sessions.filter((one: { is_current: boolean }) => one.is_current)
    expect(current).toMatchObject([{ user_agent: 'phone', ip_address: `203.0.113.${senders % 250}` }])
    const laptop = list.body.sessions.find((one: { user_agent: string }) => one.user_agent === 'laptop')
    const ended = await ask('DELETE', `/api/weir/v1/sessions/${laptop.id}`, undefined, writing(first))
    expect(ended.status).toBe(200)
    expect((await ask('GET', SESSION, undefined, cookie(second))).status).toBe(401)
    const again = await ask('DELETE', `/api/weir/v1/sessions/${laptop.id}`, undefined, writing(first))
    expect([again.status, again.body.code]).toEqual([404, 'session_not_found'])
    const others = await ask('DELETE', '/api/weir/v1/sessions', undefined, writing(first))
    expect([others.status, others.body]).toEqual([200, { ended: 1 }])
    expect((await ask('GET', SESSION, undefined, cookie(third))).status).toBe(401)
    expect((await ask('GET', SESSION, undefined, cookie(first))).status).toBe(200)
  })

  it('404 for the session of somebody else', async () => {
    senders += 1
    await makeUser(harness, 'mine@example.com')
    await makeUser(harness, 'theirs@example.com')
    const mine = tokenOf(await signIn('mine@example.com'))
    const theirs = tokenOf(await signIn('theirs@example.com'))
    const list = await ask('GET', '/api/weir/v1/sessions', undefined, cookie(theirs))
    const id = list.body.sessions[0].id
    expect((await ask('DELETE', `/api/weir/v1/sessions/${id}`, undefined, writing(mine))).status).toBe(404)
    expect((await ask('GET', SESSION, undefined, cookie(theirs))).status).toBe(200)
  })

  it('is confirmed with the password, and not with a wrong one', async () => {
    senders += 1
    await makeUser(harness, 'confirm@example.com')
    const token = tokenOf(await signIn('confirm@example.com'))
    const url = `${SESSION}/confirm`
    const wrong = await ask('POST', url, { password: 'wrong' }, writing(token))
    expect([wrong.status, wrong.body.code]).toEqual([401, 'invalid_credentials'])
    const later = instant(harness.context.systemNow() + DAY_MS)
    const app = await appAt(later)
    const right = await ask('POST', url, { password: PASSWORD }, writing(token), app)
    expect(right.status).toBe(200)
    expect(Date.parse(right.body.session.confirmed_until)).toBe(Math.floor(later / 1000) * 1000 + 600_000)
    await app.close()
  })
})

async function lastUse(email: string): Promise<number> {
  const row = await harness.context.database.system
    .selectFrom('sessions as s')
    .innerJoin('users as u', 'u.id', 's.userId')
    .select('s.lastUsedAt')
    .where('u.email', '=', email)
    .orderBy('s.lastUsedAt', 'desc')
    .executeTakeFirstOrThrow()
  return row.lastUsedAt
}

describe('the API by session', () => {
  let visitor: Visitor
  beforeAll(async () => {
    visitor = await visit(harness, client, 'member@example.com', ['admin'])
  })

  it('200 reads and writes as with a key, at the time of the sandbox, and names the user in the activities', async () => {
    const made = await visitor.call('POST', '/add_ons', {
      add_on: { name: 'Setup', code: 'setup', amount_cents: 100, amount_currency: 'EUR' },
    })
    expect(made.status).toBe(200)
    const byKey = await client.call('GET', '/add_ons/setup')
    expect((await visitor.call('GET', '/add_ons/setup')).body).toEqual(byKey.body)
    const coupon = {
      ...{ name: 'Ten', code: 'ten', coupon_type: 'fixed_amount', amount_cents: 10, amount_currency: 'EUR' },
      ...{ frequency: 'once', expiration: 'no_expiration' },
    }
    expect((await visitor.call('POST', '/coupons', { coupon })).status).toBe(200)
    const customer = { external_id: 'acme', name: 'Acme' }
    expect((await visitor.call('POST', '/customers', { customer })).status).toBe(200)
    const { activity_logs: activities } = (await visitor.call('GET', '/activity_logs')).body
    const known = activities.map((one: Record<string, unknown>) => [
      one.activity_type,
      one.activity_source,
      one.user_email,
    ])
    expect(known).toContainEqual(['coupon.created', 'front', 'member@example.com'])
    expect(known).toContainEqual(['customer.created', 'front', 'member@example.com'])
  })

  it('404 organization_not_found for an organization of others, and for none', async () => {
    const other = await harness.organization()
    for (const slug of [await slugOf(harness, other.organizationId), 'nobody', '']) {
      const answer = await visitor.call('GET', '/plans', undefined, { 'x-weir-organization': slug })
      expect([answer.status, answer.body.code]).toEqual([404, 'organization_not_found'])
    }
  })

  it('403 names what a member lacks', async () => {
    const manager = await visit(harness, client, 'manager@example.com', ['manager'])
    const answer = await manager.call('POST', '/plans', { plan: {} })
    expect(answer.status).toBe(403)
    expect(answer.body).toEqual({
      status: 403,
      error: 'Forbidden',
      code: 'permission_missing',
      error_details: { permission: ['plans:create'] },
    })
    expect((await manager.call('GET', '/plans')).status).toBe(200)
  })

  it('403 csrf_token_invalid for a write without the token; reads need none', async () => {
    const headers = { 'x-csrf-token': '' }
    const answer = await visitor.call('POST', '/plans', { plan: {} }, headers)
    expect([answer.status, answer.body.code]).toEqual([403, 'csrf_token_invalid'])
    expect((await visitor.call('GET', '/plans', undefined, headers)).status).toBe(200)
  })

  it('401 without the header that names an organization, and when a key is sent beside the session', async () => {
    const cookieOnly = { cookie: visitor.headers.cookie ?? '' }
    expect((await ask('GET', '/api/v1/plans', undefined, cookieOnly)).status).toBe(401)
    const both = await visitor.call('GET', '/plans', undefined, { authorization: 'Bearer wrong' })
    expect([both.status, both.body]).toEqual([401, { status: 401, error: 'Unauthorized' }])
  })

  it('401 for the admin API', async () => {
    const admin = await harness.app.inject({
      method: 'POST',
      url: '/admin/organizations',
      headers: { ...visitor.headers, 'content-type': 'application/json' },
      payload: '{"name":"x"}',
    })
    expect(admin.statusCode).toBe(401)
  })

  it('404 for an unknown path, and 401 for it without a session', async () => {
    expect((await visitor.call('GET', '/nothing')).body.code).toBe('resource_not_found')
    const answer = await ask('GET', '/api/v1/nothing', undefined, { 'x-weir-organization': 'x' })
    expect([answer.status, answer.body.code]).toEqual([401, 'session_required'])
  })

  it('403 at once when a role is taken away, and 404 when the membership is', async () => {
    const guest = await visit(harness, client, 'guest@example.com', ['manager'])
    expect((await guest.call('GET', '/customers')).status).toBe(200)
    const { system } = harness.context.database
    await system.updateTable('memberships').set({ roles: [] }).where('userId', '=', guest.userId).execute()
    expect((await guest.call('GET', '/customers')).status).toBe(403)
    await system.deleteFrom('memberships').where('userId', '=', guest.userId).execute()
    expect((await guest.call('GET', '/customers')).status).toBe(404)
  })
})
