import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ok } from '../support/billing-fixtures.ts'
import { type Answer, type Client, type Harness, startHarness } from '../support/harness.ts'

const COUNT = 24
/** Columns that differ between subscriptions. */
const OWN = {
  id: '',
  customerId: '',
  externalId: '',
  startedAt: 0,
  activatedAt: 0,
  subscriptionAt: 0,
  createdAt: 0,
  updatedAt: 0,
}
const upTo = (count: number) => Array.from({ length: count }, (_, place) => place + 1)

let harness: Harness
let client: Client

beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness.close())

beforeEach(async () => {
  // Not a sandbox, whose requests share no transaction.
  client = await harness.organization({ sandbox: false })
  const metric = { name: 'Calls', code: 'calls', aggregation_type: 'count_agg', recurring: false }
  const { billable_metric } = await ok(client, 'POST', '/billable_metrics', { billable_metric: metric })
  const charge = {
    billable_metric_id: billable_metric.lago_id,
    charge_model: 'standard',
    properties: { amount: '1' },
  }
  const plan = {
    interval: 'monthly',
    amount_cents: 1000,
    amount_currency: 'EUR',
    pay_in_advance: false,
    charges: [charge],
  }
  await ok(client, 'POST', '/plans', { plan: { ...plan, name: 'Plan', code: 'plan' } })
  await ok(client, 'POST', '/plans', {
    plan: { ...plan, name: 'Advance', code: 'advance', pay_in_advance: true },
  })
  for (const n of upTo(COUNT)) {
    // Every fifth one has no currency yet, and takes that of its plan.
    const currency = n % 5 === 0 ? {} : { currency: 'EUR' }
    await ok(client, 'POST', '/customers', { customer: { external_id: `c${n}`, ...currency } })
  }
})

/** Requests that arrive at the same time, answered in their order. */
function atOnce(subscriptions: readonly object[]): Promise<Answer[]> {
  return Promise.all(
    subscriptions.map((subscription) => client.call('POST', '/subscriptions', { subscription })),
  )
}

function without(key: string, value: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(value).filter(([each]) => each !== key))
}

describe('subscriptions that are created at the same time', () => {
  it('are what each would be alone, whatever it asks for', async () => {
    const wishes = upTo(COUNT).map((n) => ({
      external_customer_id: n % 7 === 0 ? `new ${n}` : `c${n}`,
      external_id: `s${n}`,
      plan_code: n % 6 === 0 ? 'advance' : 'plan',
      ...(n % 4 === 0 ? { subscription_at: '2024-02-03T04:05:06Z' } : {}),
      ...(n % 4 === 1 ? { subscription_at: '2099-02-03T04:05:06Z', name: `Name ${n}` } : {}),
      ...(n % 8 === 3 ? { plan_overrides: { amount_cents: n } } : {}),
      ...(n % 8 === 2 ? { ending_at: '2098-01-01T00:00:00Z', billing_time: 'anniversary' } : {}),
    }))
    const answers = await atOnce(wishes)
    for (const [place, { status, body }] of answers.entries()) {
      expect(body.status, JSON.stringify(body)).toBeUndefined()
      expect(status).toBe(200)
      const { subscription } = body
      expect(subscription.external_id).toBe(`s${place + 1}`)
      const shown = await client.call('GET', `/subscriptions/s${place + 1}?status=${subscription.status}`)
      expect(shown.body.subscription).toEqual(subscription)
    }
  })

  it('have the same due items and the same lifetime usage as one that was created alone', async () => {
    const wish = (n: number) => ({ external_customer_id: `c${n}`, external_id: `s${n}`, plan_code: 'plan' })
    await ok(client, 'POST', '/subscriptions', { subscription: wish(1) })
    const answers = await atOnce(upTo(COUNT).slice(1).map(wish))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    const found = await harness.context.database.read(client.organizationId, async (reads) => {
      const subscriptions = await reads.selectFrom('subscriptions').selectAll().execute()
      const items = await reads.selectFrom('dueItems').selectAll().execute()
      const usages = await reads.selectFrom('lifetimeUsages').selectAll().execute()
      return subscriptions.map((row) => ({
        row: { ...row, ...OWN },
        due: items
          .filter(({ subjectId }) => subjectId === row.id)
          .map(({ kind, dueAt }) => ({ kind, dueAt })),
        usages: usages
          .filter(({ subscriptionId }) => subscriptionId === row.id)
          .map((usage) => usage.historicalUsageAmountCents),
      }))
    })
    expect(found).toHaveLength(COUNT)
    for (const each of found) expect(each).toEqual(found[0])
  })

  it('answer 422 and 404 to those that cannot be, and create the others', async () => {
    const answers = await atOnce(
      upTo(COUNT).map((n) => ({
        external_customer_id: `c${n}`,
        external_id: n <= 2 ? 'same' : `s${n}`,
        plan_code: n % 6 === 0 ? 'unknown' : 'plan',
        ...(n % 6 === 1 ? { ending_at: '2001-01-01T00:00:00Z' } : {}),
      })),
    )
    const statuses = answers.map(({ status }) => status)
    const wanted = upTo(COUNT).map((n) => (n % 6 === 0 ? 404 : n % 6 === 1 ? 422 : 200))
    expect(statuses).toEqual(wanted)
    const { subscriptions } = await ok(client, 'GET', '/subscriptions?per_page=100')
    expect(subscriptions).toHaveLength(wanted.filter((status) => status === 200).length)
  })

  it('are one for each external id, whoever comes first', async () => {
    const answers = await atOnce(
      upTo(COUNT).map((n) => ({
        external_customer_id: `c${n}`,
        external_id: `s${n % 3}`,
        plan_code: 'plan',
      })),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3)
    for (const { body } of answers.filter(({ status }) => status !== 200)) {
      expect(body.error_details).toEqual({ external_id: ['value_already_exist'] })
    }
  })

  it('are announced as they are shown', async () => {
    const endpoint = { webhook_url: 'http://127.0.0.1:1/', signature_algo: 'hmac' }
    const { webhook_endpoint } = await ok(client, 'POST', '/webhook_endpoints', {
      webhook_endpoint: endpoint,
    })
    const wish = (n: number) => ({ external_customer_id: `c${n}`, external_id: `s${n}`, plan_code: 'plan' })
    const alone = await ok(client, 'POST', '/subscriptions', { subscription: wish(1) })
    const answers = await atOnce(upTo(COUNT).slice(1).map(wish))
    const subscriptions = [alone, ...answers.map(({ body }) => body)].map((body) => body.subscription)
    const { rows } = await harness.context.database.read(client.organizationId, async (reads) => ({
      rows: await reads
        .selectFrom('webhooks')
        .selectAll()
        .where('webhookType', '=', 'subscription.started')
        .execute(),
    }))
    expect(webhook_endpoint.lago_id).toBe(rows[0]?.webhookEndpointId)
    const told = new Map(rows.map((row) => [row.objectId, JSON.parse(String(row.payload)).subscription]))
    expect(told.size).toBe(COUNT)
    const keys = new Set(subscriptions.map(({ lago_id }) => Object.keys(told.get(lago_id).customer).join()))
    expect(keys.size).toBe(1)
    for (const subscription of subscriptions) {
      expect(without('customer', told.get(subscription.lago_id))).toEqual(subscription)
    }
  })
})
