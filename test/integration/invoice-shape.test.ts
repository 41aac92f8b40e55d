import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

describe('the JSON of an invoice', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
    client = await harness.organization()
    await client.clock('2024-01-01T00:00:00Z')
    await subscribe(client, {
      metrics: [],
      charges: [],
      plan: { amount_cents: 3100 },
      customer: { billing_configuration: { invoice_grace_period: 3 } },
    })
    await client.clock('2024-02-01T01:00:00Z')
  })
  afterAll(() => harness.close())

  const only = async () => (await ok(client, 'GET', '/invoices')).invoices[0]

  it('200: a draft has no sequential id, and no address of a file that is not there', async () => {
    const draft = await only()
    expect(draft).toMatchObject({ status: 'draft', total_amount_cents: 3100, voided_at: null })
    expect(draft).toMatchObject({ sequential_id: null, payment_dispute_lost_at: null, file_url: null })
  })

  it('200: one invoice shows its subscriptions as the subscription itself is listed', async () => {
    const { lago_id: id } = await only()
    const { invoice } = await ok(client, 'GET', `/invoices/${id}`)
    const { subscriptions } = await ok(client, 'GET', '/subscriptions')
    expect(invoice.subscriptions).toEqual(subscriptions)
    expect(invoice.subscriptions[0]).toMatchObject({
      plan_code: 'p',
      billing_entity_code: expect.any(String),
      current_billing_period_started_at: '2024-02-01T00:00:00Z',
    })
  })

  it('200: the sequential id is given when it is finalized', async () => {
    await client.clock('2024-02-05T00:00:00Z')
    expect(await only()).toMatchObject({ status: 'finalized', sequential_id: 1 })
  })
})

describe('a grace period that is taken away', () => {
  it('makes the draft final now, and not as of a day that is over', async () => {
    const harness = await startHarness()
    try {
      const client = await harness.organization()
      await client.clock('2024-01-01T00:00:00Z')
      await subscribe(client, {
        metrics: [],
        charges: [],
        plan: { amount_cents: 3100 },
        customer: { billing_configuration: { invoice_grace_period: 5 } },
      })
      await client.clock('2024-02-03T00:00:00Z')
      await ok(client, 'POST', '/customers', {
        customer: { external_id: 'c', billing_configuration: { invoice_grace_period: 0 } },
      })
      await client.clock('2024-02-03T00:01:00Z')
      const [invoice] = (await ok(client, 'GET', '/invoices')).invoices
      expect(invoice).toMatchObject({
        status: 'finalized',
        issuing_date: '2024-02-03',
        payment_due_date: '2024-02-03',
        payment_overdue: false,
      })
    } finally {
      await harness.close()
    }
  })
})
