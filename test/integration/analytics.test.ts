import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, send, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { addCustomer, issue, pay, sell } from '../support/payment-fixtures.ts'

let harness: Harness

beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness?.close())

const read = async (client: Client, path: string) => {
  const body = await ok(client, 'GET', `/analytics/${path}`)
  const [rows] = Object.values(body)
  return rows as { month: string; amount_cents: number }[]
}

type Balance = {
  readonly month: string
  readonly currency: string
  readonly amount_cents: number
  readonly lago_invoice_ids: readonly string[]
}

const JANUARY = '2025-01-01T00:00:00.000Z'
const MARCH = '2025-03-01T00:00:00.000Z'

/** Invoices of January (1000 EUR, 500 USD, a partner's 700, a voided one) and of March (2000 EUR). */
async function selling(): Promise<{ client: Client; ids: Record<string, string> }> {
  const client = await harness.organization()
  await sell(client)
  await addCustomer(client, 'acme', { net_payment_term: 0 })
  await addCustomer(client, 'partner', { account_type: 'partner' })
  const ids = {
    euros: await issue(client, 'acme', 1000),
    dollars: await issue(client, 'acme', 500, { currency: 'USD' }),
    partner: await issue(client, 'partner', 700),
    voided: await issue(client, 'acme', 300),
  }
  await ok(client, 'POST', `/invoices/${ids.voided}/void`, {})
  await client.clock('2025-03-05T12:00:00Z')
  return { client, ids: { ...ids, march: await issue(client, 'acme', 2000) } }
}

describe('gross revenue', () => {
  it('200: is what was invoiced by month and currency', async () => {
    const { client } = await selling()
    const euro = { currency: 'EUR', billing_entity_id: null }
    expect(await read(client, 'gross_revenue')).toEqual([
      { ...euro, month: JANUARY, amount_cents: 1000, invoices_count: 1 },
      { ...euro, currency: 'USD', month: JANUARY, amount_cents: 500, invoices_count: 1 },
      { ...euro, month: MARCH, amount_cents: 2000, invoices_count: 1 },
    ])
    expect((await read(client, 'gross_revenue?months=2&currency=eur')).map(({ month }) => month)).toEqual([
      MARCH,
    ])
    expect(await read(client, 'gross_revenue?months=3&currency=EUR')).toHaveLength(2)
    expect(await read(client, 'gross_revenue?months=x')).toHaveLength(3)
    expect(await read(client, 'gross_revenue?external_customer_id=partner')).toEqual([])
    const { billing_entities: entities } = await ok(client, 'GET', '/billing_entities')
    const [own] = await read(client, `gross_revenue?billing_entity_code=${entities[0].code}`)
    expect(own).toMatchObject({ billing_entity_id: entities[0].lago_id, amount_cents: 1000 })
    expect(await read(client, 'gross_revenue?billing_entity_code=ghost')).toHaveLength(3)
    expect((await client.call('GET', '/analytics/gross_revenue?currency=x')).status).toBe(422)
    expect(await read(await harness.organization(), 'gross_revenue')).toEqual([])
  })

  it('200: leaves out what a dispute took back', async () => {
    const { client, ids } = await selling()
    await ok(client, 'POST', `/invoices/${ids.march}/lose_dispute`, {})
    expect((await read(client, 'gross_revenue?currency=EUR')).map(({ month }) => month)).toEqual([JANUARY])
  })
})

describe('invoice collection', () => {
  it('200: shows how invoices are paid, and months without any', async () => {
    const { client, ids } = await selling()
    await pay(client, ids.euros, 1000)
    const rows = await read(client, 'invoice_collection?months=3&currency=EUR')
    expect(rows).toEqual([
      { month: JANUARY, payment_status: 'succeeded', invoices_count: 1, amount_cents: 1000, currency: 'EUR' },
      {
        month: '2025-02-01T00:00:00.000Z',
        payment_status: null,
        invoices_count: 0,
        amount_cents: null,
        currency: null,
      },
      { month: MARCH, payment_status: 'pending', invoices_count: 1, amount_cents: 2000, currency: 'EUR' },
    ])
  })
})

