import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, send, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const SUM = { code: 'm', aggregation_type: 'sum_agg', field_name: 'n' }
const USAGE = '/customers/c/current_usage?external_subscription_id=s'

let harness: Harness
let client: Client

beforeAll(async () => {
  harness = await startHarness()
})

afterAll(() => harness.close())

/** A customer in UTC with a monthly plan of one charge, from the first of January. */
async function start(set: { charge?: object; threshold?: number; plan?: object } = {}): Promise<void> {
  client = await harness.organization()
  await client.clock('2024-01-01T00:00:00Z')
  await subscribe(client, {
    metrics: [SUM],
    charges: [{ metric: 'm', properties: { amount: '1' }, ...set.charge }],
    ...(set.plan ? { plan: set.plan } : {}),
    customer: { timezone: 'UTC' },
    subscription: set.threshold ? { usage_thresholds: [{ amount_cents: set.threshold }] } : {},
  })
}

const use = (n: number, at: string, id = at) =>
  send(client, { code: 'm', transaction_id: id, properties: { n }, timestamp: Date.parse(at) / 1000 })

const move = (timezone: string) =>
  ok(client, 'POST', '/customers', { customer: { external_id: 'c', timezone } })

type Bill = {
  readonly invoice_type: string
  readonly fees_amount_cents: number
  readonly progressive_billing_credit_amount_cents: number
  readonly total_amount_cents: number
}

/** Type, fees, progressive credit and total of all invoices, the oldest first; empty ones left out. */
async function bills(): Promise<(string | number)[][]> {
  const { invoices } = await ok(client, 'GET', '/invoices?external_customer_id=c')
  return (invoices as Bill[])
    .toReversed()
    .filter((invoice) => invoice.fees_amount_cents > 0)
    .map((invoice) => [
      invoice.invoice_type,
      invoice.fees_amount_cents,
      invoice.progressive_billing_credit_amount_cents,
      invoice.total_amount_cents,
    ])
}

/** Of current usage; the subscription must tell the same window. */
async function usage(): Promise<[string, string, number]> {
  const { customer_usage: shown } = await ok(client, 'GET', USAGE)
  const { subscription } = await ok(client, 'GET', '/subscriptions/s')
  expect(subscription).toMatchObject({
    current_billing_period_started_at: shown.from_datetime,
    current_billing_period_ending_at: shown.to_datetime,
  })
  return [shown.from_datetime, shown.to_datetime, shown.amount_cents]
}

async function feeOf(transactionId: string): Promise<number> {
  const { fees } = await ok(client, 'GET', `/fees?event_transaction_id=${transactionId}`)
  expect(fees).toHaveLength(1)
  return fees[0].amount_cents
}

