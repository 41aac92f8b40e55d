import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openConnection } from '../../src/actions/payment-providers/connection.ts'
import { readProvider } from '../../src/store/payment-providers.ts'
import { type FakeGoCardless, startGoCardless } from '../fakes/gocardless.ts'
import { OAUTH_APP } from '../fakes/gocardless-oauth.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const PATH = '/api/weir/v1/payment_providers'
const MINUTE_MS = 60_000

let harness: Harness
let fake: FakeGoCardless
let client: Client

beforeAll(async () => {
  fake = await startGoCardless()
  harness = await startHarness({ providerHosts: { gocardless: fake.url }, gocardlessApp: OAUTH_APP })
})
afterAll(async () => {
  await harness?.close()
  await fake?.close()
})
beforeEach(async () => {
  client = await harness.organization()
  fake.chaos = {}
  fake.state.oauth.nonsense.length = 0
  fake.asked.length = 0
})

const ask = async (by = client, search = '') => ok(by, 'GET', `${PATH}/gocardless/authorize${search}`)
/** The holder of an account agrees; what is exchanged after that. */
const agreed = async (by = client, token?: string) => {
  const { code: access_code, state } = fake.state.oauth.agree((await ask(by)).url, token)
  return { state, access_code, code: 'dd', name: 'Direct debits' }
}
const exchange = (body: object, by = client) => by.call('POST', `${PATH}/gocardless/exchange`, body)
const refused = async (answer: ReturnType<Client['call']>) => {
  const { status, body } = await answer
  return [status, body.code, body.error_details]
}
const connections = async (by = client) => (await ok(by, 'GET', PATH)).payment_providers
const exchanges = () => fake.asked.filter((each) => each === 'POST /oauth/access_token').length

async function within<T>(settings: object, run: () => Promise<T>): Promise<T> {
  const before = harness.context.settings
  Object.assign(harness.context, { settings: { ...before, ...settings } })
  try {
    return await run()
  } finally {
    Object.assign(harness.context, { settings: before })
  }
}

