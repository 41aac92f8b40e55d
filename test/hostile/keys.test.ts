import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { ADMIN_KEY, type Client, type Harness, startHarness } from '../support/harness.ts'

// Keys: who has which, how they end, and how hard it is to guess one.

const HOUR_MS = 3_600_000

let harness: Harness
let client: Client
const warn = vi.spyOn(console, 'error').mockImplementation(() => undefined)

beforeAll(async () => {
  harness = await startHarness()
  client = await harness.organization({ sandbox: false })
})
afterAll(async () => {
  warn.mockRestore()
  await harness?.close()
})

async function keys(method: string, path: string, body?: unknown, secret = client.apiKey) {
  const answer = await harness.app.inject({
    method: method as 'GET',
    url: `/api/weir/v1/api_keys${path}`,
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  })
  return { status: answer.statusCode, body: answer.json() }
}

const statusWith = async (secret: string, path = '/api/v1/plans', method = 'GET') =>
  (
    await harness.app.inject({
      method: method as 'GET',
      url: path,
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      ...(method === 'GET' ? {} : { payload: '{}' }),
    })
  ).statusCode

describe('API keys', () => {
  it('are made, shown once, listed without their secrets', async () => {
    const made = await keys('POST', '', { api_key: { name: 'reader', permissions: { plan: ['read'] } } })
    expect([made.status, made.body.api_key]).toMatchObject([
      200,
      { name: 'reader', permissions: { plan: ['read'] }, expires_at: null, last_used_at: null },
    ])
    const secret: string = made.body.api_key.value
    expect(secret).toMatch(/^[0-9a-f-]{36}$/)
    expect(made.body.api_key.last_characters).toBe(secret.slice(-4))
    expect(await statusWith(secret)).toBe(200)
    expect(await statusWith(secret, '/api/v1/plans', 'POST')).toBe(403)
    expect((await keys('GET', '', undefined, secret)).status).toBe(403)
    const list = await keys('GET', '')
    expect(list.body.meta.total_count).toBe(2)
    expect(JSON.stringify(list.body)).not.toContain(secret)
    expect(JSON.stringify(list.body)).not.toContain('secret_hash')
  })

  it('give on what they have themselves, and no more', async () => {
    const permissions = { api_key: ['read', 'write'], plan: ['read'] }
    const { body } = await keys('POST', '', { api_key: { name: 'manager', permissions } })
    const manager: string = body.api_key.value
    const more = await keys('POST', '', { api_key: { permissions: { plan: ['write'] } } }, manager)
    expect([more.status, more.body.error_details]).toEqual([422, { permissions: ['value_is_invalid'] }])
    const same = await keys('POST', '', { api_key: {} }, manager)
    expect(same.body.api_key.permissions).toEqual(permissions)
    const all = (await keys('GET', '')).body.api_keys.find(
      ({ last_characters }: { last_characters: string }) => last_characters === client.apiKey.slice(-4),
    )
    const rotated = await keys('POST', `/${all.lago_id}/rotate`, undefined, manager)
    expect([rotated.status, rotated.body.code]).toEqual([403, 'write_action_not_allowed_for_api_key'])
  })

  it('are rotated with an overlap, or at once', async () => {
    const { body } = await keys('POST', '', { api_key: { name: 'old' } })
    const { value, lago_id: id } = body.api_key
    expect(await statusWith(value)).toBe(200)
    const end = new Date(Date.now() + HOUR_MS).toISOString()
    const next = await keys('POST', `/${id}/rotate`, { api_key: { expires_at: end } })
    expect([next.status, next.body.api_key.name]).toEqual([200, 'old'])
    expect([await statusWith(value), await statusWith(next.body.api_key.value)]).toEqual([200, 200])
    const old = (await keys('GET', '')).body.api_keys.find(
      ({ lago_id }: { lago_id: string }) => lago_id === id,
    )
    expect(Date.parse(old.expires_at)).toBeLessThanOrEqual(Date.parse(end))
    // The old one now ends at once, although it was believed a moment ago.
    expect((await keys('POST', `/${id}/rotate`)).status).toBe(200)
    expect(await statusWith(value)).toBe(401)
    expect((await keys('POST', `/${id}/rotate`)).status).toBe(404)
  })

  it('are revoked at once, all but the last without an end', async () => {
    const other = await harness.organization({ sandbox: false })
    const own = (await keys('GET', '', undefined, other.apiKey)).body.api_keys[0]
    const last = await keys('DELETE', `/${own.lago_id}`, undefined, other.apiKey)
    expect([last.status, last.body.code]).toEqual([405, 'last_non_expiring_api_key'])
    const ending = new Date(Date.now() + HOUR_MS).toISOString()
    const { body } = await keys('POST', '', { api_key: { expires_at: ending } }, other.apiKey)
    expect(await statusWith(body.api_key.value)).toBe(200)
    expect((await keys('DELETE', `/${own.lago_id}`, undefined, other.apiKey)).status).toBe(405)
    expect((await keys('DELETE', `/${body.api_key.lago_id}`, undefined, other.apiKey)).status).toBe(200)
    expect(await statusWith(body.api_key.value)).toBe(401)
    // Nobody reaches the keys of another organization.
    expect((await keys('DELETE', `/${own.lago_id}`)).status).toBe(404)
    expect((await keys('DELETE', '/nonsense')).status).toBe(404)
    expect(await statusWith(other.apiKey)).toBe(200)
  })

  it('two parallel revocations leave one key', async () => {
    const other = await harness.organization({ sandbox: false })
    await keys('POST', '', { api_key: {} }, other.apiKey)
    const { api_keys: both } = (await keys('GET', '', undefined, other.apiKey)).body
    const ended = await Promise.all(
      both.map(({ lago_id }: { lago_id: string }) => keys('DELETE', `/${lago_id}`, undefined, other.apiKey)),
    )
    expect(ended.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  it('422 for what is no name, no permission and no future', async () => {
    for (const [input, details] of [
      [{ name: {} }, { name: ['value_is_invalid'] }],
      [{ name: 'x'.repeat(256) }, { name: ['value_is_too_long'] }],
      [{ permissions: { nothing: ['read'] } }, { permissions: ['value_is_invalid'] }],
      [{ permissions: { plan: ['own'] } }, { permissions: ['value_is_invalid'] }],
      [{ permissions: { toString: 1 } }, { permissions: ['value_is_invalid'] }],
      [{ expires_at: 'soon' }, { expires_at: ['invalid_date'] }],
      [{ expires_at: '2020-01-01' }, { expires_at: ['value_is_out_of_range'] }],
    ] as const) {
      const { status, body } = await keys('POST', '', { api_key: input })
      expect([status, body.error_details]).toEqual([422, details])
    }
  })
})

describe('wrong keys', () => {
  it('of the operator are answered ten times, then refused for a while, and logged', async () => {
    const app = buildApp(harness.context)
    const guess = async (key: string) => {
      const { statusCode, headers } = await app.inject({
        method: 'POST',
        url: '/admin/organizations',
        headers: { 'x-admin-api-key': key, 'content-type': 'application/json' },
        payload: '{"name":"N"}',
      })
      return { statusCode, after: headers['retry-after'] }
    }
    expect((await guess(ADMIN_KEY)).statusCode).toBe(201)
    warn.mockClear()
    const statuses: number[] = []
    const begun = performance.now()
    for (let i = 0; i < 500; i += 1) statuses.push((await guess(`guess ${i}`)).statusCode)
    const forgiven = Math.ceil((performance.now() - begun) / 6000)
    expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(10 + forgiven)
    expect(statuses.at(-1)).toBe(429)
    expect(Number((await guess('once more')).after)).toBeGreaterThan(0)
    expect(warn).toHaveBeenCalledWith('the admin API key was wrong', { address: '127.0.0.1', times: 1 })
    expect(JSON.stringify(warn.mock.calls)).not.toContain('guess')
    await app.close()
  })

  it('of an organization come slowly after ten, and harm no right one', async () => {
    const app = buildApp(harness.context)
    const ask = (key: string) =>
      app.inject({ url: '/api/v1/plans', headers: { authorization: `Bearer ${key}` } })
    for (let i = 0; i < 12; i += 1) expect((await ask(`wrong ${i}`)).statusCode).toBe(401)
    const begun = performance.now()
    expect((await ask('wrong again')).statusCode).toBe(401)
    expect(performance.now() - begun).toBeGreaterThan(900)
    const right = performance.now()
    expect((await ask(client.apiKey)).statusCode).toBe(200)
    expect(performance.now() - right).toBeLessThan(900)
    await app.close()
  })
})

describe('answers', () => {
  it.each(['/api/v1/plans', '/nowhere', '/openapi.json', '/docs'])(
    'carry security headers: %s',
    async (url) => {
      const { headers } = await harness.app.inject({
        url,
        headers: { authorization: `Bearer ${client.apiKey}` },
      })
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'strict-transport-security': 'max-age=31536000',
      })
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
      expect(headers['x-powered-by']).toBeUndefined()
    },
  )

  it('the page of the API loads its own scripts, and nothing else loads anything', async () => {
    const page = await harness.app.inject({ url: '/docs' })
    expect(page.statusCode).toBe(200)
    expect(page.headers['content-security-policy']).toMatch(
      /^default-src 'self'; style-src 'self' 'unsafe-inline';/,
    )
    // Nothing inline: the policy would stop it.
    expect(page.body).not.toMatch(/<script(?![^>]*\ssrc=)/)
    const plain = await harness.app.inject({ url: '/openapi.json' })
    expect(plain.headers['content-security-policy']).toContain("default-src 'none'")
  })

  it.each([
    ['a UUID', '0b0c6a5e-9f0e-4a57-9d0e-7c7a4be0d5f1', true],
    ['a trace id', '00-4bf92f3577b34da6a3ce929d0e0e4736:1', true],
    ['a script', '<script>alert(1)</script>', false],
    ['blanks', 'a b', false],
    ['too much', 'x'.repeat(129), false],
    ['a quote', "a'b", false],
  ])('echo a request id of the plain form alone: %s', async (_name, id, isEchoed) => {
    const { headers } = await harness.app.inject({ url: '/nowhere', headers: { 'x-request-id': id } })
    expect(headers['x-request-id'] === id).toBe(isEchoed)
    expect(headers['x-request-id']).toMatch(/^[\w.:=+/-]{1,128}$/)
  })
})
