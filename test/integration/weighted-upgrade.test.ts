import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, send, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

type Fee = { units: string; amount_cents: number; item: { type: string; code: string } }
type Invoice = { lago_id: string }

describe('an upgrade to a plan that charges the metric too', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
    client = await harness.organization()
    await client.clock('2024-04-01T00:00:00Z')
  })
  afterAll(() => harness.close())

  it('bills a recurring weighted sum by the days of each plan, and another quantity by the new plan', async () => {
    const sum = { field_name: 'n', recurring: true }
    await subscribe(client, {
      metrics: [
        { code: 'level', aggregation_type: 'weighted_sum_agg', weighted_interval: 'seconds', ...sum },
        { code: 'seats', aggregation_type: 'sum_agg', ...sum },
      ],
      charges: ['level', 'seats'].map((metric) => ({ metric, properties: { amount: '1' } })),
    })
    const { billable_metrics } = await ok(client, 'GET', '/billable_metrics')
    const charges = billable_metrics.map((metric: { lago_id: string; code: string }) => ({
      code: metric.code,
      billable_metric_id: metric.lago_id,
      charge_model: 'standard',
      properties: { amount: '2' },
    }))
    const dearer = { name: 'D', code: 'd', interval: 'monthly', amount_cents: 3000, amount_currency: 'EUR' }
    await ok(client, 'POST', '/plans', { plan: { ...dearer, charges } })
    for (const code of ['level', 'seats']) {
      await send(client, { code, transaction_id: code, properties: { n: 300 } })
    }
    await client.clock('2024-04-11T00:00:00Z')
    await ok(client, 'POST', '/subscriptions', {
      subscription: { external_customer_id: 'c', external_id: 's', plan_code: 'd' },
    })
    expect(await newestBill()).toEqual({ level: ['100.0', 10_000] })
    await client.clock('2024-05-01T00:00:00Z')
    expect(await newestBill()).toEqual({ level: ['200.0', 40_000], seats: ['300.0', 60_000] })
  })

  /** Units and cents of the charges on the newest invoice. */
  async function newestBill(): Promise<Record<string, [string, number]>> {
    const { invoices } = await ok(client, 'GET', '/invoices?per_page=100')
    const bills = await Promise.all(
      invoices.map(async ({ lago_id }: Invoice) => (await ok(client, 'GET', `/invoices/${lago_id}`)).invoice),
    )
    const [bill] = bills.sort((a, b) => b.sequential_id - a.sequential_id)
    const charged = bill.fees.filter((fee: Fee) => fee.item.type === 'charge')
    return Object.fromEntries(charged.map((fee: Fee) => [fee.item.code, [fee.units, fee.amount_cents]]))
  }
})
