import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, send, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const SUM = { code: 'm', aggregation_type: 'sum_agg', field_name: 'n' }
const FILTERS = [{ key: 'region', values: ['eu', 'us'] }]

let harness: Harness
let client: Client

beforeAll(async () => {
  harness = await startHarness()
})

afterAll(() => harness.close())

async function start(charge: object, subscription: object = {}): Promise<void> {
  client = await harness.organization()
  await client.clock('2024-02-01T00:00:00Z')
  await subscribe(client, {
    metrics: [{ ...SUM, filters: FILTERS }],
    charges: [{ metric: 'm', properties: { amount: '1' }, ...charge }],
    subscription,
  })
}

const use = (n: number, id: string, properties: object = {}) =>
  send(client, { code: 'm', transaction_id: id, properties: { n, ...properties } })

async function feeOf(transactionId: string): Promise<number> {
  const { fees } = await ok(client, 'GET', `/fees?event_transaction_id=${transactionId}`)
  expect(fees).toHaveLength(1)
  return fees[0].amount_cents
}

async function usageCents(): Promise<number> {
  const answer = await ok(client, 'GET', '/customers/c/current_usage?external_subscription_id=s')
  return answer.customer_usage.amount_cents
}

/** Ways in which a subscription gets a copy of its plan. */
const OVERRIDES: readonly [string, (charge: object) => Promise<unknown>][] = [
  ['a charge', (charge) => ok(client, 'PUT', '/subscriptions/s/charges/m_charge', { charge })],
  [
    'the plan',
    (charge) =>
      ok(client, 'PUT', '/subscriptions/s', {
        subscription: { plan_overrides: { charges: [{ code: 'm_charge', ...charge }] } },
      }),
  ],
]

describe.each(OVERRIDES)('own prices of %s in the middle of a period', (_, override) => {
  it('a progressive invoice is credited at the end, fee by fee', async () => {
    await start(
      { filters: [{ values: { region: ['eu', 'us'] }, properties: { amount: '2' } }] },
      { usage_thresholds: [{ amount_cents: 1000 }] },
    )
    await client.clock('2024-02-05T00:00:00Z')
    await use(2, 'a')
    await use(4, 'b', { region: 'eu' })
    await client.clock('2024-02-06T00:00:00Z')
    await override({ properties: { amount: '1' } })
    await client.clock('2024-03-01T01:00:00Z')
    const { invoices } = await ok(client, 'GET', '/invoices?external_customer_id=c')
    expect(invoices).toMatchObject([
      { invoice_type: 'subscription', fees_amount_cents: 1000, total_amount_cents: 0 },
      { invoice_type: 'progressive_billing', fees_amount_cents: 1000, total_amount_cents: 1000 },
    ])
    expect(invoices[0].progressive_billing_credit_amount_cents).toBe(1000)
    const { fees } = await ok(client, 'GET', '/fees?fee_type=charge&external_customer_id=c')
    const last = fees.slice(-2) as {
      amount_cents: number
      sub_total_excluding_taxes_amount_cents: number
    }[]
    expect(last.map((fee) => fee.amount_cents).sort()).toEqual([200, 800])
    expect(last.map((fee) => fee.sub_total_excluding_taxes_amount_cents)).toEqual([0, 0])
  })

  it('what a charge in advance charged stays charged', async () => {
    await start({
      pay_in_advance: true,
      filters: [{ values: { region: ['eu', 'us'] }, properties: { amount: '2' } }],
    })
    await client.clock('2024-02-05T00:00:00Z')
    await use(10, 'a')
    await use(10, 'eu', { region: 'eu' })
    await client.clock('2024-02-06T00:00:00Z')
    await override({ properties: { amount: '1' } })
    expect(await usageCents()).toBe(3000)
    await use(-5, 'b')
    await use(5, 'c')
    await use(-5, 'eu2', { region: 'eu' })
    await use(6, 'eu3', { region: 'eu' })
    await client.clock('2024-02-07T00:00:00Z')
    expect(await Promise.all(['a', 'eu', 'b', 'c', 'eu2', 'eu3'].map(feeOf))).toEqual([
      1000, 2000, 0, 0, 0, 200,
    ])
    expect(await usageCents()).toBe(3200)
  })
})
