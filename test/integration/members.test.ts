import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { csrfTokenOf } from '../../src/api/session-cookie.ts'
import { DAY_MS, instant, MINUTE_MS } from '../../src/core/calendar/instant.ts'
import {
  makeMember,
  makeRole,
  makeUser,
  PASSWORD,
  slugOf,
  type Visitor,
  visit,
  visitorOf,
} from '../support/browser-session.ts'
import { type Answer, type Client, type Harness, startHarness } from '../support/harness.ts'

const OWN = '/api/weir/v1'

let harness: Harness
beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness?.close())

let count = 0
/** An organization with an admin who is signed in. */
async function withAdmin(): Promise<{ client: Client; admin: Visitor; mark: string }> {
  count += 1
  const mark = `m${count}`
  const client = await harness.organization()
  return { client, mark, admin: await visit(harness, client, `admin@${mark}.example`, ['admin']) }
}

async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await harness.app.inject({
    method: method as 'GET',
    url: `${OWN}${path}`,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  })
  return { status: answer.statusCode, body: answer.json(), headers: answer.headers }
}

/** The same visitor at another time. */
async function later(
  visitor: Visitor,
  ms: number,
  slug: string,
): Promise<{ visitor: Visitor; close: () => Promise<void> }> {
  const now = instant(harness.context.systemNow() + ms)
  const app = buildApp({ ...harness.context, systemNow: () => now })
  await app.ready()
  return { visitor: visitorOf({ app }, visitor, slug), close: () => app.close() }
}

const refusal = ({ status, body }: Answer) => [status, body.code ?? body.error_details]
const failed = ({ status, body }: Answer) => [status, body.error_details]

describe('roles', () => {
  it('200 are three built-in ones, and those that the organization defines', async () => {
    const { admin } = await withAdmin()
    const role = {
      name: 'Support Team',
      description: 'Looks, and touches nothing',
      permissions: ['customers:view', 'invoices:view'],
    }
    const made = await admin.call('POST', `${OWN}/roles`, { role })
    expect([made.status, made.body.role]).toMatchObject([
      200,
      { ...role, code: 'support_team', is_built_in: false, members_count: 0 },
    ])
    const { roles } = (await admin.call('GET', `${OWN}/roles`)).body
    const shown = roles.map((one: Record<string, unknown>) => [one.code, one.is_built_in, one.members_count])
    expect(shown).toEqual([
      ['admin', true, 1],
      ['finance', true, 0],
      ['manager', true, 0],
      ['support_team', false, 0],
    ])
    const change = { name: 'Support', permissions: ['customers:view', 'customers:update'], code: 'other' }
    const changed = await admin.call('PUT', `${OWN}/roles/support_team`, { role: change })
    expect(changed.body.role).toMatchObject({
      ...{ name: 'Support', code: 'support_team', description: role.description },
      permissions: change.permissions,
    })
    const gone = await admin.call('DELETE', `${OWN}/roles/support_team`)
    expect([gone.status, gone.body.role.code]).toEqual([200, 'support_team'])
    expect(refusal(await admin.call('DELETE', `${OWN}/roles/support_team`))).toEqual([404, 'role_not_found'])
  })

  it('422 for what a role cannot be, 404 for changes of built-in ones', async () => {
    const { admin } = await withAdmin()
    const permissions = ['plans:view']
    const tries: [object, object][] = [
      [{ permissions }, { name: ['value_is_mandatory'] }],
      [{ name: 'x'.repeat(101), permissions }, { name: ['value_is_too_long'] }],
      [{ name: 'Admin', permissions }, { code: ['value_already_exist'] }],
      [{ name: 'A', code: 'A b', permissions }, { code: ['value_is_invalid'] }],
      [{ name: '日本', permissions }, { code: ['value_is_invalid'] }],
      [{ name: 'A', permissions: [] }, { permissions: ['value_is_mandatory'] }],
      [{ name: 'A', permissions: ['plans:fly'] }, { permissions: ['value_is_invalid'] }],
      [{ name: 'A', permissions: 'plans:view' }, { permissions: ['value_is_invalid'] }],
      [{ name: 'A', description: 'x'.repeat(256), permissions }, { description: ['value_is_too_long'] }],
    ]
    for (const [role, details] of tries) {
      expect(failed(await admin.call('POST', `${OWN}/roles`, { role }))).toEqual([422, details])
    }
    const role = { name: 'Twice', permissions }
    expect((await admin.call('POST', `${OWN}/roles`, { role })).status).toBe(200)
    const again = await admin.call('POST', `${OWN}/roles`, { role })
    expect(failed(again)).toEqual([422, { code: ['value_already_exist'] }])
    expect((await admin.call('POST', `${OWN}/roles`, {})).status).toBe(400)
    expect((await admin.call('PUT', `${OWN}/roles/admin`, { role: { name: 'x' } })).status).toBe(404)
    expect((await admin.call('DELETE', `${OWN}/roles/finance`)).status).toBe(404)
  })

  it('405 role_in_use for one that a member or an open invitation has', async () => {
    const { admin, client, mark } = await withAdmin()
    await makeRole(harness, client.organizationId, 'reader', ['plans:view'])
    const invitation = { email: `new@${mark}.example`, roles: ['reader'] }
    const made = await admin.call('POST', `${OWN}/invitations`, { invitation })
    expect(refusal(await admin.call('DELETE', `${OWN}/roles/reader`))).toEqual([405, 'role_in_use'])
    await admin.call('DELETE', `${OWN}/invitations/${made.body.invitations[0].id}`)
    await visit(harness, client, `reader@${mark}.example`, ['reader'])
    expect(refusal(await admin.call('DELETE', `${OWN}/roles/reader`))).toEqual([405, 'role_in_use'])
  })

  it('are those of their own organization only', async () => {
    const { client } = await withAdmin()
    await makeRole(harness, client.organizationId, 'secret_role', ['plans:view'])
    const { admin } = await withAdmin()
    expect(JSON.stringify((await admin.call('GET', `${OWN}/roles`)).body)).not.toContain('secret_role')
    expect((await admin.call('PUT', `${OWN}/roles/secret_role`, { role: { name: 'x' } })).status).toBe(404)
  })
})

