import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createOrganization } from '../../src/actions/organizations/create-organization.ts'
import { createOwnerLink } from '../../src/actions/users/owner-link.ts'
import { createResetLink } from '../../src/actions/users/reset-password.ts'
import { buildApp } from '../../src/api/app.ts'
import { csrfTokenOf } from '../../src/api/session-cookie.ts'
import { DAY_MS, instant } from '../../src/core/calendar/instant.ts'
import { makeUser, PASSWORD } from '../support/browser-session.ts'
import { type Answer, type Harness, startHarness } from '../support/harness.ts'

const OWN = '/api/weir/v1'
const NEW_PASSWORD = 'seven small blue boats'

let harness: Harness
beforeEach(async () => {
  harness = await startHarness()
})
afterEach(() => harness?.close())

async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
  app = harness.app,
): Promise<Answer> {
  const answer = await app.inject({
    method: method as 'GET',
    url: `${OWN}${path}`,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  })
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers }
}

function tokenOf(answer: Answer): string {
  return /weir_session=([^;]+)/.exec(String(answer.headers['set-cookie']))?.[1] ?? ''
}

const cookie = (token: string) => ({ cookie: `weir_session=${token}` })
const writing = (token: string) => ({ ...cookie(token), 'x-csrf-token': csrfTokenOf(token) })

const SIGN_UP = {
  email: 'Ada@Example.com',
  password: PASSWORD,
  name: 'Ada',
  organization_name: 'Analytical Engines',
  country: 'ch',
}

async function appWith(changes: Partial<Harness['context']['settings']>) {
  const app = buildApp({ ...harness.context, settings: { ...harness.context.settings, ...changes } })
  await app.ready()
  return app
}

describe('signing up', () => {
  it('200 makes an organization as its country has it, and signs its admin in', async () => {
    const before = await ask('GET', '/installation')
    expect(before.body.installation).toEqual({
      ...{ has_users: false, sign_up: 'open', has_smtp: false },
      version: '0.0.0-test',
    })
    const answer = await ask('POST', '/sign_up', SIGN_UP)
    expect(answer.status).toBe(200)
    const { user, memberships } = answer.body.session
    expect(user).toMatchObject({ email: 'ada@example.com', name: 'Ada' })
    expect(memberships).toHaveLength(1)
    expect(memberships[0]).toMatchObject({
      organization: {
        ...{ name: 'Analytical Engines', is_sandbox: false, country: 'CH' },
        ...{ default_currency: 'CHF', timezone: 'Europe/Zurich', document_locale: 'de' },
      },
      roles: ['admin'],
      admins: [{ email: 'ada@example.com', name: 'Ada' }],
    })
    const { slug } = memberships[0].organization
    expect(slug).toMatch(/^analytical-engines-[0-9a-f]{6}$/)
    const entities = await harness.app.inject({
      method: 'GET',
      url: '/api/v1/billing_entities',
      headers: { ...cookie(tokenOf(answer)), 'x-weir-organization': slug },
    })
    expect(entities.json().billing_entities).toMatchObject([
      {
        ...{ name: 'Analytical Engines', code: 'analytical_engines', is_default: true, country: 'CH' },
        ...{ default_currency: 'CHF', timezone: 'Europe/Zurich', lago_id: memberships[0].organization.id },
      },
    ])
    expect((await ask('GET', '/installation')).body.installation).toMatchObject({
      has_users: true,
      sign_up: 'closed',
    })
  })

  it('403 sign_up_closed after the first user, and of two at once one is first', async () => {
    const both = await Promise.all([
      ask('POST', '/sign_up', SIGN_UP),
      ask('POST', '/sign_up', { ...SIGN_UP, email: 'bob@example.com' }),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 403])
    const third = await ask('POST', '/sign_up', { ...SIGN_UP, email: 'carol@example.com' })
    expect([third.status, third.body.code]).toEqual([403, 'sign_up_closed'])
    const { system } = harness.context.database
    expect(await system.selectFrom('users').select('email').execute()).toHaveLength(1)
    expect(await system.selectFrom('organizations').select('id').execute()).toHaveLength(1)
  })

  it('403 sign_up_closed when an organization waits for its owner, whom the link lets in', async () => {
    await createOrganization(harness.context, { name: 'First', email: null, isSandbox: false })
    const link = await createOwnerLink(harness.context)
    expect((await ask('GET', '/installation')).body.installation).toMatchObject({
      has_users: false,
      sign_up: 'closed',
    })
    const answer = await ask('POST', '/sign_up', SIGN_UP)
    expect([answer.status, answer.body.code]).toEqual([403, 'sign_up_closed'])
    expect((await ask('GET', `/owner_links/${link?.split('/').at(-1)}`)).status).toBe(200)
  })

  it('leaves the first organization to its owner where everybody may sign up', async () => {
    const made = await createOrganization(harness.context, { name: 'First', email: null, isSandbox: false })
    const link = await createOwnerLink(harness.context)
    const open = await appWith({ signUp: 'open' })
    expect((await ask('POST', '/sign_up', SIGN_UP, {}, open)).status).toBe(200)
    const redeem = `/owner_links/${link?.split('/').at(-1)}/redeem`
    const taken = await ask('POST', redeem, { email: 'ada@example.com', password: PASSWORD }, {}, open)
    expect([taken.status, taken.body.error_details]).toEqual([422, { email: ['value_already_exist'] }])
    const owner = await ask('POST', redeem, { email: 'owner@example.com', password: PASSWORD }, {}, open)
    expect(owner.body.session.memberships).toMatchObject([
      { organization: { id: made.organization.id }, roles: ['admin'] },
    ])
    await open.close()
  })

  it('403 sign_up_closed from the start, or 200 for everybody, as the operator says', async () => {
    const closed = await appWith({ signUp: 'closed' })
    expect((await ask('POST', '/sign_up', SIGN_UP, {}, closed)).status).toBe(403)
    await closed.close()
    const open = await appWith({ signUp: 'open' })
    expect((await ask('POST', '/sign_up', SIGN_UP, {}, open)).status).toBe(200)
    const again = await ask('POST', '/sign_up', { ...SIGN_UP, email: 'ADA@example.com ' }, {}, open)
    expect([again.status, again.body.error_details]).toEqual([422, { email: ['value_already_exist'] }])
    const other = { ...SIGN_UP, email: 'bob@example.com', country: null }
    const second = await ask('POST', '/sign_up', other, {}, open)
    expect(second.status).toBe(200)
    expect(second.body.session.memberships).toMatchObject([
      { organization: { default_currency: 'USD', timezone: 'UTC', document_locale: 'en', country: null } },
    ])
    await open.close()
  })

  it('422 for every field that is wrong, and nothing is made', async () => {
    const bad = { email: 'nobody', password: 'password1234', organization_name: ' ', country: 'XX' }
    const answer = await ask('POST', '/sign_up', bad)
    expect(answer.status).toBe(422)
    expect(answer.body.error_details).toEqual({
      organization_name: ['value_is_mandatory'],
      email: ['invalid_email_format'],
      password: ['password_is_common'],
      country: ['not_a_valid_country_code'],
    })
    const own = await ask('POST', '/sign_up', { ...SIGN_UP, password: 'Analytical26' })
    expect(own.body.error_details).toEqual({ password: ['password_is_common'] })
    const { system } = harness.context.database
    expect(await system.selectFrom('organizations').select('id').execute()).toHaveLength(0)
  })
})

