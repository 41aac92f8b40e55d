import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findBreaches, INVARIANTS } from '../../src/store/invariants.ts'
import { ok, send, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

type Fee = { event_transaction_id?: string; units: string; amount_cents: number; item: { type: string } }

/** Many clients send whole seconds, but a subscription starts partway through one. */
describe('the second in which a subscription begins', () => {
  let harness: Harness
  let client: Client
  /** A whole second of an hour ago, in milliseconds. */
  const second = Math.floor(Date.now() / 1000) * 1000 - 3_600_000
  const iso = (ms: number) => new Date(second + ms).toISOString()
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())
  beforeEach(async () => {
    client = await harness.organization()
    await client.clock(iso(200))
  })

  const set = { metrics: [{ code: 'm', aggregation_type: 'sum_agg', field_name: 'n' }] }
  const event = (id: string, ms: number, n: number) =>
    send(client, { code: 'm', transaction_id: id, timestamp: (second + ms) / 1000, properties: { n } })
  const units = async () => {
    const path = '/customers/c/current_usage?external_subscription_id=s'
    return (await ok(client, 'GET', path)).customer_usage.charges_usage[0].units
  }
  const unmatched = async () => {
    const { events } = await ok(client, 'GET', '/events?unmatched=true')
    return events.map((each: { transaction_id: string }) => each.transaction_id).sort()
  }

  it('counts the whole second and nothing else that is older', async () => {
    await subscribe(client, { ...set, charges: [{ metric: 'm', properties: { amount: '1' } }] })
    await event('whole', 0, 1)
    await event('fraction', 199, 10)
    await event('earlier', -1000, 100)
    await event('at once', 200, 1000)
    await event('next', 1000, 10_000)
    expect(await units()).toBe('11001.0')
    expect(await unmatched()).toEqual(['earlier', 'fraction'])
    const told = INVARIANTS.find((each) => each.code === 'events_of_no_subscription')
    if (!told) throw new Error('no such invariant')
    const { breaches } = await findBreaches(harness.context.database, told, 1000)
    const own = breaches.filter((each) => each.organizationId === client.organizationId)
    expect(own.map((each) => each.subject).sort()).toEqual([
      'event earlier of subscription s',
      'event fraction of subscription s',
    ])
  })

  it('counts it once where a plan is changed within the second', async () => {
    await subscribe(client, { ...set, charges: [{ metric: 'm', properties: { amount: '1' } }] })
    const { billable_metric } = await ok(client, 'GET', '/billable_metrics/m')
    const charge = { billable_metric_id: billable_metric.lago_id, charge_model: 'standard' }
    const dearer = { name: 'D', code: 'd', interval: 'monthly', amount_cents: 100, amount_currency: 'EUR' }
    const charges = [{ ...charge, code: 'c', properties: { amount: '1' } }]
    await ok(client, 'POST', '/plans', { plan: { ...dearer, charges } })
    await event('whole', 0, 1)
    await event('between', 300, 10)
    await client.clock(iso(500))
    const upgrade = { external_customer_id: 'c', external_id: 's', plan_code: 'd' }
    await ok(client, 'POST', '/subscriptions', { subscription: upgrade })
    await event('after', 600, 100)
    await event('late', 0, 1000)
    expect(await units()).toBe('100.0')
    expect(await unmatched()).toEqual([])
    const { invoices } = await ok(client, 'GET', '/invoices')
    const bill = (await ok(client, 'GET', `/invoices/${invoices[0].lago_id}`)).invoice
    const charged = bill.fees.filter((fee: Fee) => fee.item.type === 'charge')
    expect(charged.map((fee: Fee) => fee.units)).toEqual(['11.0'])
  })

  it('charges it in advance', async () => {
    await subscribe(client, {
      ...set,
      charges: [
        { metric: 'm', properties: { amount: '1' }, pay_in_advance: true },
        { metric: 'm', code: 'arrears', properties: { amount: '1' } },
      ],
    })
    await event('whole', 0, 1)
    await event('fraction', 199, 10)
    await event('next', 1000, 100)
    await client.clock(iso(60_000))
    const { fees } = await ok(client, 'GET', '/fees?external_subscription_id=s')
    expect(fees.map((fee: Fee) => fee.amount_cents).sort()).toEqual([100, 10_000])
    const path = '/customers/c/current_usage?external_subscription_id=s'
    const { customer_usage } = await ok(client, 'GET', path)
    expect(customer_usage.charges_usage.map((each: Fee) => each.units)).toEqual(['101.0', '101.0'])
  })

  it('charges a value of the second in advance once, and a recurring one not as if it came before', async () => {
    const unique = { aggregation_type: 'unique_count_agg', field_name: 'n' }
    await subscribe(client, {
      metrics: [
        { code: 'm', ...unique },
        { code: 'seats', ...unique, recurring: true },
      ],
      charges: ['m', 'seats'].map((metric) => ({
        metric,
        properties: { amount: '1' },
        pay_in_advance: true,
      })),
    })
    for (const code of ['m', 'seats']) {
      for (const [index, ms] of [0, 2000, 0].entries()) {
        const body = { code, transaction_id: `${code}${index}`, properties: { n: index === 2 ? 'b' : 'a' } }
        await send(client, { ...body, timestamp: (second + ms) / 1000 })
      }
    }
    await client.clock(iso(60_000))
    const { fees } = await ok(client, 'GET', '/fees?external_subscription_id=s&per_page=100')
    const cents = fees.map((fee: Fee) => [fee.event_transaction_id, fee.amount_cents]).sort()
    expect(cents).toEqual([
      ['m0', 100],
      ['m1', 0],
      ['m2', 100],
      ['seats0', 100],
      ['seats1', 0],
      ['seats2', 100],
    ])
  })

  it('keeps the level of a weighted sum and the quantity of a recurring one', async () => {
    const recurring = { field_name: 'n', recurring: true }
    await subscribe(client, {
      metrics: [
        { code: 'm', aggregation_type: 'weighted_sum_agg', weighted_interval: 'seconds', ...recurring },
        { code: 'seats', aggregation_type: 'sum_agg', ...recurring },
      ],
      charges: ['m', 'seats'].map((metric) => ({ metric, properties: { amount: '1' } })),
    })
    await event('before', -5000, 3)
    await event('whole', 0, 4)
    const path = '/customers/c/current_usage?external_subscription_id=s'
    const shown = async () => (await ok(client, 'GET', path)).customer_usage.charges_usage[0]
    const counted = await shown()
    expect(counted).toMatchObject({ total_aggregated_units: '7.0', events_count: 1 })
    for (const [index, ms] of [-5000, 0].entries()) {
      const seat = { code: 'seats', transaction_id: `seat${index}`, properties: { n: 1 + index } }
      await send(client, { ...seat, timestamp: (second + ms) / 1000 })
    }
    const { customer_usage } = await ok(client, 'GET', path)
    expect(customer_usage.charges_usage[1]).toMatchObject({ units: '3.0', events_count: 2 })
  })
})
