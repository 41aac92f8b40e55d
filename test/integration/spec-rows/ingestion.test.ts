import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, send, subscribe } from '../../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../../support/harness.ts'

// Which events are stored, and what they count for (docs/rules/cases.md#events).

const SUM = { aggregation_type: 'sum_agg', field_name: 'n' }
const IN_ADVANCE = { pay_in_advance: true, invoiceable: false, properties: { amount: '1' } }
const START = '2024-03-05T10:00:00.123Z'
const START_MS = Date.parse(START)

describe('ingestion in the hard cases', () => {
  let harness: Harness
  let client: Client
  let stranger: Client
  beforeAll(async () => {
    harness = await startHarness()
    const setUp = { metrics: [{ code: 'm', ...SUM }], charges: [{ metric: 'm', ...IN_ADVANCE }] }
    stranger = await harness.organization()
    await stranger.clock(START)
    await subscribe(stranger, { ...setUp, subscription: { external_id: 'foreign' } })
    client = await harness.organization()
    await client.clock(START)
    const expression = 'event.properties.left + event.properties.right'
    await subscribe(client, {
      metrics: [...setUp.metrics, { code: 'added', ...SUM, expression }, { code: 'text', ...SUM }],
      charges: [...setUp.charges, { metric: 'text', code: 'text', properties: { amount: '1' } }],
    })
    const also = { external_customer_id: 'c', plan_code: 'p' }
    for (const subscription of [
      { ...also, external_id: 'pending', subscription_at: '2024-06-01T00:00:00Z' },
      { ...also, external_id: 'ended' },
    ]) {
      await ok(client, 'POST', '/subscriptions', { subscription })
    }
  })
  afterAll(() => harness.close())

  const batch = (events: object[]) => client.call('POST', '/events/batch', { events })
  const inBatch = (transaction_id: string) => ({
    transaction_id,
    code: 'm',
    external_subscription_id: 's',
    properties: { n: 1 },
  })
  async function feesOf(whose: Client, transactionId: string): Promise<object[]> {
    return (await ok(whose, 'GET', `/fees?event_transaction_id=${encodeURIComponent(transactionId)}`)).fees
  }

  it('case 98: an event of the millisecond of the start or the end belongs to the subscription', async () => {
    const endMs = START_MS + 60_000
    await client.clock(new Date(endMs).toISOString())
    await ok(client, 'DELETE', '/subscriptions/ended')
    const places: [string, string, number, number][] = [
      ['before the start', 's', START_MS - 1, 0],
      ['at the start', 's', START_MS, 1],
      ['at the end', 'ended', endMs, 1],
      ['after the end', 'ended', endMs + 1, 0],
    ]
    for (const [transaction_id, external_subscription_id, ms] of places) {
      await send(client, {
        transaction_id,
        external_subscription_id,
        code: 'm',
        timestamp: `${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}`,
        properties: { n: 1 },
      })
    }
    await client.clock(new Date(endMs + 60_000).toISOString())
    for (const [transactionId, , , fees] of places) {
      expect([transactionId, await feesOf(client, transactionId)]).toMatchObject([
        transactionId,
        fees === 0 ? [] : [{ amount_cents: 100, units: '1.0' }],
      ])
    }
  })

  it('case 97: an event without an active subscription is stored but not billed', async () => {
    await client.clock('2024-03-06T00:00:00Z')
    const whose = [undefined, null, 'unknown', 'foreign', 'pending', 'ended']
    for (const external_subscription_id of whose) {
      const transaction_id = `of ${external_subscription_id}`
      const event = { transaction_id, code: 'm', external_subscription_id, properties: { n: 1 } }
      const answer = await client.call('POST', '/events', { event })
      expect([answer.status, answer.body.event.transaction_id]).toEqual([200, transaction_id])
      const stored = await client.call('GET', `/events/${encodeURIComponent(transaction_id)}`)
      expect(stored.body.event).toMatchObject({
        transaction_id,
        external_subscription_id: external_subscription_id ?? null,
      })
    }
    await client.clock('2024-03-06T01:00:00Z')
    await stranger.clock('2024-03-06T01:00:00Z')
    for (const each of whose) expect(await feesOf(client, `of ${each}`)).toEqual([])
    expect((await ok(stranger, 'GET', '/fees')).fees).toEqual([])
  })

  it('case 99: one transaction twice in a batch', async () => {
    const answer = await batch([inBatch('twin'), inBatch('twin')])
    expect(answer.status).toBe(422)
    expect(answer.body.error_details).toEqual({ '1': { transaction_id: ['value_already_exist'] } })
    expect((await client.call('GET', '/events/twin')).status).toBe(404)
  })

  it('case 100: 101 events in a batch', async () => {
    const events = Array.from({ length: 101 }, (_, index) => inBatch(`many ${index}`))
    const answer = await batch(events)
    expect([answer.status, answer.body.error_details]).toEqual([422, { events: ['too_many_events'] }])
    expect((await client.call('GET', '/events/many%200')).status).toBe(404)
    expect((await batch(events.slice(1))).body.events).toHaveLength(100)
  })

  it('case 101: an expression writes its property', async () => {
    const properties = { left: '1', right: '2' }
    const { event } = await send(client, { code: 'added', transaction_id: 'added', properties })
    expect(event.properties).toMatchObject({ left: '1', right: '2' })
    expect(Number(event.properties.n)).toBe(3)
    expect((await ok(client, 'GET', '/events/added')).event.properties).toEqual(event.properties)
  })

  it('case 102: a value that is no plain number is ignored', async () => {
    await send(client, { code: 'text', transaction_id: 'text', properties: { n: '1e3' } })
    const path = '/customers/c/current_usage?external_subscription_id=s&charge_code=text'
    const [shown] = (await ok(client, 'GET', path)).customer_usage.charges_usage
    expect(shown).toMatchObject({ units: '0.0', events_count: 0, amount_cents: 0 })
  })
})
