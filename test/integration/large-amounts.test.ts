import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

/** The greatest price that a plan may have, and usage that no double has the amount of, nor that of their sum. */
const PLAN_CENTS = 9007199254740991n
const USAGE_CENTS = 9007199254740995n

let harness: Harness
let client: Client

async function textOf(path: string): Promise<string> {
  const headers = { authorization: `Bearer ${client.apiKey}` }
  const answer = await harness.app.inject({ method: 'GET', url: `/api/v1${path}`, headers })
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.body
}

beforeAll(async () => {
  harness = await startHarness()
  client = await harness.organization()
  await client.clock('2024-01-01T00:00:00Z')
  await ok(client, 'POST', '/webhook_endpoints', {
    webhook_endpoint: { webhook_url: 'http://127.0.0.1:9/x' },
  })
  const plan = `{"plan": {"name": "P", "code": "large", "interval": "monthly", "pay_in_advance": false,
    "amount_cents": ${PLAN_CENTS}, "amount_currency": "EUR"}}`
  expect((await client.call('POST', '/plans', plan)).status).toBe(200)
  await subscribe(client, {
    metrics: [{ code: 'bytes', aggregation_type: 'sum_agg', field_name: 'n' }],
    charges: [{ metric: 'bytes', properties: { amount: '0.01' } }],
    subscription: { plan_code: 'large' },
  })
  const { billable_metrics } = await ok(client, 'GET', '/billable_metrics')
  const charge = {
    code: 'c',
    billable_metric_id: billable_metrics[0].lago_id,
    charge_model: 'standard',
    properties: { amount: '0.01' },
  }
  await ok(client, 'POST', '/plans/large/charges', { charge })
  await ok(client, 'POST', '/events', {
    event: {
      transaction_id: 't',
      external_subscription_id: 's',
      code: 'bytes',
      properties: { n: USAGE_CENTS.toString() },
    },
  })
})

afterAll(async () => {
  await harness?.close()
})

describe('amounts beyond 2^53 cents', () => {
  it('a plan and a subscription show every digit', async () => {
    expect(await textOf('/plans/large')).toContain(`"amount_cents":${PLAN_CENTS},`)
    expect(await textOf('/subscriptions/s')).toContain(`"plan_amount_cents":${PLAN_CENTS},`)
  })

  it('current usage shows every digit', async () => {
    const text = await textOf('/customers/c/current_usage?external_subscription_id=s')
    expect(text).toContain(`"amount_cents":${USAGE_CENTS},`)
    expect(text).toContain(`"total_amount_cents":${USAGE_CENTS},`)
  })

  it('invoices, their fees, and the webhook that is signed show every digit, and add up', async () => {
    await client.clock('2024-02-01T00:10:00Z')
    const total = PLAN_CENTS + USAGE_CENTS
    const { invoices } = await ok(client, 'GET', '/invoices')
    const one = await textOf(`/invoices/${invoices[0].lago_id}`)
    for (const text of [await textOf('/invoices'), one]) {
      expect(text).toContain(`"fees_amount_cents":${total},`)
      expect(text).toContain(`"total_amount_cents":${total},`)
    }
    for (const text of [await textOf('/fees'), one]) {
      expect(text).toContain(`"amount_cents":${PLAN_CENTS},`)
      expect(text).toContain(`"amount_cents":${USAGE_CENTS},`)
      expect(text).toContain(`"amount_details":{"plan_amount_cents":${PLAN_CENTS}}`)
    }
    const { webhook_endpoints } = await ok(client, 'GET', '/webhook_endpoints')
    const list = await ok(client, 'GET', `/webhook_endpoints/${webhook_endpoints[0].lago_id}/webhooks`)
    const created = list.webhooks.find(
      (each: { webhook_type: string }) => each.webhook_type === 'invoice.created',
    )
    const { webhook } = await ok(client, 'GET', `/webhooks/${created.lago_id}`)
    expect(webhook.payload).toContain(`"total_amount_cents":${total},`)
  })

  it('an answer under an Idempotency-Key keeps every digit', async () => {
    const send = () =>
      harness.app.inject({
        method: 'PUT',
        url: '/api/v1/plans/large',
        headers: {
          authorization: `Bearer ${client.apiKey}`,
          'content-type': 'application/json',
          'idempotency-key': 'large',
        },
        payload: '{"plan": {"name": "Large"}}',
      })
    const first = await send()
    expect(first.body).toContain(`"amount_cents":${PLAN_CENTS},`)
    expect((await send()).body).toBe(first.body)
  })
})
