import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

// What one organization stores never ends the process, and never makes a list of it fail for good.

const KB = 1024

let harness: Harness
let client: Client
let neighbour: Client

beforeAll(async () => {
  harness = await startHarness({ poolMax: 12 })
  client = await harness.organization({ sandbox: false })
  neighbour = await harness.organization({ sandbox: false })
})
afterAll(() => harness?.close())

const eventOf = (id: string, text: string) => ({
  transaction_id: id,
  code: 'c',
  external_subscription_id: 's',
  properties: { text },
})
/** `{"text":""}` */
const FRAME = 11

describe('the properties of an event', () => {
  const tooLong = { properties: ['value_is_too_long'] }

  it('are at most 64 kB', async () => {
    const fits = await client.call('POST', '/events', { event: eventOf('fits', 'x'.repeat(64 * KB - FRAME)) })
    expect(fits.status).toBe(200)
    const { body, status } = await client.call('POST', '/events', {
      event: eventOf('beyond', 'x'.repeat(64 * KB - FRAME + 1)),
    })
    expect([status, body.error_details]).toEqual([422, tooLong])
    const wide = await client.call('POST', '/events', { event: eventOf('wide', 'é'.repeat(32 * KB)) })
    expect(wide.body.error_details).toEqual(tooLong)
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`k${n}`, n]))
    const keys = await client.call('POST', '/events', { event: { ...eventOf('keys', ''), properties: many } })
    expect(keys.body.error_details).toEqual(tooLong)
  })

  it('of a batch are told by the place of the event, and nothing is stored', async () => {
    const events = [eventOf('b0', 'x'), eventOf('b1', 'x'.repeat(9_900_000)), eventOf('b2', 'x')]
    // Below what one text of a body may have.
    const smaller = [events[0], eventOf('b1', 'x'.repeat(2_000_000)), events[2]]
    expect((await client.call('POST', '/events/batch', { events })).status).toBe(400)
    const { status, body } = await client.call('POST', '/events/batch', { events: smaller })
    expect([status, body.error_details]).toEqual([422, { '1': tooLong }])
    expect((await client.call('GET', '/events/b0')).status).toBe(404)
  })
})

describe('events of 9.9 MB that an earlier version took', () => {
  beforeAll(async () => {
    for (let i = 0; i < 45; i += 1) {
      const { status } = await client.call('POST', '/events', { event: eventOf(`old-${i}`, 'small') })
      expect(status).toBe(200)
    }
    await sql`
      update events set properties = jsonb_build_object('text', repeat('x', 9900000))
      where organization_id = ${client.organizationId} and transaction_id like 'old-%'`.execute(
      harness.context.database.system,
    )
  })

  it('are refused in one page, and read in small ones', async () => {
    const lists = await Promise.all(
      Array.from({ length: 12 }, () => client.call('GET', '/events?per_page=1000')),
    )
    for (const { status, body } of lists) {
      if (status !== 429)
        expect([status, body.error_details]).toEqual([422, { base: ['answer_is_too_large'] }])
    }
    expect(lists.some(({ status }) => status === 422)).toBe(true)
    expect((await neighbour.call('GET', '/events')).status).toBe(200)
    const page = await client.call('GET', '/events?per_page=2&page=3')
    expect(page.status).toBe(200)
    expect(page.body.meta).toMatchObject({ current_page: 3, next_page: 4, prev_page: 2 })
    expect(page.body.events).toHaveLength(2)
    const one = await client.call('GET', '/events/old-7')
    expect(one.body.event.properties.text).toHaveLength(9_900_000)
  })

  it('leave the pool whole', async () => {
    for (let i = 0; i < 30; i += 1) expect((await client.call('GET', '/plans')).status).toBe(200)
    const { database } = harness.context
    expect(database.pool.totalCount).toBeLessThanOrEqual(12)
    expect(database.pool.waitingCount).toBe(0)
  })
})

describe('the largest events that are taken now', () => {
  it('a hundred of them are a page, and so are the next hundred', async () => {
    const text = 'x'.repeat(64 * KB - FRAME)
    for (let batch = 0; batch < 4; batch += 1) {
      const events = Array.from({ length: 50 }, (_, n) => eventOf(`large-${batch}-${n}`, text))
      expect((await neighbour.call('POST', '/events/batch', { events })).status).toBe(200)
    }
    const seen = new Set<string>()
    for (const page of [1, 2]) {
      const { status, body } = await neighbour.call('GET', `/events?page=${page}`)
      expect([status, body.events.length, body.meta.total_pages]).toEqual([200, 100, 2])
      for (const event of body.events) seen.add(event.transaction_id)
    }
    expect(seen.size).toBe(200)
  })
})
