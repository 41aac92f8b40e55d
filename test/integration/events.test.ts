import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureEventPartitions } from '../../src/actions/events/make-partitions.ts'
import { instant } from '../../src/core/calendar/instant.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const DUPLICATE = { transaction_id: ['value_already_exist'] }

describe('POST /events', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
    client = await harness.organization()
    await client.clock('2024-03-05T10:00:00Z')
  })
  afterAll(() => harness.close())

  const send = (event: object) => client.call('POST', '/events', { event })

  it('200: answers what it stored, dated now when the event has no time', async () => {
    const answer = await send({
      transaction_id: 'plain',
      code: 'calls',
      external_subscription_id: 's',
      precise_total_amount_cents: '123.45',
      properties: { region: 'eu', n: 3 },
    })
    expect(answer.status).toBe(200)
    expect(answer.body.event).toMatchObject({
      transaction_id: 'plain',
      code: 'calls',
      external_subscription_id: 's',
      timestamp: '2024-03-05T10:00:00.000Z',
      precise_total_amount_cents: '123.45',
      properties: { region: 'eu', n: 3 },
      lago_customer_id: null,
      created_at: '2024-03-05T10:00:00Z',
    })
    const read = await client.call('GET', '/events/plain')
    expect(read.body.event).toEqual(answer.body.event)
  })

  it('200: keeps the digits of numbers that a double cannot hold', async () => {
    const digits = '1234567890123456789012345678901234567890.123'
    const answer = await harness.app.inject({
      method: 'POST',
      url: '/api/v1/events',
      headers: { authorization: `Bearer ${client.apiKey}`, 'content-type': 'application/json' },
      payload: `{"event":{"transaction_id":"digits","code":"c","properties":{"v":${digits},"o":{"isLosslessNumber":true}}}}`,
    })
    expect(answer.statusCode).toBe(200)
    expect(answer.body).toContain(`"v":${digits}`)
    const read = await harness.app.inject({
      url: '/api/v1/events/digits',
      headers: { authorization: `Bearer ${client.apiKey}` },
    })
    expect(read.body).toContain(`"v": ${digits}`)
    expect(read.json().event.properties.o).toEqual({ isLosslessNumber: true })
  })

  it('422: refuses only the loser of two equal events that arrive together', async () => {
    const event = { transaction_id: 'twice', code: 'calls', external_subscription_id: 's' }
    const answers = await Promise.all([
      ...Array.from({ length: 8 }, () => send(event)),
      send({ ...event, external_subscription_id: 'other' }),
      send({ ...event, transaction_id: 'neighbour' }),
    ])
    const statuses = answers.map((each) => each.status)
    expect(statuses.slice(0, 8).filter((each) => each === 200)).toHaveLength(1)
    expect(statuses.slice(8)).toEqual([200, 200])
    const refused = answers.find((each) => each.status === 422)
    expect(refused?.body.error_details).toEqual(DUPLICATE)
  })

  it('200: events without a subscription are never duplicates', async () => {
    const event = { transaction_id: 'loose', code: 'calls' }
    const answers = await Promise.all([send(event), send(event), send(event)])
    expect(answers.map((each) => each.status)).toEqual([200, 200, 200])
  })

  it('422: texts that no index holds, whatever the script', async () => {
    const fits = await send({
      transaction_id: '𝒳'.repeat(127),
      code: '漢'.repeat(255),
      external_subscription_id: '漢'.repeat(255),
    })
    expect(fits.status).toBe(200)
    const long = await send({ transaction_id: 'x'.repeat(256), code: 'c' })
    expect(long.body.error_details).toEqual({ transaction_id: ['value_is_too_long'] })
  })

  it('422: a batch with a stored event returns its index and stores nothing', async () => {
    const event = (transaction_id: string) => ({
      transaction_id,
      code: 'calls',
      external_subscription_id: 's',
    })
    const events = [event('fresh'), event('plain')]
    const refused = await client.call('POST', '/events/batch', { events })
    expect([refused.status, refused.body.error_details]).toEqual([422, { '1': DUPLICATE }])
    expect((await client.call('GET', '/events/fresh')).status).toBe(404)
    const [batch, single] = await Promise.all([
      client.call('POST', '/events/batch', { events }),
      send(event('fresh')),
    ])
    expect([batch.status, single.status]).toEqual([422, 200])
  })

  const loose = (transaction_id: string, subscription?: string) => ({
    transaction_id,
    code: 'calls',
    ...(subscription === undefined ? {} : { external_subscription_id: subscription }),
  })

  it('422: a batch with a transaction id twice for one subscription', async () => {
    const batches: readonly (readonly [readonly object[], object])[] = [
      [[loose('r', 'a'), loose('r', 'a')], { '1': DUPLICATE }],
      [[loose('r', 'a'), loose('r', 'b'), loose('r'), loose('r', 'a')], { '3': DUPLICATE }],
      // What is stored already is reported as well.
      [
        [loose('plain', 's'), loose('r', 'a'), loose('r', 'b'), loose('r', 'b')],
        { '0': DUPLICATE, '3': DUPLICATE },
      ],
    ]
    for (const [events, details] of batches) {
      const answer = await client.call('POST', '/events/batch', { events })
      expect([answer.status, answer.body.error_details]).toEqual([422, details])
    }
    expect((await client.call('GET', '/events/r')).status).toBe(404)
    const malformed = await client.call('POST', '/events/batch', {
      events: [loose('r', 'a'), { ...loose('r', 'a'), timestamp: 'x' }],
    })
    expect(malformed.body.error_details).toEqual({ '1': { timestamp: ['invalid_format'] } })
  })

  it('200: a batch with one transaction id for several subscriptions, or for none', async () => {
    const events = [loose('both', 'a'), loose('both', 'b'), loose('both'), loose('both')]
    const stored = await client.call('POST', '/events/batch', { events })
    expect([stored.status, stored.body.events.length]).toEqual([200, 4])
    const list = await client.call('GET', '/events?external_subscription_id=b')
    expect(list.body.events).toMatchObject([
      { transaction_id: 'both', lago_id: stored.body.events[1].lago_id },
    ])
    // The newest of those that share an id is shown.
    const one = await client.call('GET', '/events/both')
    expect(one.body.event.lago_id).toBe(stored.body.events[3].lago_id)
    const again = await client.call('POST', '/events/batch', {
      events: [loose('both', 'c'), loose('both', 'b')],
    })
    expect([again.status, again.body.error_details]).toEqual([422, { '1': DUPLICATE }])
  })

  it('403: enriched events, which only a ClickHouse store has', async () => {
    const answer = await client.call('GET', '/events_enriched')
    expect([answer.status, answer.body.code]).toEqual([403, 'endpoint_not_available'])
  })

  it('422: external_customer_id without a customer', async () => {
    const answer = await send({
      transaction_id: 'by-customer',
      code: 'calls',
      external_customer_id: 'nobody',
    })
    expect(answer.body.error_details).toEqual({ external_customer_id: ['customer_not_found'] })
  })

  it('lists every event once, newest first, however deep the page', async () => {
    const lister = await harness.organization()
    await lister.clock('2024-06-01T00:00:00Z')
    const start = Date.parse('2024-05-01T00:00:00Z') / 1000
    const all = Array.from({ length: 250 }, (_, n) => ({
      transaction_id: `t${String(n).padStart(3, '0')}`,
      code: n % 2 ? 'odd' : 'even',
      external_subscription_id: 's',
      timestamp: start + ((n * 7919) % 40) * 3600 * 3 + (n % 3),
    }))
    for (const from of [0, 100, 200]) {
      const answer = await lister.call('POST', '/events/batch', { events: all.slice(from, from + 100) })
      expect(answer.status).toBe(200)
    }
    const expected = [...all]
      .sort((a, b) => b.timestamp - a.timestamp || (a.transaction_id < b.transaction_id ? -1 : 1))
      .map((each) => each.transaction_id)
    const seen: string[] = []
    for (let page = 1; page <= 36; page += 1) {
      const { body } = await lister.call('GET', `/events?per_page=7&page=${page}`)
      expect(body.meta).toMatchObject({ total_count: 250, total_pages: 36, current_page: page })
      seen.push(...body.events.map((each: { transaction_id: string }) => each.transaction_id))
    }
    expect(seen).toEqual(expected)
    const odd = await lister.call('GET', '/events?code=odd&per_page=10&page=3')
    expect(odd.body.meta.total_count).toBe(125)
    const unmatched = await lister.call('GET', '/events?unmatched=true')
    expect(unmatched.body.meta.total_count).toBe(250)
  })

  it('keeps every event when the months of the log are made after them', async () => {
    const { database } = harness.context
    const before = await client.call('GET', '/events?code=calls')
    const now = instant(Date.parse('2024-03-15T00:00:00Z'))
    const names = ['events_2024_02', 'events_2024_03', 'events_2024_04', 'events_2024_05', 'events_2024_06']
    expect(await ensureEventPartitions(database, now)).toEqual(names)
    expect(await ensureEventPartitions(database, now)).toEqual([])
    const after = await client.call('GET', '/events?code=calls')
    expect(before.body.meta.total_count).toBeGreaterThan(5)
    expect(after.body).toEqual(before.body)
    const left = await sql`select from events_elsewhere where timestamp >= '2024-03-01'`.execute(
      database.system,
    )
    expect(left.rows).toEqual([])
    const next = await send({ transaction_id: 'into march', code: 'calls', external_subscription_id: 's' })
    expect(next.status).toBe(200)
    expect((await client.call('GET', '/events/into%20march')).body.event).toEqual(next.body.event)
  })

  it('422: list filters that contradict each other or are no times', async () => {
    const both = await client.call('GET', '/events?timestamp_from=2024-01-01&timestamp_from_started_at=true')
    expect(both.body.error_details).toEqual({
      timestamp_from: ['cannot be used with timestamp_from_started_at'],
    })
    const bad = await client.call('GET', '/events?timestamp_to=yesterday')
    expect(bad.body.error_details).toEqual({ timestamp_to: ['invalid_date'] })
  })
})
