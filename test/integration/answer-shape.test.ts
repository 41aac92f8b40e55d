import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, send, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

// Keys and kinds of values that typed clients of the API rely on.

let harness: Harness
beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness.close())

const count = { code: 'm', aggregation_type: 'count_agg' }
const charge = { metric: 'm', properties: { amount: '10' } }

async function started(at: string): Promise<Client> {
  const client = await harness.organization()
  await client.clock(at)
  return client
}

describe('a subscription', () => {
  it('without a name has an empty one, and a payment method without an id', async () => {
    const client = await started('2024-01-01T00:00:00Z')
    await subscribe(client, { metrics: [], charges: [] })
    const { subscription } = await ok(client, 'GET', '/subscriptions/s')
    expect(subscription).toMatchObject({
      name: '',
      payment_method: { payment_method_type: 'provider', payment_method_id: null },
    })
    const renamed = await ok(client, 'PUT', '/subscriptions/s', { subscription: { name: 'Yearly' } })
    expect(renamed.subscription.name).toBe('Yearly')
  })

  it('that is paid in advance and ends early shows that its unused part is credited, unless it waited for the end', async () => {
    for (const [plan, next, expected] of [
      [{ pay_in_advance: true }, null, 'credit'],
      [{ pay_in_advance: false }, null, null],
      [{ pay_in_advance: true }, 9000, 'credit'],
      [{ pay_in_advance: false }, 9000, null],
      [{ pay_in_advance: true }, 100, null],
    ] as const) {
      const client = await started('2024-01-01T00:00:00Z')
      await subscribe(client, { metrics: [], charges: [], plan: { amount_cents: 5000, ...plan } })
      await client.clock('2024-01-10T00:00:00Z')
      if (next === null) await ok(client, 'DELETE', '/subscriptions/s')
      else {
        const other = {
          name: 'Q',
          code: 'q',
          interval: 'monthly',
          amount_cents: next,
          amount_currency: 'EUR',
        }
        await ok(client, 'POST', '/plans', { plan: { ...other, pay_in_advance: true } })
        const subscription = { external_customer_id: 'c', external_id: 's', plan_code: 'q' }
        await ok(client, 'POST', '/subscriptions', { subscription })
      }
      await client.clock('2024-02-02T00:00:00Z')
      const { subscriptions } = await ok(client, 'GET', '/subscriptions?status[]=terminated')
      expect([plan, next, subscriptions[0].on_termination_credit_note]).toEqual([plan, next, expected])
    }
  })
})

describe('an invoice', () => {
  it('has its address in the dashboard, its customer without integrations, and no metered total without a metric', async () => {
    const client = await started('2024-01-01T00:00:00Z')
    const { organization } = await ok(client, 'GET', '/organizations')
    await subscribe(client, { metrics: [count], charges: [charge], plan: { amount_cents: 1000 } })
    await send(client, { code: 'm', transaction_id: 'a' })
    await client.clock('2024-02-01T00:10:00Z')
    const { invoices } = await ok(client, 'GET', '/invoices')
    const { invoice } = await ok(client, 'GET', `/invoices/${invoices[0].lago_id}`)
    for (const shown of [invoices[0], invoice]) {
      const place = `customer/${shown.customer.lago_id}/invoice/${shown.lago_id}/overview`
      expect(shown.web_url).toBe(`http://localhost:3000/${organization.slug}/${place}`)
      expect(shown.customer.integration_customers).toEqual([])
      expect(shown).not.toHaveProperty('applied_usage_thresholds')
    }
    const totals = Object.fromEntries(
      invoice.fees.map((fee: { item: { type: string }; total_aggregated_units: string | null }) => [
        fee.item.type,
        fee.total_aggregated_units,
      ]),
    )
    expect(totals).toEqual({ subscription: null, charge: '1.0' })
  })

  it('of a threshold names it in the list too', async () => {
    const client = await started('2024-01-01T00:00:00Z')
    const usage_thresholds = [{ amount_cents: 1500, threshold_display_name: 'Fifteen' }]
    await subscribe(client, { metrics: [count], charges: [charge], plan: { usage_thresholds } })
    for (const id of ['a', 'b']) await send(client, { code: 'm', transaction_id: id })
    await client.clock('2024-01-02T00:00:00Z')
    const { invoices } = await ok(client, 'GET', '/invoices?invoice_type=progressive_billing')
    expect(invoices).toMatchObject([
      {
        applied_usage_thresholds: [
          { lifetime_usage_amount_cents: 2000, usage_threshold: { threshold_display_name: 'Fifteen' } },
        ],
      },
    ])
  })
})

