import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dropOldSecurity } from '../../src/actions/security-logs/drop-old-security.ts'
import { DAY_MS, instant } from '../../src/core/calendar/instant.ts'
import { PASSWORD, type Visitor, visit } from '../support/browser-session.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const OWN = '/api/weir/v1'
const FUTURE = '/security_logs?to_date=2100-01-01'

let harness: Harness
let client: Client
let admin: Visitor
beforeAll(async () => {
  harness = await startHarness()
  client = await harness.organization()
  admin = await visit(harness, client, 'admin@example.com', ['admin'])
})
afterAll(() => harness?.close())

async function signIn(email: string, password: string, userAgent: string): Promise<number> {
  const answer = await harness.app.inject({
    method: 'POST',
    url: `${OWN}/session`,
    headers: { 'content-type': 'application/json', 'user-agent': userAgent },
    payload: JSON.stringify({ email, password }),
  })
  return answer.statusCode
}

type Entry = { log_event: string; user_email: string | null; resources: object; device_info: object }

const entries = async (query = ''): Promise<Entry[]> =>
  (await admin.call('GET', `${OWN}/security_logs${query}`)).body.security_logs

describe('the security log', () => {
  it('200 tells of sign-ins and failures, and from which device', async () => {
    expect(await signIn('admin@example.com', 'wrong password', 'a phone')).toBe(401)
    expect(await signIn('admin@example.com', PASSWORD, 'a phone')).toBe(200)
    expect(await signIn('admin@example.com', PASSWORD, 'a phone')).toBe(200)
    const seen = await entries('?log_types[]=user')
    expect(seen.map((one) => one.log_event)).toEqual([
      'user.signed_in',
      'user.new_device_logged_in',
      'user.sign_in_failed',
      'user.new_device_logged_in',
    ])
    expect(seen[0]).toMatchObject({
      user_email: 'admin@example.com',
      device_info: { ip_address: '127.0.0.1', user_agent: 'a phone' },
    })
    expect(JSON.stringify(seen)).not.toContain(PASSWORD)
  })

  it('200 tells of keys, by session and by key, without their values', async () => {
    const made = await admin.call('POST', `${OWN}/api_keys`, { api_key: { name: 'mine' } })
    const byKey = await client.call('POST', `${OWN}/api_keys`, { api_key: { name: 'by key' } })
    const { lago_id: id, value } = made.body.api_key
    const rotated = await admin.call('POST', `${OWN}/api_keys/${id}/rotate`, {
      api_key: { name: 'mine again' },
    })
    await client.call('DELETE', `${OWN}/api_keys/${byKey.body.api_key.lago_id}`)
    const seen = await entries('?log_types[]=api_key')
    expect(seen).toMatchObject([
      { log_event: 'api_key.deleted', user_email: null, resources: { name: 'by key' } },
      { log_event: 'api_key.rotated', user_email: 'admin@example.com', resources: { replaces: id } },
      { log_event: 'api_key.created', user_email: null },
      { log_event: 'api_key.created', user_email: 'admin@example.com', resources: { id, name: 'mine' } },
    ])
    for (const secret of [value, rotated.body.api_key.value])
      expect(JSON.stringify(seen)).not.toContain(secret)
  })

  it('200 tells of endpoints, billing entities and the organization, and keeps what a URL may hide to itself', async () => {
    const url = 'https://user:hidden@hooks.example.com/weir?token=hidden'
    const made = await client.call('POST', '/webhook_endpoints', { webhook_endpoint: { webhook_url: url } })
    const { lago_id: id } = made.body.webhook_endpoint
    await client.call('PUT', `/webhook_endpoints/${id}`, {
      webhook_endpoint: { event_types: ['invoice.created'] },
    })
    await client.call('PUT', '/organizations', {
      organization: { webhook_url: 'https://other.example.com/' },
    })
    await client.call('DELETE', `/webhook_endpoints/${id}`)
    await client.call('POST', '/billing_entities', { billing_entity: { code: 'branch', name: 'Branch' } })
    await client.call('PUT', '/billing_entities/branch', { billing_entity: { name: 'Renamed' } })
    const seen = await entries('?log_types[]=webhook_endpoint&log_types[]=billing_entity')
    const at = (webhook_url: string) => ({ id, webhook_url })
    expect(seen).toMatchObject([
      { log_event: 'billing_entity.updated', resources: { code: 'branch', name: 'Renamed' } },
      { log_event: 'billing_entity.created', resources: { code: 'branch', name: 'Branch' } },
      { log_event: 'webhook_endpoint.deleted', resources: at('https://other.example.com/') },
      { log_event: 'webhook_endpoint.updated', resources: at('https://other.example.com/') },
      { log_event: 'webhook_endpoint.updated', resources: at('https://hooks.example.com/weir') },
      { log_event: 'webhook_endpoint.created', resources: at('https://hooks.example.com/weir') },
    ])
    expect(JSON.stringify(seen)).not.toContain('hidden')
  })

  it('200 tells of roles, invitations and members', async () => {
    const role = { name: 'Reader', permissions: ['plans:view'] }
    await admin.call('POST', `${OWN}/roles`, { role })
    await admin.call('PUT', `${OWN}/roles/reader`, { role: { permissions: ['addons:view'] } })
    const invitation = { email: 'friend@example.com', roles: ['reader'] }
    const invited = await admin.call('POST', `${OWN}/invitations`, { invitation })
    await admin.call('DELETE', `${OWN}/invitations/${invited.body.invitations[0].id}`)
    const guest = await visit(harness, client, 'guest@example.com', ['reader'])
    const { members } = (await admin.call('GET', `${OWN}/members`)).body
    const { id } = members.find((one: { email: string }) => one.email === guest.email)
    await admin.call('PUT', `${OWN}/members/${id}`, { member: { roles: ['manager'] } })
    await admin.call('DELETE', `${OWN}/members/${id}`)
    await admin.call('DELETE', `${OWN}/roles/reader`)
    const events = ['role.created', 'role.updated', 'role.deleted', 'user.role_edited', 'user.deleted']
    const more = ['user.invited', 'user.invitation_revoked']
    const query = [...events, ...more].map((event) => `log_events[]=${event}`).join('&')
    const seen = await entries(`?${query}`)
    expect(seen.map((one) => [one.log_event, one.resources])).toEqual([
      ['role.deleted', { code: 'reader' }],
      ['user.deleted', { email: 'guest@example.com', roles: ['manager'] }],
      ['user.role_edited', { email: 'guest@example.com', roles: [['reader'], ['manager']] }],
      ['user.invitation_revoked', { email: 'friend@example.com', roles: ['reader'] }],
      ['user.invited', { email: 'friend@example.com', roles: ['reader'] }],
      ['role.updated', { code: 'reader', permissions: [['plans:view'], ['addons:view']] }],
      ['role.created', { code: 'reader', permissions: ['plans:view'] }],
    ])
  })

  it('200 is filtered by user, key and time, and one entry is shown', async () => {
    const mine = await entries(`?user_ids[]=${admin.userId}`)
    expect(mine.every((one) => one.user_email === 'admin@example.com')).toBe(true)
    expect(await entries('?api_key_ids[]=not-an-id')).toEqual([])
    expect(await entries('?to_date=2020-01-01')).toEqual([])
    expect(await entries('?from_date=2100-01-01&to_date=2100-01-02')).toEqual([])
    const list = await client.call('GET', FUTURE)
    expect(list.body.meta.total_count).toBeGreaterThan(5)
    const [first] = list.body.security_logs
    const shown = await client.call('GET', `/security_logs/${first.log_id}`)
    expect([shown.status, shown.body.security_log]).toEqual([200, first])
  })

  it('422 for a list of Lago’s route without to_date, and for unknown words', async () => {
    const answer = await client.call('GET', '/security_logs')
    expect([answer.status, answer.body.error_details]).toEqual([422, { to_date: ['value_is_mandatory'] }])
    const unknown = await client.call('GET', `${FUTURE}&log_events[]=user.flew`)
    expect(unknown.body.error_details).toEqual({ log_events: ['value_is_invalid'] })
  })

  it('404 for the entry of another organization', async () => {
    const [first] = (await client.call('GET', FUTURE)).body.security_logs
    const other = await harness.organization()
    for (const id of [first.log_id, 'nothing']) {
      const answer = await other.call('GET', `/security_logs/${id}`)
      expect([answer.status, answer.body.code]).toEqual([404, 'security_log_not_found'])
    }
    expect((await other.call('GET', FUTURE)).body.meta.total_count).toBe(0)
  })

  it('is kept for ninety days, and sessions until they have ended', async () => {
    const { system } = harness.context.database
    const before = await entries()
    const at = (days: number) => () => instant(harness.context.systemNow() + days * DAY_MS)
    await dropOldSecurity({ ...harness.context, systemNow: at(6) })
    expect(await entries()).toEqual(before)
    expect((await system.selectFrom('sessions').select('id').execute()).length).toBeGreaterThan(1)
    await dropOldSecurity({ ...harness.context, systemNow: at(91) })
    expect(await system.selectFrom('securityLogs').select('id').execute()).toEqual([])
    expect(await system.selectFrom('sessions').select('id').execute()).toEqual([])
  })
})
