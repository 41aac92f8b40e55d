import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, send, subscribe } from '../../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../../support/harness.ts'

// Minimums and progressive billing up to the last invoice: cases 79 to 85 of docs/rules/cases.md.

const SUM = { aggregation_type: 'sum_agg', field_name: 'n' }
type Invoice = {
  readonly issuing_date: string
  readonly fees_amount_cents: number
  readonly progressive_billing_credit_amount_cents: number
  readonly total_amount_cents: number
}

describe('minimums and progressive billing', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())

  /** A plan of 3,100 cents a month, 0.0002 a unit and the thresholds, from December 2022 on. */
  async function start(...usage_thresholds: object[]): Promise<void> {
    client = await harness.organization()
    await client.clock('2022-12-01T00:00:00Z')
    await subscribe(client, {
      metrics: [{ code: 'm', ...SUM }],
      charges: [{ metric: 'm', properties: { amount: '0.0002' } }],
      plan: { amount_cents: 3100, usage_thresholds },
    })
  }
  async function use(n: number, at: string): Promise<void> {
    await client.clock(at)
    await send(client, { code: 'm', transaction_id: at, properties: { n } })
    await client.clock(at.replace('T10:00', 'T10:10'))
  }
  async function invoices(type: string): Promise<Invoice[]> {
    const list = await ok(client, 'GET', `/invoices?external_customer_id=c&invoice_type=${type}&per_page=50`)
    return list.invoices.toReversed()
  }
  /** Totals of the progressive invoices, oldest first. */
  const progressive = async () =>
    (await invoices('progressive_billing')).map((each) => each.total_amount_cents)
  /** Fees, credit and total of the newest invoice of the subscription. */
  async function newest(): Promise<number[]> {
    const invoice = (await invoices('subscription')).at(-1)
    if (!invoice) return []
    const { fees_amount_cents, progressive_billing_credit_amount_cents, total_amount_cents } = invoice
    return [fees_amount_cents, progressive_billing_credit_amount_cents, total_amount_cents]
  }
  async function trueUps(): Promise<object[]> {
    const { fees } = await ok(client, 'GET', '/fees')
    return fees.filter((fee: { lago_true_up_parent_fee_id: unknown }) => fee.lago_true_up_parent_fee_id)
  }

  it('case 79: a minimum for 25 of 28 days, with its tax', async () => {
    client = await harness.organization()
    await client.clock('2023-02-01T00:00:00Z')
    const tax = { name: 'VAT', code: 'vat', rate: 20, applied_to_organization: true }
    await ok(client, 'POST', '/taxes', { tax })
    await subscribe(client, {
      metrics: [{ code: 'm', ...SUM }],
      charges: [{ metric: 'm', properties: { amount: '1' }, min_amount_cents: 1000 }],
    })
    await send(client, { code: 'm', transaction_id: 'e', properties: { n: 8 } })
    await client.clock('2023-02-25T10:00:00Z')
    await ok(client, 'DELETE', '/subscriptions/s')
    await client.clock('2023-02-25T10:10:00Z')
    expect(await trueUps()).toMatchObject([
      { amount_cents: 93, taxes_amount_cents: 19, units: '1.0', events_count: 0 },
    ])
  })

  it('case 80: one true-up for all filters of a charge', async () => {
    client = await harness.organization()
    await client.clock('2023-02-01T00:00:00Z')
    const tax = { name: 'VAT', code: 'vat', rate: 20, applied_to_organization: true }
    await ok(client, 'POST', '/taxes', { tax })
    const values = ['a', 'b']
    await subscribe(client, {
      metrics: [{ code: 'm', ...SUM, filters: [{ key: 'region', values }] }],
      charges: [
        {
          metric: 'm',
          properties: { amount: '1' },
          min_amount_cents: 10_000,
          filters: values.map((region) => ({ values: { region: [region] }, properties: { amount: '10' } })),
        },
      ],
    })
    await send(client, { code: 'm', transaction_id: 'a', properties: { n: 2, region: 'a' } })
    await send(client, { code: 'm', transaction_id: 'b', properties: { n: 5, region: 'b' } })
    await client.clock('2023-02-25T10:00:00Z')
    await ok(client, 'DELETE', '/subscriptions/s')
    await client.clock('2023-02-25T10:10:00Z')
    const { fees } = await ok(client, 'GET', '/fees?fee_type=charge')
    const used = fees.filter((fee: { events_count: number }) => fee.events_count > 0)
    expect(used.map((fee: { amount_cents: number }) => fee.amount_cents).sort()).toEqual([2000, 5000])
    const [trueUp, ...others] = await trueUps()
    expect(others).toEqual([])
    expect(trueUp).toMatchObject({ amount_cents: 1929, taxes_amount_cents: 386, lago_charge_filter_id: null })
    const parent = fees.find((fee: { lago_true_up_fee_id: unknown }) => fee.lago_true_up_fee_id)
    expect(parent).toMatchObject({ amount_cents: 0, lago_charge_filter_id: null })
  })

  it('case 81: a threshold bills once, the month is credited with it', async () => {
    await start({ amount_cents: 20_000 })
    await use(1_000_000, '2022-12-06T10:00:00Z')
    expect(await progressive()).toEqual([20_000])
    await use(1_000_000, '2022-12-16T10:00:00Z')
    expect(await progressive()).toEqual([20_000])
    await client.clock('2023-01-01T02:00:00Z')
    expect(await newest()).toEqual([43_100, 20_000, 23_100])
  })

  it('case 82: the second progressive invoice is credited with the first', async () => {
    await start({ amount_cents: 20_000 }, { amount_cents: 50_000 })
    for (const [at, expected] of [
      ['2022-12-06T10:00:00Z', [20_000]],
      ['2022-12-11T10:00:00Z', [20_000]],
      ['2022-12-16T10:00:00Z', [20_000, 40_000]],
    ] as const) {
      await use(1_000_000, at)
      expect(await progressive()).toEqual(expected)
    }
    expect((await invoices('progressive_billing')).at(-1)).toMatchObject({
      fees_amount_cents: 60_000,
      progressive_billing_credit_amount_cents: 20_000,
    })
    await client.clock('2023-01-01T02:00:00Z')
    expect(await newest()).toEqual([63_100, 60_000, 3100])
  })

  it.each([
    ['termination', 'p', [21_800, 20_000, 1800]],
    ['an upgrade', 'up', [21_700, 20_000, 1700]],
  ])('case 83: %s on day 18 of 31', async (_how, plan_code, expected) => {
    await start({ amount_cents: 20_000 })
    const up = { name: 'Up', code: 'up', interval: 'monthly', amount_cents: 62_000, amount_currency: 'EUR' }
    await ok(client, 'POST', '/plans', { plan: { ...up, pay_in_advance: false } })
    await use(1_000_000, '2022-12-16T10:00:00Z')
    expect(await progressive()).toEqual([20_000])
    await client.clock('2022-12-18T00:00:00Z')
    const subscription = { external_customer_id: 'c', external_id: 's', plan_code }
    if (plan_code === 'p') await ok(client, 'DELETE', '/subscriptions/s')
    else await ok(client, 'POST', '/subscriptions', { subscription })
    await client.clock('2022-12-18T00:10:00Z')
    expect(await newest()).toEqual(expected)
  })

  it('case 84: a threshold never bills again in later months', async () => {
    await start({ amount_cents: 20_000 })
    await use(1_000_000, '2022-12-06T10:00:00Z')
    await client.clock('2023-01-01T02:00:00Z')
    expect(await newest()).toEqual([23_100, 20_000, 3100])
    await use(2_000_000, '2023-01-16T10:00:00Z')
    expect(await progressive()).toEqual([20_000])
    await client.clock('2023-02-01T02:00:00Z')
    expect(await progressive()).toEqual([20_000])
    expect(await invoices('subscription')).toHaveLength(2)
    expect(await newest()).toEqual([43_100, 0, 43_100])
  })

  it('case 85: fixed thresholds one after the other, then the recurring one again and again', async () => {
    const fixed = [200, 500, 700].map((amount_cents) => ({ amount_cents }))
    await start(...fixed, { amount_cents: 1000, recurring: true })
    const billed: number[] = []
    for (const [day, n, cents] of [
      ['06', 11_000, [220]],
      ['11', 11_000, []],
      ['16', 11_000, [440]],
      ['21', 11_000, [220]],
      ['26', 110_000, [2200]],
      ['28', 110_000, [2200]],
    ] as const) {
      await use(n, `2022-12-${day}T10:00:00Z`)
      billed.push(...cents)
      expect(await progressive()).toEqual(billed)
    }
    await client.clock('2023-01-01T02:00:00Z')
    expect((await newest()).slice(1)).toEqual([5280, 3100])
    await use(110_000, '2023-01-06T10:00:00Z')
    expect(await progressive()).toEqual([...billed, 2200])
  })
})