describe('the owner’s link', () => {
  const linkOf = (url: string | null) => /\/owner\/([A-Za-z0-9_-]{43})$/.exec(url ?? '')?.[1] ?? ''

  it('200 makes whoever opens it the admin of the first organization, once', async () => {
    expect(await createOwnerLink(harness.context)).toBeNull()
    await createOrganization(harness.context, { name: 'Box', email: null, isSandbox: true })
    const made = await createOrganization(harness.context, { name: 'First', email: null, isSandbox: false })
    const token = linkOf(await createOwnerLink(harness.context))
    const later = linkOf(await createOwnerLink(harness.context))
    const shown = await ask('GET', `/owner_links/${token}`)
    expect([shown.status, shown.body.owner_link.organization.name]).toEqual([200, 'First'])
    const weak = await ask('POST', `/owner_links/${token}/redeem`, {
      email: 'o@example.com',
      password: 'short',
    })
    expect([weak.status, weak.body.error_details]).toEqual([422, { password: ['value_is_too_short'] }])
    const both = await Promise.all(
      [token, later].map((each, i) =>
        ask('POST', `/owner_links/${each}/redeem`, {
          email: `o${i}@example.com`,
          password: PASSWORD,
          name: 'O',
        }),
      ),
    )
    expect(both.map(({ status }) => status).sort()).toEqual([200, 410])
    const session = both.find(({ status }) => status === 200)?.body.session
    expect(session.memberships).toMatchObject([
      { organization: { id: made.organization.id }, roles: ['admin'] },
    ])
    expect(session.user.name).toBe('O')
    const again = await ask('GET', `/owner_links/${token}`)
    expect([again.status, again.body.code]).toEqual([410, 'owner_link_used'])
    expect(await createOwnerLink(harness.context)).toBeNull()
  })

  it('404 for a link that is not ours, or is older than a week', async () => {
    await createOrganization(harness.context, { name: 'First', email: null, isSandbox: false })
    const token = linkOf(await createOwnerLink(harness.context))
    const wrong = await ask('GET', `/owner_links/${'x'.repeat(43)}`)
    expect([wrong.status, wrong.body.code]).toEqual([404, 'owner_link_not_found'])
    const now = instant(harness.context.systemNow() + 8 * DAY_MS)
    const app = buildApp({ ...harness.context, systemNow: () => now })
    await app.ready()
    expect((await ask('GET', `/owner_links/${token}`, undefined, {}, app)).status).toBe(404)
    await app.close()
  })
})