describe('the overdue balance', () => {
  it('200: is what is left to pay, by due month', async () => {
    const { client, ids } = await selling()
    await pay(client, ids.euros, 300)
    expect(await read(client, 'overdue_balance?currency=EUR')).toEqual([
      {
        month: JANUARY,
        amount_cents: 700,
        currency: 'EUR',
        lago_invoice_ids: [ids.euros],
        billing_entity_id: null,
      },
    ])
    await pay(client, ids.euros, 700)
    expect(await read(client, 'overdue_balance?currency=EUR')).toEqual([])
    expect(await read(client, 'overdue_balance?months=1&currency=USD')).toEqual([])
  })

  it('200: is the same without its invoices, by every filter of it', async () => {
    const client = await harness.organization()
    await sell(client)
    await ok(client, 'POST', '/billing_entities', { billing_entity: { code: 'north', name: 'North' } })
    await addCustomer(client, 'acme', { net_payment_term: 0 })
    await addCustomer(client, 'north', { net_payment_term: 5, billing_entity_code: 'north' })
    for (const [day, customer, currency, cents] of [
      ['2025-01-30', 'acme', 'EUR', 111],
      ['2025-04-05', 'acme', 'EUR', 200],
      ['2025-04-05', 'acme', 'USD', 300],
      ['2025-04-28', 'north', 'EUR', 450],
      ['2025-05-03', 'north', 'EUR', 555],
      ['2025-05-03', 'acme', 'EUR', 600],
    ] as const) {
      await client.clock(`${day}T12:00:00Z`)
      await issue(client, customer, cents, { currency })
    }
    await client.clock('2025-06-05T12:00:00Z')
    const of = {
      month: expect.any(String),
      currency: expect.any(String),
      amount_cents: expect.any(Number),
      invoices_count: expect.any(Number),
    }
    const sizes: number[] = []
    for (const query of [
      '',
      'months=1',
      'months=2',
      'months=3',
      'months=12',
      'currency=USD',
      'currency=EUR&months=2',
      'billing_entity_code=north',
      'billing_entity_code=nobody',
      'external_customer_id=acme&currency=EUR',
    ]) {
      const { overdue_balances: balances } = await ok(client, 'GET', `/analytics/overdue_balance?${query}`)
      const path = `/api/weir/v1/analytics/overdue_totals?by=month&${query}`
      const { overdue_totals: months } = await ok(client, 'GET', path)
      expect(months).toEqual(
        balances.map(({ month, currency, amount_cents, lago_invoice_ids }: Balance) => {
          return { month, currency, amount_cents, invoices_count: lago_invoice_ids.length }
        }),
      )
      expect(months).toEqual(months.map(() => of))
      sizes.push(months.length)
    }
    expect(sizes).toEqual([4, 0, 1, 3, 4, 1, 1, 1, 4, 3])
    const refused = await client.call('GET', '/api/weir/v1/analytics/overdue_totals?by=week')
    expect([refused.status, refused.body.error_details]).toEqual([422, { by: ['value_is_invalid'] }])
  })

  it('200: has the invoices of a month in the order in which they were due, by currency', async () => {
    const client = await harness.organization()
    await sell(client)
    await addCustomer(client, 'acme', { net_payment_term: 0 })
    await addCustomer(client, 'later', { net_payment_term: 12 })
    const issued: Record<string, string> = {}
    const issueOn = async (day: string, customer: string, currency: string, cents: number) => {
      await client.clock(`2025-${day}T12:00:00Z`)
      issued[`${day} ${customer} ${currency}`] = await issue(client, customer, cents, { currency })
    }
    await issueOn('01-05', 'later', 'EUR', 100)
    await issueOn('01-05', 'acme', 'EUR', 200)
    await issueOn('01-05', 'acme', 'USD', 300)
    await issueOn('01-20', 'acme', 'EUR', 400)
    await issueOn('02-03', 'acme', 'EUR', 500)
    await issueOn('02-03', 'acme', 'USD', 600)
    await client.clock('2025-03-05T12:00:00Z')
    const idsOf = (...names: string[]) => names.map((name) => issued[name])
    expect(await read(client, 'overdue_balance')).toMatchObject([
      {
        month: JANUARY,
        currency: 'EUR',
        amount_cents: 700,
        lago_invoice_ids: idsOf('01-05 acme EUR', '01-05 later EUR', '01-20 acme EUR'),
      },
      { month: JANUARY, currency: 'USD', amount_cents: 300, lago_invoice_ids: idsOf('01-05 acme USD') },
      { currency: 'EUR', amount_cents: 500, lago_invoice_ids: idsOf('02-03 acme EUR') },
      { currency: 'USD', amount_cents: 600, lago_invoice_ids: idsOf('02-03 acme USD') },
    ])
    expect(await read(client, 'overdue_balance?external_customer_id=later')).toMatchObject([
      { amount_cents: 100, lago_invoice_ids: idsOf('01-05 later EUR') },
    ])
    const totals = async (query: string) =>
      (await ok(client, 'GET', `/api/weir/v1/analytics/overdue_totals${query}`)).overdue_totals
    const euros = { currency: 'EUR', amount_cents: 1200, invoices_count: 4 }
    const dollars = { currency: 'USD', amount_cents: 900, invoices_count: 2 }
    expect(await totals('')).toEqual([euros, dollars])
    expect(await totals('?currency=USD')).toEqual([dollars])
    expect(await totals('?external_customer_id=later')).toEqual([
      { currency: 'EUR', amount_cents: 100, invoices_count: 1 },
    ])
    expect(await totals('?months=2')).toEqual([
      { currency: 'EUR', amount_cents: 500, invoices_count: 1 },
      { currency: 'USD', amount_cents: 600, invoices_count: 1 },
    ])
    await pay(client, issued['01-20 acme EUR'] ?? '', 150)
    expect(await totals('?currency=EUR')).toEqual([{ ...euros, amount_cents: 1050 }])
    // The list of what is overdue has the same, the last issued first.
    const { invoices, meta } = await ok(client, 'GET', '/invoices?payment_overdue=true')
    expect([meta.total_count, invoices[0].issuing_date]).toEqual([6, '2025-02-03'])
    expect((await ok(client, 'GET', '/invoices?payment_overdue=false')).meta.total_count).toBe(0)
  })
})

