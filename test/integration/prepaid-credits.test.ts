import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ok, send, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

describe('prepaid credits', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())
  beforeEach(async () => {
    client = await harness.organization()
    await client.clock('2024-05-01T10:00:00Z')
  })

  const wallet = async (fields: object = {}): Promise<string> => {
    const made = await ok(client, 'POST', '/wallets', {
      wallet: { external_customer_id: 'c', rate_amount: '1', currency: 'EUR', ...fields },
    })
    return made.wallet.lago_id
  }
  const shown = async (id: string) => (await ok(client, 'GET', `/wallets/${id}`)).wallet
  const invoices = async () => {
    const { invoices: list } = await ok(client, 'GET', '/invoices')
    return Promise.all(
      list.map(
        async ({ lago_id }: { lago_id: string }) => (await ok(client, 'GET', `/invoices/${lago_id}`)).invoice,
      ),
    )
  }
  const monthly = (more: object = {}, amountCents = 3000) =>
    subscribe(client, { metrics: [], charges: [], plan: { amount_cents: amountCents }, ...more })

  it('pay a bill with its taxes, and come back when it is voided', async () => {
    await ok(client, 'POST', '/taxes', {
      tax: { name: 'VAT', code: 'vat', rate: 20, applied_to_organization: true },
    })
    await monthly()
    const id = await wallet({ granted_credits: '20' })
    const other = await wallet({ granted_credits: '5', priority: 1, code: 'first' })
    await client.clock('2024-06-01T01:00:00Z')
    const [invoice] = await invoices()
    expect(invoice).toMatchObject({
      sub_total_including_taxes_amount_cents: 3600,
      prepaid_credit_amount_cents: 2500,
      prepaid_granted_credit_amount_cents: 2500,
      prepaid_purchased_credit_amount_cents: null,
      total_amount_cents: 1100,
      payment_status: 'pending',
      credits: [],
    })
    expect(await shown(id)).toMatchObject({ balance_cents: 0, consumed_credits: '20.0' })
    expect((await shown(other)).balance_cents).toBe(0)
    const spent = await ok(client, 'GET', `/wallets/${id}/wallet_transactions?transaction_status=invoiced`)
    expect(spent.wallet_transactions).toMatchObject([
      {
        lago_invoice_id: invoice.lago_id,
        amount: '20.0',
        status: 'settled',
        settled_at: '2024-06-01T00:00:00Z',
      },
    ])
    await ok(client, 'DELETE', `/wallets/${other}`)
    await ok(client, 'POST', `/invoices/${invoice.lago_id}/void`, {})
    expect(await shown(id)).toMatchObject({ balance_cents: 2000, consumed_credits: '0.0' })
    expect((await shown(other)).balance_cents).toBe(0)
    const back = await ok(client, 'GET', `/wallets/${id}/wallet_transactions?transaction_status=granted`)
    expect(back.wallet_transactions[0]).toMatchObject({ lago_voided_invoice_id: invoice.lago_id })
  })

  it('pay a bill as a whole, which is then paid', async () => {
    await monthly()
    await wallet({ granted_credits: '100' })
    await client.clock('2024-06-01T01:00:00Z')
    expect(await invoices()).toMatchObject([
      { prepaid_credit_amount_cents: 3000, total_amount_cents: 0, payment_status: 'succeeded' },
    ])
  })

  it('wait until a draft is final', async () => {
    await monthly({ customer: { billing_configuration: { invoice_grace_period: 3 } } })
    const id = await wallet({ granted_credits: '10' })
    await client.clock('2024-06-01T01:00:00Z')
    const [draft] = await invoices()
    expect(draft).toMatchObject({ status: 'draft', prepaid_credit_amount_cents: 0, total_amount_cents: 3000 })
    expect((await shown(id)).balance_cents).toBe(1000)
    await ok(client, 'PUT', `/invoices/${draft.lago_id}/finalize`)
    expect((await invoices())[0]).toMatchObject({
      status: 'finalized',
      prepaid_credit_amount_cents: 1000,
      total_amount_cents: 2000,
    })
    expect((await shown(id)).balance_cents).toBe(0)
  })

  it('are not taken for one-off invoices, from other currencies, or from ended wallets', async () => {
    await monthly()
    await wallet({ granted_credits: '10', currency: 'USD', code: 'usd' })
    const ended = await wallet({
      granted_credits: '10',
      code: 'ended',
      expiration_at: '2024-05-20T00:00:00Z',
    })
    await client.clock('2024-05-21T00:00:00Z')
    expect((await shown(ended)).status).toBe('terminated')
    await ok(client, 'POST', '/add_ons', {
      add_on: { name: 'a', code: 'a', amount_cents: 500, amount_currency: 'EUR' },
    })
    const id = await wallet({ granted_credits: '10', code: 'eur', expiration_at: '2024-06-01T00:00:00Z' })
    await ok(client, 'POST', '/invoices', {
      invoice: { external_customer_id: 'c', currency: 'EUR', fees: [{ add_on_code: 'a' }] },
    })
    expect((await invoices())[0]).toMatchObject({ total_amount_cents: 500, prepaid_credit_amount_cents: 0 })
    await client.clock('2024-06-01T01:00:00Z')
    const bill = (await invoices()).find(({ invoice_type }) => invoice_type === 'subscription')
    // The bill comes before the end of a wallet that ends at the same instant.
    expect(bill).toMatchObject({ prepaid_credit_amount_cents: 1000, total_amount_cents: 2000 })
    expect((await shown(id)).status).toBe('terminated')
  })

  it('that were bought pay usage in advance, one event after the other', async () => {
    await subscribe(client, {
      metrics: [{ code: 'calls', name: 'Calls', aggregation_type: 'sum_agg', field_name: 'n' }],
      charges: [{ metric: 'calls', properties: { amount: '1' }, pay_in_advance: true }],
    })
    const id = await wallet({ paid_credits: '8', applies_to: { billable_metric_codes: ['calls'] } })
    await client.clock('2024-05-03T00:00:00Z')
    const [sale] = await invoices()
    await ok(client, 'PUT', `/invoices/${sale.lago_id}`, { invoice: { payment_status: 'succeeded' } })
    for (const transaction_id of ['1', '2'])
      await send(client, { transaction_id, code: 'calls', properties: { n: 5 } })
    await client.clock('2024-05-03T00:01:00Z')
    const bills = (await invoices()).filter(({ invoice_type }) => invoice_type === 'subscription')
    expect(bills.map((each) => each.prepaid_purchased_credit_amount_cents).sort()).toEqual([300, 500])
    expect((await shown(id)).balance_cents).toBe(0)
  })
})
