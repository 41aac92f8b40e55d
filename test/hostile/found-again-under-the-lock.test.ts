import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { lockCustomerByExternalId } from '../../src/store/customers.ts'
import { inTransaction } from '../../src/store/transaction.ts'
import { ok } from '../support/billing-fixtures.ts'
import { type Answer, type Client, type Harness, startHarness } from '../support/harness.ts'

/** Long enough for requests to have looked up what they mean, and to wait for the customer. */
const MEETING_MS = 300

describe('a request that waits while what it means is replaced', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness({ poolMax: 12 })
  })
  afterAll(() => harness?.close())
  beforeEach(async () => {
    client = await harness.organization({ sandbox: false })
    await ok(client, 'POST', '/features', {
      feature: { code: 'f', name: 'F', privileges: [{ code: 'p', value_type: 'integer' }] },
    })
    await ok(client, 'POST', '/billable_metrics', {
      billable_metric: { name: 'M', code: 'm', aggregation_type: 'count_agg' },
    })
    const { billable_metric } = await ok(client, 'GET', '/billable_metrics/m')
    for (const [code, amount] of [
      ['small', 1000],
      ['large', 2000],
    ] as const) {
      await ok(client, 'POST', '/plans', {
        plan: {
          name: code,
          code,
          interval: 'monthly',
          amount_cents: amount,
          amount_currency: 'EUR',
          pay_in_advance: true,
          charges: [
            {
              billable_metric_id: billable_metric.lago_id,
              code: 'own',
              charge_model: 'standard',
              properties: { amount: '1' },
            },
          ],
        },
      })
      await ok(client, 'POST', `/plans/${code}/entitlements`, { entitlements: { f: { p: 1 } } })
    }
    await ok(client, 'POST', '/subscriptions', subscription('small'))
  })

  const subscription = (plan: string) => ({
    subscription: { external_customer_id: 'c', external_id: 's', plan_code: plan },
  })

  /** Lets the upgrade and then a request wait for the customer, and both go on at once. */
  async function besideAnUpgrade(request: () => Promise<Answer>): Promise<Answer> {
    const { database } = harness.context
    const waiting = await inTransaction(database, client.organizationId, async (tx) => {
      await lockCustomerByExternalId(tx, 'c')
      const upgrade = client.call('POST', '/subscriptions', subscription('large'))
      await new Promise((resolve) => setTimeout(resolve, MEETING_MS))
      const answer = request()
      await new Promise((resolve) => setTimeout(resolve, MEETING_MS))
      return { upgrade, answer }
    })
    expect((await waiting.upgrade).status).toBe(200)
    return waiting.answer
  }

  const active = async () => {
    const { subscriptions } = await ok(client, 'GET', '/subscriptions?status[]=active')
    return subscriptions
  }

  it('DELETE ends the new subscription', async () => {
    const { status, body } = await besideAnUpgrade(() => client.call('DELETE', '/subscriptions/s'))
    expect(status, JSON.stringify(body)).toBe(200)
    expect(body.subscription).toMatchObject({ plan_code: 'large', status: 'terminated' })
    expect(await active()).toEqual([])
  })

  it('PUT changes the new subscription', async () => {
    const change = { subscription: { name: 'renamed' } }
    const { status, body } = await besideAnUpgrade(() => client.call('PUT', '/subscriptions/s', change))
    expect(status, JSON.stringify(body)).toBe(200)
    expect(await active()).toMatchObject([{ plan_code: 'large', name: 'renamed' }])
  })

  it('entitlements, alerts and prices go to the new subscription', async () => {
    const requests: (() => Promise<Answer>)[] = [
      () => client.call('PATCH', '/subscriptions/s/entitlements', { entitlements: { f: { p: 7 } } }),
      () =>
        client.call('POST', '/subscriptions/s/alerts', {
          alert: { alert_type: 'current_usage_amount', code: 'a', thresholds: [{ value: '10' }] },
        }),
      () => client.call('PUT', '/subscriptions/s/charges/own', { charge: { properties: { amount: '9' } } }),
      () =>
        client.call('PUT', '/subscriptions/s/lifetime_usage', {
          lifetime_usage: { external_historical_usage_amount_cents: 50 },
        }),
    ]
    const answers = await besideAnUpgrade(async () => {
      const all = await Promise.all(requests.map((request) => request()))
      const refused = all.find(({ status }) => status !== 200)
      return refused ?? { status: 200, body: all, headers: {} }
    })
    expect(answers.status, JSON.stringify(answers.body)).toBe(200)
    const { entitlements } = await ok(client, 'GET', '/subscriptions/s/entitlements')
    expect(entitlements[0].privileges[0].value).toBe(7)
    const { charge } = await ok(client, 'GET', '/subscriptions/s/charges/own')
    expect(charge.properties.amount).toBe('9')
    const { lifetime_usage } = await ok(client, 'GET', '/subscriptions/s/lifetime_usage')
    expect(lifetime_usage.external_historical_usage_amount_cents).toBe(50)
  })
})