describe('members', () => {
  it('200 are listed with their roles, which change at once', async () => {
    const { admin, client, mark } = await withAdmin()
    const guest = await visit(harness, client, `guest@${mark}.example`, ['manager'])
    const { members } = (await admin.call('GET', `${OWN}/members`)).body
    expect(members).toMatchObject([
      { email: `admin@${mark}.example`, roles: ['admin'], name: null },
      { email: `guest@${mark}.example`, roles: ['manager'], user_id: guest.userId },
    ])
    expect(Date.parse(members[1].last_seen_at)).toBeGreaterThan(0)
    expect((await guest.call('GET', `${OWN}/roles`)).status).toBe(403)
    const id = members[1].id
    const changed = await admin.call('PUT', `${OWN}/members/${id}`, {
      member: { roles: ['admin', 'finance'] },
    })
    expect([changed.status, changed.body.member.roles]).toEqual([200, ['admin', 'finance']])
    expect((await guest.call('GET', `${OWN}/roles`)).status).toBe(200)
    const removed = await admin.call('DELETE', `${OWN}/members/${id}`)
    expect([removed.status, removed.body.member.email]).toEqual([200, `guest@${mark}.example`])
    expect(refusal(await guest.call('GET', `${OWN}/roles`))).toEqual([404, 'organization_not_found'])
    expect(refusal(await admin.call('DELETE', `${OWN}/members/${id}`))).toEqual([404, 'member_not_found'])
  })

  it('405 last_admin and cannot_revoke_own_membership, also for two at the same time', async () => {
    const { admin, client, mark } = await withAdmin()
    const idOf = async (email: string) =>
      (await admin.call('GET', `${OWN}/members`)).body.members.find(
        (one: { email: string }) => one.email === email,
      ).id
    const own = await idOf(`admin@${mark}.example`)
    const lowered = await admin.call('PUT', `${OWN}/members/${own}`, { member: { roles: ['finance'] } })
    expect(refusal(lowered)).toEqual([405, 'last_admin'])
    expect(refusal(await admin.call('DELETE', `${OWN}/members/${own}`))).toEqual([
      405,
      'cannot_revoke_own_membership',
    ])
    const second = await visit(harness, client, `second@${mark}.example`, ['admin'])
    const other = await idOf(`second@${mark}.example`)
    const both = await Promise.all([
      admin.call('DELETE', `${OWN}/members/${other}`),
      second.call('DELETE', `${OWN}/members/${own}`),
    ])
    // The other one is refused as the last admin, or is no member any more.
    expect(both.filter(({ status }) => status === 200)).toHaveLength(1)
    const { system } = harness.context.database
    const left = await system
      .selectFrom('memberships')
      .select('roles')
      .where('organizationId', '=', client.organizationId)
      .execute()
    expect(left).toEqual([{ roles: ['admin'] }])
  })

  it('422 for roles that are none, and 404 for a member of another organization', async () => {
    const { admin } = await withAdmin()
    const { members } = (await admin.call('GET', `${OWN}/members`)).body
    const put = (id: string, roles: unknown) =>
      admin.call('PUT', `${OWN}/members/${id}`, { member: { roles } })
    expect(failed(await put(members[0].id, []))).toEqual([422, { roles: ['value_is_mandatory'] }])
    expect(failed(await put(members[0].id, ['boss']))).toEqual([422, { roles: ['invalid_role'] }])
    const { admin: stranger } = await withAdmin()
    const theirs = (await stranger.call('GET', `${OWN}/members`)).body.members[0].id
    expect(refusal(await put(theirs, ['finance']))).toEqual([404, 'member_not_found'])
    expect(refusal(await put('not-an-id', ['finance']))).toEqual([404, 'member_not_found'])
  })

  it('403 gives and takes no rights beyond one’s own', async () => {
    const { admin, client, mark } = await withAdmin()
    const rights = ['organization:members:view', 'organization:members:create', 'organization:members:update']
    const more = ['organization:members:delete', 'roles:create', 'roles:update', 'roles:view', 'plans:view']
    await makeRole(harness, client.organizationId, 'people', [...rights, ...more])
    await makeRole(harness, client.organizationId, 'reader', ['plans:view'])
    const people = await visit(harness, client, `people@${mark}.example`, ['people'])
    const { members } = (await admin.call('GET', `${OWN}/members`)).body
    const [first, own] = members.map((one: { id: string }) => one.id)
    const put = (id: string, roles: string[]) =>
      people.call('PUT', `${OWN}/members/${id}`, { member: { roles } })
    expect(refusal(await put(own, ['admin']))).toEqual([403, 'cannot_grant_admin'])
    expect(refusal(await put(own, ['people', 'finance']))).toEqual([403, 'cannot_grant_more'])
    expect(refusal(await put(first, ['reader']))).toEqual([403, 'cannot_grant_more'])
    expect(refusal(await people.call('DELETE', `${OWN}/members/${first}`))).toEqual([
      403,
      'cannot_grant_more',
    ])
    const invitation = { email: `friend@${mark}.example`, roles: ['admin'] }
    const invited = await people.call('POST', `${OWN}/invitations`, { invitation })
    expect(refusal(invited)).toEqual([403, 'cannot_grant_admin'])
    const role = { name: 'Strong', permissions: ['invoices:void'] }
    expect(refusal(await people.call('POST', `${OWN}/roles`, { role }))).toEqual([403, 'cannot_grant_more'])
    const widened = await people.call('PUT', `${OWN}/roles/people`, {
      role: { permissions: ['invoices:void'] },
    })
    expect(refusal(widened)).toEqual([403, 'cannot_grant_more'])
    expect((await put(own, ['reader'])).status).toBe(200)
  })

  it('200 get a link for a new password, unless they are in other organizations too', async () => {
    const { admin, client, mark } = await withAdmin()
    const guest = await visit(harness, client, `guest@${mark}.example`, ['manager'])
    const { members } = (await admin.call('GET', `${OWN}/members`)).body
    const path = `${OWN}/members/${members[1].id}/password_reset`
    const made = await admin.call('POST', path)
    expect(made.body.password_reset.url).toMatch(/^http:\/\/localhost:3000\/reset-password\/[\w-]{43}$/)
    const slug = await slugOf(harness, client.organizationId)
    const after = await later(admin, 11 * MINUTE_MS, slug)
    expect(refusal(await after.visitor.call('POST', path))).toEqual([403, 'password_confirmation_required'])
    await after.close()
    const other = await harness.organization()
    await makeMember(harness, guest.userId, other.organizationId, ['manager'])
    expect(refusal(await admin.call('POST', path))).toEqual([403, 'member_of_other_organizations'])
  })

  it('403 session_required for an API key', async () => {
    const { client } = await withAdmin()
    for (const path of ['members', 'roles', 'invitations']) {
      expect(refusal(await client.call('GET', `${OWN}/${path}`))).toEqual([403, 'session_required'])
    }
  })
})