describe('usage and recurring revenue', () => {
  it('200: are those of subscriptions', async () => {
    const client = await harness.organization()
    await client.clock('2025-01-01T00:00:00Z')
    await subscribe(client, {
      metrics: [{ code: 'calls', aggregation_type: 'sum_agg', field_name: 'n' }],
      charges: [{ metric: 'calls', properties: { amount: '0.5' } }],
      plan: { amount_cents: 3000 },
    })
    await send(client, { transaction_id: 'a', code: 'calls', properties: { n: 12 } })
    await client.clock('2025-02-01T00:10:00Z')
    expect(await read(client, 'invoiced_usage')).toEqual([
      { month: '2025-02-01T00:00:00.000Z', code: 'calls', currency: 'EUR', amount_cents: 600 },
    ])
    expect(await read(client, 'mrr')).toEqual([{ month: JANUARY, currency: 'EUR', amount_cents: 3000 }])
    const usage = {
      organization_id: client.organizationId,
      amount_currency: 'EUR',
      amount_cents: 600,
      billable_metric_code: 'calls',
      units: '12.0',
      is_billable_metric_deleted: false,
    }
    expect(await read(client, 'usage')).toEqual([
      { ...usage, start_of_period_dt: '2025-02-01', end_of_period_dt: '2025-02-01' },
    ])
    expect(await read(client, 'usage?time_granularity=weekly')).toEqual([
      { ...usage, start_of_period_dt: '2025-01-27', end_of_period_dt: '2025-02-02' },
    ])
    expect(
      await read(client, 'usage?time_granularity=monthly&plan_code=p&external_subscription_id=s'),
    ).toEqual([{ ...usage, start_of_period_dt: '2025-02-01', end_of_period_dt: '2025-02-28' }])
    for (const none of [
      'from_date=2025-02-02',
      'to_date=2025-01-31',
      'plan_code=q',
      'customer_type=company',
      'customer_country=fr',
      'external_customer_id=x',
      'billable_metric_code=x',
      'is_billable_metric_recurring=true',
      'currency=USD',
    ]) {
      expect([none, await read(client, `usage?${none}`)]).toEqual([none, []])
    }
    expect((await client.call('GET', '/analytics/usage?time_granularity=hourly')).status).toBe(422)
  })

  it('200: a year counts in twelve equal months', async () => {
    const client = await harness.organization()
    await client.clock('2025-01-01T00:00:00Z')
    await subscribe(client, {
      metrics: [],
      charges: [],
      plan: { interval: 'yearly', amount_cents: 12_000, pay_in_advance: true },
      customer: { timezone: 'Europe/Paris' },
    })
    await client.clock('2025-03-05T00:00:00Z')
    const rows = await read(client, 'mrr')
    expect(rows).toHaveLength(12)
    expect(rows[0]).toEqual({ month: JANUARY, currency: 'EUR', amount_cents: 1000 })
    expect(new Set(rows.map(({ amount_cents }) => amount_cents))).toEqual(new Set([1000]))
    expect((await read(client, 'mrr?months=1'))[0]?.month).toBe(MARCH)
  })
})
