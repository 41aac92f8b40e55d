import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshDatabase } from '../support/database.ts'
import { ADMIN_KEY, type Client, type Harness, startHarness } from '../support/harness.ts'
import { headOf, openRaw } from '../support/raw-http.ts'
import { PROCESS_KEY, WeirProcess } from '../support/weir-process.ts'

// Nobody unknown makes the server work, and nobody known makes it stand still.

const MB = 1024 * 1024
const TEN_MB = 10 * MB
/** The longest that the loop may stand still: about 50 ms on an idle machine, and tests share theirs. It was 12 s. */
const BLOCKED_MAX_MS = 400
const TRIES = 3

let harness: Harness
let client: Client
let address: string

beforeAll(async () => {
  harness = await startHarness()
  client = await harness.organization()
  address = await harness.app.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(() => harness?.close())

const fill = (start: string, piece: string, end: string, bytes = TEN_MB) =>
  `${start}${piece.repeat(Math.floor((bytes - start.length - end.length) / piece.length))}${end}`

/** The bodies that kept a server busy for seconds each. */
const HEAVY = {
  'nested arrays and an escape':
    `{"a":"\\ud83d\\ude00","b":${'['.repeat(5_000_000)}${']'.repeat(5_000_000)}}`.slice(0, TEN_MB),
  'numbers with exponents': fill('[', '1e1,', '1e1]'),
  'lists of nothing': fill('[', '[],', '1]'),
  'ten million digits': '9'.repeat(TEN_MB),
  'a text of escapes': fill('"', '\\u0041', '"'),
  'a long text': fill('"', 'é', '"', TEN_MB / 2 - 50),
  'small objects': fill('[', '{"a":1},', '1]'),
  'long fractions': fill('[', '0.12345678901234567,', '1]'),
}

type Sent = { readonly status: number; readonly blockedMs: number; readonly body: string }

/** Sends a body and tells the answer, and for how long the event loop stood still meanwhile. */
async function post(path: string, body: string, headers: Record<string, string> = {}): Promise<Sent> {
  const bytes = Buffer.from(body)
  const raw = await openRaw(address)
  raw.write(headOf('POST', path, bytes.length, { 'content-type': 'application/json', ...headers }))
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  raw.socket.write(bytes)
  const status = await raw.status()
  await sleep(20)
  delay.disable()
  raw.socket.destroy()
  return { status, blockedMs: delay.max / 1e6, body: raw.received() }
}

const bearer = () => ({ authorization: `Bearer ${client.apiKey}` })

describe('a body is not read before its sender is known', () => {
  it.each(Object.entries(HEAVY))('%s', async (_name, body) => {
    const wanted = [
      ['/admin/organizations', 401, {}],
      ['/nowhere', 404, {}],
      ['/api/v1/plans', 401, {}],
      ['/api/v1/plans', 401, { authorization: 'Bearer 00000000-0000-0000-0000-000000000000' }],
      ['/api/v1/nowhere', 401, {}],
      ['/api/v1/nowhere', 404, bearer()],
    ] as const
    for (const [path, status, headers] of wanted) {
      const raw = await openRaw(address)
      // The head alone is answered: the body may never come.
      raw.write(headOf('POST', path, body.length, { 'content-type': 'application/json', ...headers }))
      expect([path, await raw.status()]).toEqual([path, status])
      raw.socket.destroy()
      const sent = await post(path, body, headers)
      expect([path, sent.status]).toEqual([path, status])
      expect(sent.blockedMs).toBeLessThan(BLOCKED_MAX_MS)
    }
  })

  it('with a wrong admin key neither', async () => {
    const headers = { 'x-admin-api-key': 'wrong' }
    const sent = await post('/admin/organizations', HEAVY['lists of nothing'], headers)
    expect(sent.status).toBe(401)
    expect(sent.blockedMs).toBeLessThan(BLOCKED_MAX_MS)
  })

  it('eight at once leave the others alone', async () => {
    const [nested = '', numbers = ''] = Object.values(HEAVY)
    const begun = performance.now()
    const sent = Promise.all(
      [nested, numbers].flatMap((body) =>
        ['/admin/organizations', '/nowhere'].flatMap((path) => [post(path, body), post(path, body)]),
      ),
    )
    const others: number[] = []
    for (let i = 0; i < 10; i += 1) {
      const at = performance.now()
      expect((await client.call('GET', '/plans')).status).toBe(200)
      others.push(performance.now() - at)
    }
    expect((await sent).map(({ status }) => status).sort()).toEqual([401, 401, 401, 401, 404, 404, 404, 404])
    expect(Math.max(...others)).toBeLessThan(2000)
    expect(performance.now() - begun).toBeLessThan(20_000)
  })
})

describe('a body of somebody known', () => {
  it('is at most 1 MB', async () => {
    const body = fill('{"plan":{"name":"', 'x', '"}}', MB + 1)
    expect((await post('/api/v1/plans', body, bearer())).status).toBe(413)
    const admin = { 'x-admin-api-key': ADMIN_KEY }
    expect((await post('/admin/organizations', body, admin)).status).toBe(413)
    expect((await post('/api/v1/events/estimate_fees', body, bearer())).status).toBe(413)
  })

  it('is at most 10 MB for events', async () => {
    const event = `{"transaction_id":"t","code":"c","properties":{"a":"${'x'.repeat(200)}"}},`
    expect((await post('/api/v1/events/batch', fill('{"events":[', event, '{}]}'), bearer())).status).toBe(
      422,
    )
    const beyond = fill('{"events":[', event, '{}]}', TEN_MB + 100)
    expect((await post('/api/v1/events/batch', beyond, bearer())).status).toBe(413)
  })

  it.each(Object.entries(HEAVY))('does not stop the loop: %s', async (_name, body) => {
    for (const whole of [
      body,
      `{"events":${body}}`.slice(0, TEN_MB),
      `{"event":{"properties":{"a":${body}}}}`.slice(0, TEN_MB),
    ]) {
      // What the body does it does each time; a machine with much else to do stops the loop now and then.
      const blocked: number[] = []
      do {
        const sent = await post('/api/v1/events/batch', whole, bearer())
        expect([400, 422]).toContain(sent.status)
        blocked.push(sent.blockedMs)
      } while (Math.min(...blocked) >= BLOCKED_MAX_MS && blocked.length < TRIES)
      expect(Math.min(...blocked)).toBeLessThan(BLOCKED_MAX_MS)
    }
  })

  it('takes time in proportion to its bytes', async () => {
    const seconds = async (bytes: number) => {
      const begun = performance.now()
      await post('/api/v1/events/batch', fill('[', '[1e1],', '1]', bytes), bearer())
      return performance.now() - begun
    }
    await seconds(MB / 4)
    const small = Math.min(await seconds(MB / 4), await seconds(MB / 4))
    // Eight times the bytes; a quadratic reader would take 64 times as long.
    expect(await seconds(2 * MB)).toBeLessThan(Math.max(small, 5) * 30)
  })
})

describe('one rule for each kind of wrong body, whatever else it holds', () => {
  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
  const utf8 = (bytes: number[]) => Buffer.concat([Buffer.from('"'), Buffer.from(bytes), Buffer.from('"')])
  const kinds: readonly (readonly [string, string | Buffer])[] = [
    ['5,000 levels', deep(5000)],
    ['65 levels', deep(65)],
    ['half of a surrogate pair', '"\\ud800"'],
    ['a NUL character', '"\\u0000"'],
    ['a number of a million digits', '9'.repeat(1_000_000)],
    ['a doubled key', '{"a":1,"a":1}'],
    ['a doubled key of other values', '{"a":1,"a":2}'],
    ['a doubled key, once escaped', '{"a":1,"\\u0061":2}'],
    ['invalid UTF-8', utf8([0xff])],
    ['a surrogate in UTF-8', utf8([0xed, 0xa0, 0x80])],
    ['an overlong form', utf8([0xc0, 0xaf])],
  ]
  const besides = ['1', '1.0', '1e1', '123456789012345678901', '"\\ud83d\\ude00"', '"\\ud83d"', '{"b":[]}']

  it.each(kinds)('%s is 400', async (_name, wrong) => {
    for (const beside of besides) {
      const body = Buffer.concat([
        Buffer.from(`{"event":{"transaction_id":"t","code":"c","properties":{"x":${beside},"y":`),
        Buffer.from(wrong),
        Buffer.from('}},"customer":{"external_id":"c"},"events":[{}]}'),
      ])
      for (const path of ['/events', '/events/batch', '/customers']) {
        const answer = await harness.app.inject({
          method: 'POST',
          url: `/api/v1${path}`,
          headers: { ...bearer(), 'content-type': 'application/json' },
          payload: body,
        })
        expect([path, answer.statusCode]).toEqual([path, 400])
        expect(answer.json().error).toMatch(/^BadRequest: /)
      }
    }
  })

  it('two ids of invalid UTF-8 do not become one', async () => {
    const send = (byte: number) =>
      harness.app.inject({
        method: 'POST',
        url: '/api/v1/customers',
        headers: { ...bearer(), 'content-type': 'application/json' },
        payload: Buffer.concat([
          Buffer.from('{"customer":{"external_id":"c-'),
          Buffer.from([byte]),
          Buffer.from('"}}'),
        ]),
      })
    expect((await send(0xfe)).statusCode).toBe(400)
    expect((await send(0xff)).statusCode).toBe(400)
    expect((await client.call('GET', '/customers')).body.meta.total_count).toBe(0)
  })
})

describe('a body that is far too large', () => {
  // In a process of its own: in this one, the server reads everything before the sender goes on.
  it('is refused in a way that reaches its sender, while it still comes in', async () => {
    const database = await freshDatabase()
    const weir = await WeirProcess.start({ DATABASE_URL: database.url })
    try {
      const headers = { authorization: `Bearer ${PROCESS_KEY}`, 'content-type': 'application/json' }
      for (let n = 0; n < 15; n += 1) {
        const sent = { method: 'POST', headers, body: 'x'.repeat(12 * MB) }
        const answer = await fetch(`${weir.url}/api/v1/plans`, sent)
        expect([answer.status, await answer.json()]).toMatchObject([413, { code: 'body_too_large' }])
      }
    } finally {
      await weir.kill()
      await database.drop()
    }
  })
})