describe('invitations', () => {
  const tokenOf = (url: string) => /\/invitation\/([0-9a-f]{40})$/.exec(url)?.[1] ?? ''
  const cookieOf = (answer: Answer) =>
    /weir_session=([^;]+)/.exec(String(answer.headers['set-cookie']))?.[1] ?? ''
  const invite = async (admin: Visitor, email: string, roles = ['manager']) => {
    const { body } = await admin.call('POST', `${OWN}/invitations`, { invitation: { email, roles } })
    return { id: body.invitations[0].id as string, token: tokenOf(body.invitations[0].url) }
  }

  it('200 make a new user a member, who chooses a password', async () => {
    const { admin, client, mark } = await withAdmin()
    const email = `New@${mark}.example`
    const { token } = await invite(admin, email)
    const list = (await admin.call('GET', `${OWN}/invitations`)).body
    expect(list.invitations).toMatchObject([
      { email: email.toLowerCase(), roles: ['manager'], status: 'pending', invited_by: admin.email },
    ])
    expect(list.meta.total_count).toBe(1)
    expect(JSON.stringify(list)).not.toContain(token)
    expect((await ask('GET', `/invitation_links/${token}`)).body.invitation).toMatchObject({
      ...{ email: email.toLowerCase(), roles: ['manager'], has_account: false },
      organization: { name: 'Test Organization' },
    })
    const accept = (password: string) =>
      ask('POST', `/invitation_links/${token}/accept`, { password, name: 'N' })
    expect(failed(await accept('short'))).toEqual([422, { password: ['value_is_too_short'] }])
    const both = await Promise.all([accept(PASSWORD), accept(PASSWORD)])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 410])
    const accepted = both.find(({ status }) => status === 200)
    expect(accepted?.body.session).toMatchObject({
      user: { email: email.toLowerCase(), name: 'N' },
      memberships: [{ organization: { id: client.organizationId }, roles: ['manager'] }],
    })
    expect((await admin.call('GET', `${OWN}/invitations`)).body.meta.total_count).toBe(0)
    expect(refusal(await ask('GET', `/invitation_links/${token}`))).toEqual([410, 'invitation_expired'])
  })

  it('200 join with the account that one has: signed in, or with its password', async () => {
    const { client: theirs } = await withAdmin()
    const { admin, mark } = await withAdmin()
    const known = await visit(harness, theirs, `known@${mark}.example`, ['finance'])
    const first = await invite(admin, known.email)
    expect((await ask('GET', `/invitation_links/${first.token}`)).body.invitation.has_account).toBe(true)
    const accept = (token: string, body: object, headers?: Record<string, string>) =>
      ask('POST', `/invitation_links/${token}/accept`, body, headers)
    const wrong = await accept(first.token, { password: 'another password' })
    expect(refusal(wrong)).toEqual([401, 'invalid_credentials'])
    const session = { cookie: `weir_session=${known.token}` }
    expect(refusal(await accept(first.token, {}, session))).toEqual([403, 'csrf_token_invalid'])
    const joined = await accept(first.token, {}, { ...session, 'x-csrf-token': csrfTokenOf(known.token) })
    expect([joined.status, joined.body.session.memberships.length]).toEqual([200, 2])
    expect(joined.headers['set-cookie']).toBeUndefined()
    await makeUser(harness, `second@${mark}.example`)
    const second = await invite(admin, `second@${mark}.example`)
    const withPassword = await accept(second.token, { password: PASSWORD })
    expect(withPassword.status).toBe(200)
    expect(cookieOf(withPassword)).toMatch(/^[\w-]{43}$/)
  })

  it('403 invitation_for_other_address when somebody else is signed in', async () => {
    const { admin, mark } = await withAdmin()
    const { token } = await invite(admin, `friend@${mark}.example`)
    const headers = { cookie: `weir_session=${admin.token}`, 'x-csrf-token': csrfTokenOf(admin.token) }
    const answer = await ask('POST', `/invitation_links/${token}/accept`, {}, headers)
    expect(refusal(answer)).toEqual([403, 'invitation_for_other_address'])
  })

  it('422 for members, for whom one is open, and for what is no address; all or none are made', async () => {
    const { admin, mark } = await withAdmin()
    const post = (invitation: object) => admin.call('POST', `${OWN}/invitations`, { invitation })
    const roles = ['finance']
    await invite(admin, `open@${mark}.example`)
    const tries: [object, object][] = [
      [{ email: admin.email, roles }, { email: ['email_already_used'] }],
      [{ email: `OPEN@${mark}.example`, roles }, { email: ['invite_already_exists'] }],
      [{ emails: [`a@${mark}.example`, 'nobody'], roles }, { emails: ['invalid_email_format'] }],
      [{ emails: [`a@${mark}.example`, admin.email], roles }, { emails: ['email_already_used'] }],
      [{ emails: [], roles }, { emails: ['value_is_mandatory'] }],
      [{ roles }, { email: ['value_is_mandatory'] }],
      [{ email: `a@${mark}.example` }, { roles: ['value_is_mandatory'] }],
      [{ email: `a@${mark}.example`, roles: ['boss'] }, { roles: ['invalid_role'] }],
    ]
    for (const [invitation, details] of tries) expect(failed(await post(invitation))).toEqual([422, details])
    expect((await admin.call('GET', `${OWN}/invitations`)).body.meta.total_count).toBe(1)
    const many = await post({ emails: [`a@${mark}.example`, `b@${mark}.example`], roles })
    expect(many.body.invitations).toHaveLength(2)
  })

  it('410 once revoked or two weeks old; a new link or a new invitation replaces it', async () => {
    const { admin, client, mark } = await withAdmin()
    const first = await invite(admin, `one@${mark}.example`)
    const renewed = await admin.call('POST', `${OWN}/invitations/${first.id}/renew`)
    const token = tokenOf(renewed.body.invitation.url)
    expect(refusal(await ask('GET', `/invitation_links/${first.token}`))).toEqual([
      404,
      'invitation_not_found',
    ])
    expect((await ask('GET', `/invitation_links/${token}`)).status).toBe(200)
    const slug = await slugOf(harness, client.organizationId)
    const { system } = harness.context.database
    await sql`update invites set created_at = created_at - interval '14 days' where id = ${first.id}`.execute(
      system,
    )
    expect(refusal(await ask('GET', `/invitation_links/${token}`))).toEqual([410, 'invitation_expired'])
    const after = await later(admin, DAY_MS, slug)
    expect((await after.visitor.call('GET', `${OWN}/invitations`)).body.invitations[0].status).toBe('expired')
    await after.close()
    const second = await invite(admin, `one@${mark}.example`)
    expect((await admin.call('GET', `${OWN}/invitations`)).body.meta.total_count).toBe(1)
    const revoked = await admin.call('DELETE', `${OWN}/invitations/${second.id}`)
    expect(revoked.status).toBe(200)
    expect(refusal(await ask('GET', `/invitation_links/${second.token}`))).toEqual([
      410,
      'invitation_expired',
    ])
    const again = await admin.call('DELETE', `${OWN}/invitations/${second.id}`)
    expect(refusal(again)).toEqual([404, 'invitation_not_found'])
  })

  it('200 have links that are in no log, and are given once', async () => {
    const { admin, client, mark } = await withAdmin()
    const guest = await visit(harness, client, `guest@${mark}.example`, ['manager'])
    const { members } = (await admin.call('GET', `${OWN}/members`)).body
    const id = members.find((one: { email: string }) => one.email === guest.email).id
    const again = { 'idempotency-key': `key-${mark}` }
    const invitation = { email: `new@${mark}.example`, roles: ['manager'] }
    const made = await admin.call('POST', `${OWN}/invitations`, { invitation }, again)
    const renewed = await admin.call('POST', `${OWN}/invitations/${made.body.invitations[0].id}/renew`)
    const reset = await admin.call('POST', `${OWN}/members/${id}/password_reset`)
    const repeated = await admin.call('POST', `${OWN}/invitations`, { invitation }, again)
    expect(failed(repeated)).toEqual([422, { email: ['invite_already_exists'] }])
    await harness.app.callLog.flush()
    const { api_logs: calls } = (await admin.call('GET', '/api_logs')).body
    expect(calls.length).toBeGreaterThanOrEqual(4)
    const tokens = [made.body.invitations[0].url, renewed.body.invitation.url, reset.body.password_reset.url]
    for (const url of tokens) expect(JSON.stringify(calls)).not.toContain(url.split('/').at(-1))
    const { system } = harness.context.database
    const kept = await system
      .selectFrom('idempotentAnswers')
      .select('key')
      .where('organizationId', '=', client.organizationId)
      .execute()
    expect(kept).toEqual([])
  })

  it('200 open the organization that the operator made for an address', async () => {
    const made = await harness.app.inject({
      method: 'POST',
      url: '/admin/organizations',
      headers: { 'x-admin-api-key': 'test-admin-key', 'content-type': 'application/json' },
      payload: JSON.stringify({ name: 'Hooli', email: 'gavin@hooli.example' }),
    })
    const token = tokenOf(made.json().invite_url)
    const accepted = await ask('POST', `/invitation_links/${token}/accept`, { password: PASSWORD })
    expect(accepted.body.session.memberships).toMatchObject([
      { organization: { name: 'Hooli' }, roles: ['admin'] },
    ])
  })
})