describe('a forgotten password', () => {
  const linkOf = (url: string) => /\/reset-password\/([A-Za-z0-9_-]{43})$/.exec(url)?.[1] ?? ''

  it('200 is set anew by a link, once, and every session ends', async () => {
    const userId = await makeUser(harness, 'ada@example.com')
    const before = tokenOf(await ask('POST', '/session', { email: 'ada@example.com', password: PASSWORD }))
    const old = linkOf(await createResetLink(harness.context, userId))
    const token = linkOf(await createResetLink(harness.context, userId))
    expect((await ask('GET', `/password_resets/${old}`)).status).toBe(404)
    const shown = await ask('GET', `/password_resets/${token}`)
    expect(shown.body).toEqual({ password_reset: { email: 'ada@example.com' } })
    const weak = await ask('POST', `/password_resets/${token}`, { password: 'ada@example.com' })
    expect([weak.status, weak.body.error_details]).toEqual([422, { password: ['password_is_common'] }])
    const both = await Promise.all(
      [1, 2].map(() => ask('POST', `/password_resets/${token}`, { password: NEW_PASSWORD })),
    )
    expect(both.map(({ status }) => status).sort()).toEqual([200, 410])
    expect((await ask('GET', '/session', undefined, cookie(before))).status).toBe(401)
    const signedIn = both.find(({ status }) => status === 200)
    expect(signedIn?.body.session.user.email).toBe('ada@example.com')
    const email = 'ada@example.com'
    expect((await ask('POST', '/session', { email, password: PASSWORD })).status).toBe(401)
    expect((await ask('POST', '/session', { email, password: NEW_PASSWORD })).status).toBe(200)
  })

  it('410 after a day', async () => {
    const userId = await makeUser(harness, 'late@example.com')
    const token = linkOf(await createResetLink(harness.context, userId))
    const now = instant(harness.context.systemNow() + DAY_MS + 1)
    const app = buildApp({ ...harness.context, systemNow: () => now })
    await app.ready()
    const answer = await ask('POST', `/password_resets/${token}`, { password: NEW_PASSWORD }, {}, app)
    expect([answer.status, answer.body.code]).toEqual([410, 'password_reset_expired'])
    await app.close()
  })

  it('200 is said of every address alike', async () => {
    await makeUser(harness, 'known@example.com')
    const known = await ask('POST', '/password_resets', { email: 'known@example.com' })
    const unknown = await ask('POST', '/password_resets', { email: 'unknown@example.com' })
    expect([known.status, known.body]).toEqual([200, {}])
    expect([unknown.status, unknown.body]).toEqual([200, {}])
    expect((await ask('POST', '/password_resets', { email: 'a,b' })).status).toBe(422)
  })
})

describe('the own account', () => {
  it('200 has another name, and another password that ends all other sessions', async () => {
    await makeUser(harness, 'ada@example.com')
    const email = 'ada@example.com'
    const here = tokenOf(await ask('POST', '/session', { email, password: PASSWORD }))
    const there = tokenOf(await ask('POST', '/session', { email, password: PASSWORD }))
    const named = await ask('PUT', '/user', { name: ' Ada Lovelace ' }, writing(here))
    expect([named.status, named.body.session.user.name]).toEqual([200, 'Ada Lovelace'])
    const wrong = await ask(
      'PUT',
      '/user/password',
      { current_password: 'wrong', password: NEW_PASSWORD },
      writing(here),
    )
    expect([wrong.status, wrong.body.code]).toEqual([401, 'invalid_credentials'])
    const change = { current_password: PASSWORD, password: NEW_PASSWORD }
    expect((await ask('PUT', '/user/password', change, cookie(here))).status).toBe(403)
    expect((await ask('PUT', '/user/password', change, writing(here))).status).toBe(200)
    expect((await ask('GET', '/session', undefined, cookie(here))).status).toBe(200)
    expect((await ask('GET', '/session', undefined, cookie(there))).status).toBe(401)
    expect((await ask('POST', '/session', { email, password: NEW_PASSWORD })).status).toBe(200)
  })

  it('401 without a session', async () => {
    for (const path of ['/user', '/user/password']) {
      const answer = await ask('PUT', path, { name: 'x' })
      expect([answer.status, answer.body.code]).toEqual([401, 'session_required'])
    }
  })
})
