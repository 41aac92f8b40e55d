import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { DEFAULT_LIMITS } from '../../src/api/limits.ts'
import { readConfig } from '../../src/boot/config.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { headOf, openRaw, type RawConnection } from '../support/raw-http.ts'

// A sender counts for what it has sent, and has no more time than it needs.

const HEADERS_MS = 1000
const BODY_MS = 3000
const IDLE_MS = 1500
/** Connections are looked at once a second, on a machine that others use too. */
const LATE_MS = 15_000

let harness: Harness
let client: Client
let address: string
let app: ReturnType<typeof buildApp>

beforeAll(async () => {
  harness = await startHarness()
  client = await harness.organization()
  const times = { headersTimeoutMs: HEADERS_MS, bodyTimeoutMs: BODY_MS, idleTimeoutMs: IDLE_MS }
  app = buildApp(harness.context, { ...DEFAULT_LIMITS, ...times })
  address = await app.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(async () => {
  await app?.close()
  await harness?.close()
})

const headers = () => ({ authorization: `Bearer ${client.apiKey}`, 'content-type': 'application/json' })
const event = (id: string) => ({ event: { transaction_id: id, code: 'c', external_subscription_id: 's' } })

async function secondsUntilClosed(raw: RawConnection): Promise<number> {
  const begun = performance.now()
  await raw.closed
  return performance.now() - begun
}

/** Sends one event over a connection of its own. */
async function sendEvent(id: string): Promise<number> {
  const body = JSON.stringify(event(id))
  const raw = await openRaw(address)
  raw.write(`${headOf('POST', '/api/v1/events', body.length, headers())}${body}`)
  const status = await raw.status()
  raw.socket.destroy()
  return status
}

describe('time limits', () => {
  it('are 10, 30 and 60 seconds unless the environment says otherwise', () => {
    expect(readConfig({}).limits).toEqual(DEFAULT_LIMITS)
    expect(DEFAULT_LIMITS).toMatchObject({
      headersTimeoutMs: 10_000,
      bodyTimeoutMs: 30_000,
      idleTimeoutMs: 60_000,
    })
    const set = readConfig({
      WEIR_HEADERS_TIMEOUT_SECONDS: '1',
      WEIR_BODY_TIMEOUT_SECONDS: '2',
      WEIR_IDLE_TIMEOUT_SECONDS: '3',
      WEIR_BODY_MAX_BYTES: '100000',
      WEIR_EVENT_BODY_MAX_BYTES: '200000',
    })
    expect(set.limits).toEqual({
      bodyBytes: 100_000,
      eventBodyBytes: 200_000,
      headersTimeoutMs: 1000,
      bodyTimeoutMs: 2000,
      idleTimeoutMs: 3000,
    })
  })

  it('cut connections that send nothing, or headers without end', async () => {
    const silent = await openRaw(address)
    const slow = await openRaw(address)
    slow.write('GET /api/v1/plans HTTP/1.1\r\nhost: x\r\n')
    const dripping = setInterval(() => slow.socket.writable && slow.write('x-y: z\r\n'), 200)
    const waited = await Promise.all([secondsUntilClosed(silent), secondsUntilClosed(slow)])
    clearInterval(dripping)
    for (const ms of waited) expect(ms).toBeLessThan(HEADERS_MS + LATE_MS)
    expect(slow.received()).toMatch(/^HTTP\/1\.1 408/)
  })

  it('cut slow bodies, 300 of them', async () => {
    const slow = await Promise.all(
      Array.from({ length: 300 }, async () => {
        const raw = await openRaw(address)
        raw.write(`${headOf('POST', '/api/v1/events/batch', 1_000_000, headers())}{"events":[`)
        return raw
      }),
    )
    const dripping = setInterval(() => {
      for (const raw of slow) if (raw.socket.writable) raw.write(' ')
    }, 500)
    const waited = await Promise.all(slow.map(secondsUntilClosed))
    clearInterval(dripping)
    expect(Math.max(...waited)).toBeLessThan(BODY_MS + LATE_MS)
    expect(Math.min(...waited)).toBeGreaterThan(BODY_MS / 2)
  })

  it('cut idle connections', async () => {
    const raw = await openRaw(address)
    raw.write(headOf('GET', '/api/v1/plans', 0, headers()))
    expect(await raw.status()).toBe(200)
    expect(await secondsUntilClosed(raw)).toBeLessThan(IDLE_MS + LATE_MS)
  })
})

describe('the door of events', () => {
  it('half-sent batches keep nobody out', async () => {
    const half = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const raw = await openRaw(address)
        raw.write(`${headOf('POST', '/api/v1/events/batch', 9_000_000, headers())}{"events":[`)
        return raw
      }),
    )
    await sleep(100)
    for (let i = 0; i < 20; i += 1) expect(await sendEvent(`beside-${i}`)).toBe(200)
    for (const raw of half) raw.socket.destroy()
  })

  it('bodies without a length count as they come, and end in 429 with a time to come again', async () => {
    const chunk = 'x'.repeat(64 * 1024)
    const chunked = { ...headers(), 'transfer-encoding': 'chunked' }
    const open = await Promise.all(
      Array.from({ length: 2 }, async () => {
        const raw = await openRaw(address)
        raw.write(headOf('POST', '/api/v1/events/batch', 0, chunked).replace('content-length: 0\r\n', ''))
        return raw
      }),
    )
    for (let i = 0; i < 24; i += 1) {
      for (const raw of open) raw.write(`10000\r\n${chunk}\r\n`)
      await sleep(5)
    }
    const refused = await Promise.race(open.map(async (raw) => ({ status: await raw.status(), raw })))
    expect(refused.status).toBe(429)
    expect(refused.raw.received().toLowerCase()).toContain('retry-after: 1')
    for (const raw of open) raw.socket.destroy()
    await sleep(100)
    expect(await sendEvent('after')).toBe(200)
  })

  it('one sender alone may send as much as a body may hold', async () => {
    const events = Array.from({ length: 100 }, (_, i) => ({
      ...event(`large-${i}`).event,
      properties: { note: 'n'.repeat(50_000) },
    }))
    const body = JSON.stringify({ events })
    const raw = await openRaw(address)
    raw.write(headOf('POST', '/api/v1/events/batch', body.length, headers()))
    raw.write(body)
    expect(await raw.status()).toBe(200)
    raw.socket.destroy()
  })

  it('keeps no room for requests that are broken off', async () => {
    for (let i = 0; i < 5; i += 1) {
      const raw = await openRaw(address)
      raw.write(`${headOf('POST', '/api/v1/events/batch', 3_000_000, headers())}${' '.repeat(2_500_000)}`)
      await sleep(50)
      raw.socket.destroy()
    }
    await sleep(200)
    expect(await sendEvent('after-the-broken')).toBe(200)
  })
})