describe('organizations of one’s own', () => {
  it('200 are made by whoever is signed in, also as sandboxes', async () => {
    const { admin } = await withAdmin()
    const made = await admin.call('POST', `${OWN}/organizations`, {
      name: 'Box',
      country: 'SE',
      sandbox: true,
    })
    expect([made.status, made.body.organization]).toMatchObject([
      200,
      { name: 'Box', is_sandbox: true, default_currency: 'SEK', timezone: 'Europe/Stockholm' },
    ])
    const inside = visitorOf(harness, admin, made.body.organization.slug)
    const moved = await inside.call('PUT', '/test_clock', { test_clock: { now: '2030-01-01T00:00:00Z' } })
    expect(moved.status).toBe(200)
    const key = await inside.call('POST', `${OWN}/api_keys`, { api_key: { name: 'first' } })
    expect(key.body.api_key.created_by).toBe(admin.email)
    expect(failed(await admin.call('POST', `${OWN}/organizations`, { country: 'XX' }))).toEqual([
      422,
      { name: ['value_is_mandatory'], country: ['not_a_valid_country_code'] },
    ])
    const stranger = await ask('POST', '/organizations', { name: 'x' })
    expect(refusal(stranger)).toEqual([401, 'session_required'])
  })
})

describe('API keys by session', () => {
  it('403 password_confirmation_required eleven minutes after the password was given', async () => {
    const { admin, client } = await withAdmin()
    const slug = await slugOf(harness, client.organizationId)
    const fresh = await admin.call('POST', `${OWN}/api_keys`, { api_key: { name: 'fresh' } })
    expect(fresh.status).toBe(200)
    const { visitor, close } = await later(admin, 11 * MINUTE_MS, slug)
    const { id } = { id: fresh.body.api_key.lago_id as string }
    const making = () => visitor.call('POST', `${OWN}/api_keys`, { api_key: { name: 'late' } })
    const rotating = () => visitor.call('POST', `${OWN}/api_keys/${id}/rotate`)
    expect(refusal(await making())).toEqual([403, 'password_confirmation_required'])
    expect(refusal(await rotating())).toEqual([403, 'password_confirmation_required'])
    const confirmed = await visitor.call('POST', `${OWN}/session/confirm`, { password: PASSWORD })
    expect(confirmed.status).toBe(200)
    expect((await making()).status).toBe(200)
    expect((await rotating()).status).toBe(200)
    await close()
  })

  it('422 for a key that may do more than the member', async () => {
    const { client, mark } = await withAdmin()
    await makeRole(harness, client.organizationId, 'keys', ['developers:keys:manage', 'plans:view'])
    const keeper = await visit(harness, client, `keys@${mark}.example`, ['keys'])
    const post = (permissions?: object) =>
      keeper.call('POST', `${OWN}/api_keys`, {
        api_key: { name: 'k', ...(permissions ? { permissions } : {}) },
      })
    expect(failed(await post({ plan: ['write'] }))).toEqual([422, { permissions: ['value_is_invalid'] }])
    const made = await post()
    expect(made.body.api_key.permissions).toMatchObject({ plan: ['read'], api_key: ['read', 'write'] })
    expect(made.body.api_key.permissions.invoice).toBeUndefined()
  })
})
