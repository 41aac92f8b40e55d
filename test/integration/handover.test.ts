import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, send, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const SUM = { code: 'm', aggregation_type: 'sum_agg', field_name: 'n' }
const AT = '2024-02-10T09:00:00Z'

let harness: Harness
let client: Client

beforeAll(async () => {
  harness = await startHarness()
})

afterAll(() => harness.close())

/** A customer on plan `p`, with a dearer and a cheaper plan of the same charge to change to. */
async function start(set: { charge?: object; metric?: object; customer?: object; plan?: object } = {}) {
  client = await harness.organization()
  await client.clock('2024-02-01T00:00:00Z')
  await subscribe(client, {
    metrics: [{ ...SUM, ...set.metric }],
    charges: [{ metric: 'm', properties: { amount: '1' }, ...set.charge }],
    plan: { amount_cents: 1000, ...set.plan },
    customer: set.customer ?? {},
  })
  const { plan } = await ok(client, 'GET', '/plans/p')
  const [{ lago_billable_metric_id: metricId }] = plan.charges
  for (const [code, cents] of [
    ['dear', 2000],
    ['cheap', 500],
  ]) {
    const charges = [
      {
        code: 'm_charge',
        charge_model: 'standard',
        billable_metric_id: metricId,
        properties: { amount: '1' },
        ...set.charge,
      },
    ]
    await ok(client, 'POST', '/plans', {
      plan: {
        name: code,
        code,
        interval: 'monthly',
        amount_cents: cents,
        amount_currency: 'EUR',
        pay_in_advance: false,
        charges,
      },
    })
  }
}

const subscribeTo = (plan_code: string, more: object = {}) =>
  ok(client, 'POST', '/subscriptions', {
    subscription: { external_customer_id: 'c', external_id: 's', plan_code, ...more },
  })

const use = (n: number, at: string) =>
  send(client, {
    code: 'm',
    transaction_id: `${at}-${n}`,
    properties: { n },
    timestamp: Date.parse(at) / 1000,
  })

/** Cents of the charge fees by the plan of their subscription, in the order of their invoices. */
async function charged(): Promise<number[]> {
  const { fees } = await ok(client, 'GET', '/fees?fee_type=charge&external_customer_id=c')
  return fees.map((fee: { amount_cents: number }) => fee.amount_cents)
}

async function usageCents(): Promise<number> {
  const answer = await ok(client, 'GET', '/customers/c/current_usage?external_subscription_id=s')
  return answer.customer_usage.amount_cents
}

describe('an event at the instant at which one subscription ends and the next begins', () => {
  it('is billed by the new one after an upgrade', async () => {
    await start()
    await use(1, '2024-02-10T08:59:59.999Z')
    await use(10, AT)
    await client.clock(AT)
    await subscribeTo('dear')
    expect(await charged()).toEqual([100])
    expect(await usageCents()).toBe(1000)
    await client.clock('2024-03-02T00:00:00Z')
    expect(await charged()).toEqual([100, 1000])
    const { invoices } = await ok(client, 'GET', '/invoices?external_customer_id=c&per_page=10')
    const { invoice } = await ok(client, 'GET', `/invoices/${invoices.at(-1).lago_id}`)
    expect(invoice.billing_periods[0].charges_to_datetime).toBe(AT)
  })

  it('is billed by the new one after a downgrade', async () => {
    await start()
    await subscribeTo('cheap')
    await use(1, '2024-02-29T23:59:59.999Z')
    await use(10, '2024-03-01T00:00:00.000Z')
    await client.clock('2024-04-02T00:00:00Z')
    expect(await charged()).toEqual([100, 1000])
  })

  it('belongs to the one that ended when none follows', async () => {
    await start()
    await use(10, AT)
    await client.clock(AT)
    await ok(client, 'DELETE', '/subscriptions/s')
    expect(await charged()).toEqual([1000])
  })

  it.each([
    ['is not billed again by one that starts there later', {}],
    ['is not billed again by one that is dated back to it', { subscription_at: '2024-02-05T00:00:00Z' }],
  ])('%s', async (_, more) => {
    await start()
    await use(10, AT)
    await client.clock(AT)
    await ok(client, 'DELETE', '/subscriptions/s')
    if ('subscription_at' in more) await client.clock('2024-02-12T00:00:00Z')
    const { subscription } = await subscribeTo('p', more)
    expect(subscription.started_at).toBe('2024-02-10T09:00:00.000Z')
    expect(await usageCents()).toBe(0)
    await use(3, AT)
    await use(1, '2024-02-10T09:00:00.001Z')
    expect(await usageCents()).toBe(400)
    await client.clock('2024-03-02T00:00:00Z')
    expect(await charged()).toEqual([1000, 400])
  })

  it('goes to the successor when the final bill is a draft that is rebuilt', async () => {
    await start({ customer: { billing_configuration: { invoice_grace_period: 5 } } })
    await use(10, AT)
    await use(2, '2024-02-09T00:00:00Z')
    await client.clock(AT)
    await ok(client, 'DELETE', '/subscriptions/s')
    expect(await charged()).toEqual([1200])
    await subscribeTo('p')
    await use(3, AT)
    expect(await usageCents()).toBe(300)
    const { invoices } = await ok(client, 'GET', '/invoices?external_customer_id=c')
    await ok(client, 'PUT', `/invoices/${invoices[0].lago_id}/refresh`)
    expect(await charged()).toEqual([200])
    expect(await usageCents()).toBe(1300)
    await client.clock('2024-03-10T00:00:00Z')
    expect(await charged()).toEqual([200, 1300])
  })

  it('is carried, and not counted again, when a recurring metric was billed for it', async () => {
    await start({ metric: { recurring: true }, charge: { prorated: true, properties: { amount: '29' } } })
    await use(1, AT)
    await client.clock(AT)
    await ok(client, 'DELETE', '/subscriptions/s')
    expect(await charged()).toEqual([100])
    await subscribeTo('p')
    await use(2, AT)
    const answer = await ok(client, 'GET', '/customers/c/current_usage?external_subscription_id=s')
    expect(answer.customer_usage.charges_usage[0]).toMatchObject({ units: '3.0', amount_cents: 6000 })
  })

  it('is charged in advance by the new one on its own', async () => {
    await start({
      charge: {
        pay_in_advance: true,
        invoiceable: false,
        charge_model: 'package',
        properties: { amount: '1', package_size: 10, free_units: 0 },
      },
    })
    await use(4, AT)
    await client.clock(AT)
    await ok(client, 'DELETE', '/subscriptions/s')
    await subscribeTo('p')
    await use(8, AT)
    await client.clock('2024-02-11T00:00:00Z')
    expect(await charged()).toEqual([100, 100])
    const event = { code: 'm', external_subscription_id: 's', properties: { n: 2 } }
    const { fees } = await ok(client, 'POST', '/events/estimate_fees', { event })
    expect([fees[0].amount_cents, await usageCents()]).toEqual([0, 100])
  })
})