describe('a customer that moves to another zone', () => {
  it('west: a progressive invoice of the period is credited at its end', async () => {
    await start({ threshold: 20_000 })
    await client.clock('2024-02-02T00:00:00Z')
    await move('America/New_York')
    await use(300, '2024-02-01T03:00:00Z')
    await client.clock('2024-02-03T00:00:00Z')
    expect(await usage()).toEqual(['2024-02-01T00:00:00Z', '2024-03-01T04:59:59Z', 30_000])
    await client.clock('2024-03-02T00:00:00Z')
    expect(await bills()).toEqual([
      ['progressive_billing', 30_000, 0, 30_000],
      ['subscription', 30_000, 30_000, 0],
    ])
  })

  it('west: the hours after the last bill belong to the period that the next one bills', async () => {
    await start()
    await use(7, '2024-01-15T00:00:00Z')
    await client.clock('2024-02-01T00:30:00Z')
    await move('America/New_York')
    await use(3, '2024-02-01T00:40:00Z')
    expect(await usage()).toEqual(['2024-02-01T00:00:00Z', '2024-03-01T04:59:59Z', 300])
    const lifetime = await ok(client, 'GET', '/subscriptions/s/lifetime_usage')
    expect(lifetime.lifetime_usage).toMatchObject({
      invoiced_usage_amount_cents: 700,
      current_usage_amount_cents: 300,
    })
    const { customer_projected_usage: projected } = await ok(
      client,
      'GET',
      '/customers/c/projected_usage?external_subscription_id=s',
    )
    expect([projected.from_datetime, projected.amount_cents]).toEqual(['2024-02-01T00:00:00Z', 300])
    await client.clock('2024-03-02T00:00:00Z')
    expect((await bills()).map(([, fees]) => fees)).toEqual([700, 300])
  })

  it.each(['2024-02-01T02:00:00Z', '2024-02-01T12:00:00Z'])(
    'west: a termination at %s bills nothing of the period that was billed before the move',
    async (end) => {
      await start()
      await use(7, '2024-01-15T00:00:00Z')
      await client.clock('2024-02-01T00:30:00Z')
      await move('America/New_York')
      await use(3, '2024-02-01T00:40:00Z')
      await client.clock(end)
      await ok(client, 'DELETE', '/subscriptions/s')
      expect((await bills()).map(([, fees]) => fees).sort()).toEqual([300, 700])
    },
  )

  it('east: hours that were billed are neither used nor billed again', async () => {
    await start({ threshold: 500_000 })
    await use(3000, '2024-01-31T23:30:00Z')
    await client.clock('2024-02-02T00:00:00Z')
    expect(await bills()).toEqual([['subscription', 300_000, 0, 300_000]])
    await move('Europe/Paris')
    await use(1, '2024-02-02T00:00:00Z')
    await client.clock('2024-02-03T00:00:00Z')
    expect(await usage()).toEqual(['2024-02-01T00:00:00Z', '2024-02-29T22:59:59Z', 100])
    await client.clock('2024-03-02T00:00:00Z')
    expect((await bills()).map(([type, , , total]) => [type, total])).toEqual([
      ['subscription', 300_000],
      ['subscription', 100],
    ])
  })

  it('east: a progressive invoice of the period before does not count for the thresholds of the next', async () => {
    await start({ threshold: 20_000 })
    await client.clock('2024-02-02T00:00:00Z')
    await use(300, '2024-02-02T00:00:00Z')
    await client.clock('2024-02-03T00:00:00Z')
    await move('Europe/Paris')
    await ok(client, 'PUT', '/subscriptions/s', {
      subscription: {
        usage_thresholds: [{ amount_cents: 20_000 }, { amount_cents: 10_000, recurring: true }],
      },
    })
    await client.clock('2024-03-01T00:00:00Z')
    await use(60, '2024-03-01T00:00:00Z')
    await client.clock('2024-03-02T00:00:00Z')
    await use(45, '2024-03-02T00:00:00Z')
    await client.clock('2024-03-03T00:00:00Z')
    expect(await bills()).toEqual([
      ['progressive_billing', 30_000, 0, 30_000],
      ['subscription', 30_000, 30_000, 0],
      ['progressive_billing', 10_500, 0, 10_500],
    ])
  })

  it.each(['Europe/Paris', 'America/New_York'])(
    'to %s: what a charge in advance charged in the period stays charged',
    async (zone) => {
      await start({ charge: { pay_in_advance: true } })
      await client.clock('2024-02-02T00:00:00Z')
      await use(10, '2024-02-02T00:00:00Z', 'first')
      await client.clock('2024-02-03T00:00:00Z')
      await move(zone)
      await use(-5, '2024-02-03T00:00:00Z', 'less')
      await use(5, '2024-02-03T00:00:01Z', 'again')
      await client.clock('2024-02-04T00:00:00Z')
      expect([await feeOf('first'), await feeOf('less'), await feeOf('again')]).toEqual([1000, 0, 0])
      expect((await usage())[2]).toBe(1000)
      const event = { code: 'm', external_subscription_id: 's', properties: { n: 2 } }
      const { fees } = await ok(client, 'POST', '/events/estimate_fees', { event })
      expect(fees[0].amount_cents).toBe(200)
    },
  )

  it('east: an event of a period that was billed is charged in advance among those of that period', async () => {
    await start({
      charge: {
        pay_in_advance: true,
        charge_model: 'package',
        properties: { amount: '1', package_size: 10, free_units: 0 },
      },
    })
    await use(5, '2024-01-20T00:00:00Z', 'before')
    await client.clock('2024-02-03T00:00:00Z')
    await move('Europe/Paris')
    await use(1, '2024-01-31T23:30:00Z', 'late')
    await use(1, '2024-02-03T00:00:00Z', 'now')
    await client.clock('2024-02-04T00:00:00Z')
    expect([await feeOf('before'), await feeOf('late'), await feeOf('now')]).toEqual([100, 0, 100])
  })

  it('west: a day more in the window is not a day more to pay', async () => {
    client = await harness.organization()
    await client.clock('2024-01-01T00:00:00Z')
    await subscribe(client, {
      metrics: [{ ...SUM, recurring: true }],
      charges: [{ metric: 'm', prorated: true, properties: { amount: '29' } }],
      customer: { timezone: 'UTC' },
    })
    await use(1, '2024-01-01T00:00:00Z')
    await client.clock('2024-02-01T00:30:00Z')
    await move('America/New_York')
    await use(1, '2024-02-01T00:40:00Z')
    await client.clock('2024-03-02T00:00:00Z')
    expect((await bills()).map(([, fees]) => fees)).toEqual([2900, 5800])
  })
})

describe('the minimum commitment of a customer that moved', () => {
  const minimum = { minimum_commitment: { amount_cents: 10_000 } }
  const inAdvance = { pay_in_advance: true, invoiceable: false }

  it.each([
    ['America/New_York', 'in advance', { amount_cents: 1000, pay_in_advance: true }, {}],
    ['Asia/Tokyo', 'in advance', { amount_cents: 1000, pay_in_advance: true }, {}],
    ['America/New_York', 'in arrears', { amount_cents: 1000 }, inAdvance],
    ['Asia/Tokyo', 'in arrears', { amount_cents: 1000 }, inAdvance],
  ])(
    'to %s, with a plan %s: is that of a whole month, less all that the month came to',
    async (zone, _, plan, charge) => {
      await start({ plan: { ...plan, ...minimum }, charge })
      await client.clock('2024-02-02T00:00:00Z')
      await move(zone)
      await use(5, '2024-02-02T00:00:00Z')
      await client.clock('2024-03-02T00:00:00Z')
      await client.clock('2024-04-02T00:00:00Z')
      const { fees } = await ok(client, 'GET', '/fees?fee_type=commitment&external_customer_id=c')
      expect(fees.map((fee: { amount_cents: number }) => fee.amount_cents)).toEqual([9000, 8500, 9000])
    },
  )
})