describe('usage', () => {
  it('is issued on the last day of its period, by the calendar of the customer', async () => {
    for (const [timezone, from, day] of [
      ['UTC', '2024-02-01T00:00:00Z', '2024-02-29'],
      ['Asia/Tokyo', '2024-02-01T00:00:00Z', '2024-02-29'],
      ['America/Los_Angeles', '2024-02-01T12:00:00Z', '2024-02-29'],
    ] as const) {
      const client = await started(from)
      await subscribe(client, { metrics: [count], charges: [charge], customer: { timezone } })
      const query = '?external_subscription_id=s'
      const current = await ok(client, 'GET', `/customers/c/current_usage${query}`)
      const projected = await ok(client, 'GET', `/customers/c/projected_usage${query}`)
      expect([current.customer_usage.issuing_date, projected.customer_projected_usage.issuing_date]).toEqual([
        day,
        day,
      ])
    }
  })

  it('of the past is issued as its invoice, on pages of as many periods as are asked for', async () => {
    const client = await started('2024-01-01T00:00:00Z')
    await subscribe(client, { metrics: [count], charges: [charge] })
    for (const month of ['02', '03', '04']) {
      await send(client, { code: 'm', transaction_id: month })
      await client.clock(`2024-${month}-01T00:10:00Z`)
    }
    const past = (query: string) =>
      ok(client, 'GET', `/customers/c/past_usage?external_subscription_id=s&${query}`)
    const { usage_periods: periods, meta } = await past('periods_count=2')
    expect(periods.map((period: { issuing_date: string }) => period.issuing_date)).toEqual([
      '2024-04-01',
      '2024-03-01',
    ])
    expect(meta).toMatchObject({ total_count: 3, total_pages: 2, current_page: 1, next_page: 2 })
    expect((await past('periods_count=2&page=2')).usage_periods).toMatchObject([
      { issuing_date: '2024-02-01' },
    ])
  })

  it('since the beginning dates a threshold that was set below what was invoiced', async () => {
    const client = await started('2024-01-01T00:00:00Z')
    await subscribe(client, { metrics: [count], charges: [charge] })
    for (const id of ['a', 'b']) await send(client, { code: 'm', transaction_id: id })
    await client.clock('2024-02-02T00:00:00Z')
    await ok(client, 'PUT', '/plans/p', { plan: { usage_thresholds: [{ amount_cents: 1500 }] } })
    const { lifetime_usage: usage } = await ok(client, 'GET', '/subscriptions/s/lifetime_usage')
    expect(usage.usage_thresholds).toEqual([
      { amount_cents: 1500, completion_ratio: 1, reached_at: '2024-02-02T00:00:00.000Z' },
    ])
  })
})

describe('an organization', () => {
  it('has its address, and its first billing entity none yet', async () => {
    const made = await harness.app.inject({
      method: 'POST',
      url: '/admin/organizations',
      headers: { 'x-admin-api-key': 'test-admin-key' },
      payload: { name: 'Acme', email: 'owner@example.com' },
    })
    const headers = { authorization: `Bearer ${made.json().organization.api_key}` }
    const organization = await harness.app.inject({ url: '/api/v1/organizations', headers })
    const entities = await harness.app.inject({ url: '/api/v1/billing_entities', headers })
    expect(organization.json().organization.email).toBe('owner@example.com')
    expect(entities.json().billing_entities).toMatchObject([{ email: null }])
  })
})