describe('a recurring quantity at an upgrade', () => {
  it('is billed once, by the plan that goes on with it, also when that one pays in arrears', async () => {
    await start({ metric: { recurring: true } })
    await use(3, '2024-02-02T00:00:00Z')
    await client.clock('2024-02-11T12:00:00Z')
    await subscribeTo('dear')
    await client.clock('2024-02-11T13:00:00Z')
    expect(await charged()).toEqual([])
    await client.clock('2024-03-01T01:00:00Z')
    expect(await charged()).toEqual([300])
  })

  it('that a progressive invoice billed in the old plan is credited in the new one', async () => {
    await start({ metric: { recurring: true }, plan: { usage_thresholds: [{ amount_cents: 200 }] } })
    const tax = { name: 'T', code: 't', rate: 10, applied_to_organization: true }
    await ok(client, 'POST', '/taxes', { tax })
    await use(3, '2024-02-02T00:00:00Z')
    await client.clock('2024-02-11T12:00:00Z')
    await subscribeTo('dear')
    await client.clock('2024-03-01T01:00:00Z')
    const { invoices } = await ok(client, 'GET', '/invoices')
    const totals = invoices.map((invoice: Record<string, unknown>) => [
      invoice.invoice_type,
      invoice.progressive_billing_credit_amount_cents,
      invoice.total_amount_cents,
    ])
    // 1310 is 19 of 29 days of 2000; 1000 for 10 days is 345. Each with a tenth of tax.
    expect(totals).toEqual([
      ['subscription', 300, 1441],
      ['subscription', 0, 380],
      ['progressive_billing', 0, 330],
    ])
  })

  it('stays out of a final bill that is a rebuilt draft', async () => {
    await start({ metric: { recurring: true }, customer: { invoice_grace_period: 3 } })
    await use(3, '2024-02-02T00:00:00Z')
    await client.clock('2024-02-11T12:00:00Z')
    await subscribeTo('dear')
    await client.clock('2024-02-11T13:00:00Z')
    const { invoices } = await ok(client, 'GET', '/invoices')
    await ok(client, 'PUT', `/invoices/${invoices[0].lago_id}/refresh`)
    await client.clock('2024-02-20T00:00:00Z')
    expect(await charged()).toEqual([])
  })
})

describe('the fee of a renewal at a downgrade', () => {
  it('names the period that it pays for', async () => {
    await start({
      metric: { recurring: true },
      charge: { pay_in_advance: true, properties: { amount: '1' } },
    })
    await client.clock('2024-02-05T00:00:00Z')
    await use(3, '2024-02-05T00:00:00Z')
    await subscribeTo('cheap')
    await client.clock('2024-03-01T01:00:00Z')
    const { fees } = await ok(client, 'GET', '/fees?fee_type=charge&external_customer_id=c')
    expect(fees.at(-1)).toMatchObject({
      amount_cents: 300,
      from_date: '2024-03-01T00:00:00Z',
      to_date: '2024-03-31T23:59:59Z',
    })
  })
})