describe('access to an account at GoCardless', () => {
  it('200: is asked for on a page of GoCardless, under a state that nobody guesses', async () => {
    const { url, state } = await ask()
    const { origin, pathname, searchParams } = new URL(url)
    expect([origin, pathname]).toEqual([fake.url, '/oauth/authorize'])
    expect(Object.fromEntries(searchParams)).toEqual({
      response_type: 'code',
      client_id: OAUTH_APP.id,
      scope: 'read_write',
      redirect_uri: 'https://proxy.example/gocardless/callback',
      state,
    })
    expect(state).toMatch(/^[\w-]{43}$/)
    expect((await ask()).state).not.toBe(state)
    const { rows } = await sql<{ text: string }>`
      select provider_authorizations::text as text from provider_authorizations`.execute(
      harness.context.database.system,
    )
    expect(rows.length).toBeGreaterThan(1)
    expect(rows.some(({ text }) => text.includes(state))).toBe(false)
  })

  it('200: makes a connection whose token is encrypted and never shown', async () => {
    const { status, body } = await exchange(await agreed(client, 'e72e16c7e42f292c6912e7710c838347ae178b4a'))
    expect(status).toBe(200)
    const { payment_provider: made } = body
    expect(made).toMatchObject({
      type: 'gocardless',
      code: 'dd',
      name: 'Direct debits',
      mode: 'test',
      environment: 'sandbox',
      state: 'active',
      access_token: '••••••••…b4a',
      account_id: 'CR00000001',
    })
    expect(made.webhook_secret).toMatch(/^[A-Za-z0-9]{50}$/)
    const row = await harness.context.database.read(client.organizationId, (reads) =>
      readProvider(reads, made.lago_id),
    )
    expect(JSON.stringify(row.secrets)).not.toContain('e72e16c7e4')
    const { secrets } = openConnection(harness.context, row).connection
    expect(secrets.access_token).toBe('e72e16c7e42f292c6912e7710c838347ae178b4a')
    expect(fake.asked).toEqual(['POST /oauth/access_token', 'GET /creditors'])
    const { connection_test: tested } = await ok(client, 'POST', `${PATH}/${made.lago_id}/test`)
    expect(tested).toMatchObject({ ok: true, account: 'CR00000001' })
    const { payment_providers: all } = await ok(client, 'GET', PATH)
    expect(all[0].webhook_secret).toBe(`••••••••…${made.webhook_secret.slice(-3)}`)
  })

  it('keeps codes and secrets out of the log of calls', async () => {
    const given = await agreed()
    const { body } = await exchange(given)
    const { webhook_secret: secret } = body.payment_provider
    await expect.poll(async () => (await ok(client, 'GET', '/api_logs')).api_logs.length).toBeGreaterThan(0)
    const [{ request_id: id }] = (await ok(client, 'GET', '/api_logs')).api_logs
    const text = JSON.stringify(await ok(client, 'GET', `/api_logs/${id}`))
    expect(text).toContain('gocardless/exchange')
    for (const hidden of [given.access_code, secret]) expect(text).not.toContain(hidden)
  })

  it('422: names every field that is missing, and uses nothing up', async () => {
    expect(await refused(exchange({ name: ' ' }))).toEqual([
      422,
      'validation_errors',
      {
        state: ['value_is_mandatory'],
        access_code: ['value_is_mandatory'],
        code: ['value_is_mandatory'],
        name: ['value_is_mandatory'],
      },
    ])
    const given = await agreed()
    expect((await exchange({ ...given, name: '' })).status).toBe(422)
    expect((await exchange(given)).status).toBe(200)
  })

  it('422: has a code of its own, also among connections to others, and the state stays good', async () => {
    expect((await exchange(await agreed())).status).toBe(200)
    const given = await agreed()
    expect(await refused(exchange(given))).toEqual([
      422,
      'validation_errors',
      { code: ['value_already_exist'] },
    ])
    expect(exchanges()).toBe(1)
    const cashfree = { type: 'cashfree', code: 'cf', name: 'C', client_id: 'id', client_secret: 'secret' }
    await ok(client, 'POST', PATH, { payment_provider: cashfree })
    expect((await exchange({ ...given, code: 'cf' })).body.error_details).toEqual({
      code: ['value_already_exist'],
    })
    expect((await exchange({ ...given, code: 'dd2' })).status).toBe(200)
  })

  it('422: a state of nobody, or of another organization, which keeps it', async () => {
    const wrong = [422, 'validation_errors', { state: ['value_is_invalid'] }]
    const given = await agreed()
    const other = await harness.organization()
    expect(await refused(exchange(given, other))).toEqual(wrong)
    expect(await refused(exchange({ ...given, state: `${given.state}x` }))).toEqual(wrong)
    expect(exchanges()).toBe(0)
    expect(await connections(other)).toEqual([])
    expect((await exchange(given)).status).toBe(200)
  })

  it('410: a state is for one exchange, of many at once too', async () => {
    const given = await agreed()
    const answers = await Promise.all(
      ['a', 'b', 'c', 'd', 'e'].map((code) => refused(exchange({ ...given, code }))),
    )
    expect(answers.filter(([status]) => status === 200)).toHaveLength(1)
    expect(answers.filter(([status]) => status !== 200)).toEqual(
      Array.from({ length: 4 }, () => [410, 'authorization_used', undefined]),
    )
    expect(exchanges()).toBe(1)
    expect(await connections()).toHaveLength(1)
  })

  it('410: a state is good for ten minutes of real time', async () => {
    const { systemNow } = harness.context
    const [early, late] = [await agreed(), await agreed()]
    // The clock of the sandbox does not count.
    await client.clock('2029-01-01T00:00:00Z')
    try {
      const began = systemNow()
      Object.assign(harness.context, { systemNow: () => began + 10 * MINUTE_MS - 5000 })
      expect((await exchange(early)).status).toBe(200)
      Object.assign(harness.context, { systemNow: () => began + 10 * MINUTE_MS })
      expect(await refused(exchange({ ...late, code: 'late' }))).toEqual([
        410,
        'authorization_expired',
        undefined,
      ])
      expect(exchanges()).toBe(1)
      // What nobody asks for any more is not kept.
      Object.assign(harness.context, { systemNow: () => began + 25 * 60 * MINUTE_MS })
      await ask()
      expect(await refused(exchange({ ...late, code: 'late' }))).toEqual([
        422,
        'validation_errors',
        { state: ['value_is_invalid'] },
      ])
    } finally {
      Object.assign(harness.context, { systemNow })
    }
  })

  it('422: a code that GoCardless denies', async () => {
    const given = await agreed()
    expect(await refused(exchange({ ...given, access_code: 'code-of-nobody' }))).toEqual([
      422,
      'validation_errors',
      { access_code: ['value_is_invalid'] },
    ])
    expect(await connections()).toEqual([])
    expect((await exchange(given)).body.code).toBe('authorization_used')
  })

  it('422: an app that GoCardless does not know', async () => {
    const given = await agreed()
    const answer = await within({ gocardlessApp: { id: OAUTH_APP.id, secret: 'wrong' } }, () =>
      exchange(given),
    )
    expect(answer.body).toMatchObject({
      status: 422,
      code: 'third_party_error',
      error_details: { third_party: 'GoCardless', thirdparty_error: 'invalid_client' },
    })
    expect(await connections()).toEqual([])
  })

  it.each([
    ['a body without a token', { status: 200, body: { token_type: 'bearer' } }],
    ['a token that is none', { status: 200, body: { access_token: 'with a\r\nline' } }],
    ['a token of a real account', { status: 200, body: { access_token: 'live_abc' } }],
    ['a list', { status: 200, body: [] }],
    ['an error without a name', { status: 400, body: { error: { type: 'x' } } }],
    ['a redirect', { status: 302, body: {} }],
  ])('422: %s', async (_what, nonsense) => {
    const given = await agreed()
    fake.state.oauth.nonsense.push(nonsense)
    const { body } = await exchange(given)
    expect(body).toMatchObject({
      status: 422,
      code: 'third_party_error',
      error_details: { third_party: 'GoCardless', thirdparty_error: 'an answer that cannot be read' },
    })
    expect(await connections()).toEqual([])
  })

  it.each([
    ['reset_before', 422, 'third_party_error'],
    ['error500_after', 422, 'third_party_error'],
    ['html502', 422, 'third_party_error'],
    ['half_body', 422, 'third_party_error'],
    ['rate429', 429, 'too_many_provider_requests'],
  ] as const)('%s: is refused, and nothing is left', async (mischief, status, code) => {
    const given = await agreed()
    fake.chaos = { [mischief]: 1000 }
    const answer = await exchange(given)
    fake.chaos = {}
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect(await connections()).toEqual([])
    expect((await exchange(given)).body.code).toBe('authorization_used')
    expect((await exchange(await agreed())).status).toBe(200)
  })

  it('422: nobody answers, or too late', async () => {
    const given = await agreed()
    const away = await within({ providerHosts: { gocardless: 'http://127.0.0.1:1' } }, () => exchange(given))
    expect(away.body.error_details).toEqual({ third_party: 'GoCardless', thirdparty_error: 'no answer' })
    const another = await agreed()
    fake.chaos = { hang_before: 1000 }
    const late = await within({ providerHosts: { gocardless: `${fake.url}#timeout=200` } }, () =>
      exchange(another),
    )
    expect(late.body.error_details).toEqual({ third_party: 'GoCardless', thirdparty_error: 'no answer' })
    expect(await connections()).toEqual([])
  })

  it('422: a token that does not open the account', async () => {
    fake.state.revoke('revoked')
    expect(await refused(exchange(await agreed(client, 'revoked')))).toEqual([
      422,
      'validation_errors',
      { access_token: ['invalid_credentials'] },
    ])
    expect(await connections()).toEqual([])
  })

  it('422: an environment that is none, that a sandbox may not have, or that a fake stands in for', async () => {
    const authorize = (by: Client, search: string) =>
      refused(by.call('GET', `${PATH}/gocardless/authorize${search}`))
    expect(await authorize(client, '?environment=moon')).toEqual([
      422,
      'validation_errors',
      { environment: ['value_is_invalid'] },
    ])
    expect(await authorize(client, '?environment=live')).toEqual([
      422,
      'validation_errors',
      { environment: ['live_credentials_in_sandbox'] },
    ])
    const real = await harness.organization({ sandbox: false })
    expect(await authorize(real, '')).toEqual([422, 'validation_errors', { mode: ['value_is_invalid'] }])
    expect((await ask(real, '?environment=sandbox')).url).toContain('/oauth/authorize?')
    const url = (await within({ providerHosts: {} }, () => ask(real))).url
    expect(url).toMatch(/^https:\/\/connect\.gocardless\.com\/oauth\/authorize\?/)
    const test = (await within({ providerHosts: {} }, () => ask())).url
    expect(test).toMatch(/^https:\/\/connect-sandbox\.gocardless\.com\/oauth\/authorize\?/)
  })

  it('403: without an app, and 422 without a key to keep the token with', async () => {
    const given = await agreed()
    const missing = [403, 'oauth_app_missing', undefined]
    await within({ gocardlessApp: null }, async () => {
      expect(await refused(client.call('GET', `${PATH}/gocardless/authorize`))).toEqual(missing)
      expect(await refused(exchange(given))).toEqual(missing)
    })
    await within({ encryptionKeys: [] }, async () => {
      expect(await refused(exchange(given))).toEqual([
        422,
        'validation_errors',
        { base: ['encryption_key_missing'] },
      ])
    })
    expect(exchanges()).toBe(0)
    expect((await exchange(given)).status).toBe(200)
  })
})
