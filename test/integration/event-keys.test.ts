import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

type Fee = { external_subscription_id: string; amount_cents: number; event_transaction_id: string }

describe('one transaction id for two subscriptions', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
    client = await harness.organization()
    await client.clock('2024-03-05T10:00:00Z')
  })
  afterAll(() => harness.close())

  it('counts and is charged in advance for both', async () => {
    await subscribe(client, {
      metrics: [{ code: 'm', aggregation_type: 'sum_agg', field_name: 'n' }],
      charges: [
        { metric: 'm', properties: { amount: '1' } },
        { metric: 'm', code: 'advance', properties: { amount: '10' }, pay_in_advance: true },
      ],
    })
    const second = { external_customer_id: 'c', external_id: 's2', plan_code: 'p' }
    await ok(client, 'POST', '/subscriptions', { subscription: second })
    const event = (external_subscription_id: string, n: number) => ({
      transaction_id: 'shared',
      code: 'm',
      external_subscription_id,
      properties: { n },
    })
    await ok(client, 'POST', '/events/batch', { events: [event('s', 2), event('s2', 3)] })
    await client.clock('2024-03-05T10:00:30Z')
    const { fees } = await ok(client, 'GET', '/fees?event_transaction_id=shared')
    const charged = fees.map((fee: Fee) => [fee.external_subscription_id, fee.amount_cents])
    expect(charged.sort()).toEqual([
      ['s', 2000],
      ['s2', 3000],
    ])
    for (const [subscription, cents] of [
      ['s', 2200],
      ['s2', 3300],
    ]) {
      const path = `/customers/c/current_usage?external_subscription_id=${subscription}`
      expect((await ok(client, 'GET', path)).customer_usage.amount_cents).toBe(cents)
    }
  })
})
