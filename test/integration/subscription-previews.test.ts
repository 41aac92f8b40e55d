import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const PREVIEWS = '/api/weir/v1/subscription_previews'
const NOW = '2024-01-15T10:00:00Z'

let harness: Harness

beforeAll(async () => {
  harness = await startHarness()
})

afterAll(() => harness?.close())

// biome-ignore lint/suspicious/noExplicitAny: answers are read freely in tests
type Shown = any

/** A sandbox with a customer and a plan with one metered charge. */
async function made(plan: object, customer: object = {}): Promise<Client> {
  const client = await harness.organization()
  await client.clock(NOW)
  const { billable_metric } = await ok(client, 'POST', '/billable_metrics', {
    billable_metric: { name: 'Calls', code: 'calls', aggregation_type: 'count_agg' },
  })
  await ok(client, 'POST', '/customers', { customer: { external_id: 'c', currency: 'EUR', ...customer } })
  await ok(client, 'POST', '/plans', {
    plan: {
      ...{ name: 'P', code: 'p', interval: 'monthly', amount_cents: 3100, amount_currency: 'EUR' },
      charges: [
        {
          billable_metric_id: billable_metric.lago_id,
          charge_model: 'standard',
          properties: { amount: '1' },
        },
      ],
      ...plan,
    },
  })
  return client
}

const preview = async (client: Client, wish: object): Promise<Shown> =>
  (
    await ok(client, 'POST', PREVIEWS, {
      subscription: { external_customer_id: 'c', plan_code: 'p', ...wish },
    })
  ).subscription_preview

/** The invoices that there are, oldest first: the day, the days of the price, and those of the usage. */
async function billed(client: Client, zone: string): Promise<Shown[]> {
  const { invoices } = await ok(client, 'GET', '/invoices?per_page=100')
  const whole = await Promise.all(
    invoices.map(async ({ lago_id }: Shown) => (await ok(client, 'GET', `/invoices/${lago_id}`)).invoice),
  )
  const day = (at: string) => new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(new Date(at))
  return whole
    .sort((a, b) => a.sequential_id - b.sequential_id)
    .map(({ fees, billing_periods: [period] }) => {
      const price = fees.find(({ item }: Shown) => item.type === 'subscription')
      return {
        price: price && price.amount_cents > 0 ? [day(price.from_date), day(price.to_date)] : null,
        usage: [day(period.charges_from_datetime), day(period.charges_to_datetime)],
      }
    })
}

const datesOf = (dates: { from_date: string; to_date: string } | null) =>
  dates && [dates.from_date, dates.to_date]

describe('the bills that are shown before a subscription is made', () => {
  it.each([
    ['in arrears, from now', {}, {}, {}],
    ['in advance, from now', { pay_in_advance: true }, {}, {}],
    ['on anniversaries', { pay_in_advance: true }, { billing_time: 'anniversary' }, {}],
    ['from a day in the past', {}, { billing_time: 'anniversary', subscription_at: '2023-10-31' }, {}],
    ['in advance, from a day in the past', { pay_in_advance: true }, { subscription_at: '2023-11-20' }, {}],
    ['from a day to come', { pay_in_advance: true }, { subscription_at: '2024-02-10' }, {}],
    ['until a day', {}, { ending_at: '2024-02-20' }, {}],
    [
      'yearly with monthly charges',
      { interval: 'yearly', bill_charges_monthly: true, pay_in_advance: true },
      {},
      {},
    ],
    ['far from UTC', { pay_in_advance: true }, {}, { timezone: 'Pacific/Auckland' }],
  ])('are those that are made: %s', async (_, plan, wish, customer) => {
    const client = await made(plan, customer)
    const shown = await preview(client, wish)
    await ok(client, 'POST', '/subscriptions', {
      subscription: { external_customer_id: 'c', external_id: 's', plan_code: 'p', ...wish },
    })
    const last = shown.bills.at(-1).billing_at
    expect((await billed(client, shown.timezone)).length).toBeLessThan(shown.bills.length)
    await client.clock(new Date(Date.parse(last) + 3_600_000).toISOString())
    const bills = await billed(client, shown.timezone)
    expect(bills).toEqual(
      shown.bills.map(({ price, usage }: Shown, n: number) => ({
        price: datesOf(price),
        // The bill of a start names a window of usage, and bills none.
        usage: datesOf(usage) ?? bills[n]?.usage,
      })),
    )
  })

  it.each([
    ['that runs', {}, '2024-01-24', 800],
    ['that is over', { subscription_at: '2024-01-02' }, '2024-01-11', 2100],
  ])('have the days after a trial %s, which are what is charged', async (_, wish, from_date, cents) => {
    const client = await made({ pay_in_advance: true, trial_period: 9 })
    const [first, second] = (await preview(client, wish)).bills
    expect(first).toMatchObject({ price: { from_date, to_date: '2024-01-31' }, usage: null })
    await ok(client, 'POST', '/subscriptions', {
      subscription: { external_customer_id: 'c', external_id: 's', plan_code: 'p', ...wish },
    })
    await client.clock(second.billing_at)
    const { invoices } = await ok(client, 'GET', '/invoices')
    const amounts = invoices.map(({ fees_amount_cents }: Shown) => fees_amount_cents)
    expect(amounts).toEqual([3100, cents])
  })

  it('name the periods of the past that are not billed', async () => {
    const client = await made({})
    const shown = await preview(client, { billing_time: 'anniversary', subscription_at: '2023-10-31' })
    expect(shown).toMatchObject({
      timezone: 'UTC',
      starts_at: '2023-10-31T00:00:00Z',
      bills: [
        {
          billing_date: '2024-01-31',
          price: { from_date: '2023-12-31', to_date: '2024-01-30' },
          usage: { from_date: '2023-12-31', to_date: '2024-01-30' },
        },
        { billing_date: '2024-02-29' },
        { billing_date: '2024-03-31' },
      ],
      unbilled_periods: [
        { from_date: '2023-11-30', to_date: '2023-12-30', is_price_billed: false, is_usage_billed: false },
        { from_date: '2023-10-31', to_date: '2023-11-29', is_price_billed: false, is_usage_billed: false },
      ],
      unbilled_periods_count: 2,
    })
  })

  it('list the newest of many periods, and count all', async () => {
    const client = await made({ interval: 'weekly' })
    const shown = await preview(client, { subscription_at: '1900-01-01' })
    expect(shown.unbilled_periods).toHaveLength(36)
    expect(shown.unbilled_periods_count).toBeGreaterThan(6000)
  })

  it('404 and 422', async () => {
    const client = await made({})
    const ask = async (wish: object) => {
      const subscription = { external_customer_id: 'c', plan_code: 'p', ...wish }
      const { status, body } = await client.call('POST', PREVIEWS, { subscription })
      return [status, body.code, body.error_details]
    }
    expect(await ask({ external_customer_id: 'nobody' })).toEqual([404, 'customer_not_found', undefined])
    expect(await ask({ plan_code: 'none' })).toEqual([404, 'plan_not_found', undefined])
    const past = [422, 'validation_errors', { ending_at: ['invalid_date'] }]
    expect(await ask({ ending_at: '2024-01-10' })).toEqual(past)
    expect(await ask({ subscription_at: '2024-03-01', ending_at: '2024-02-10' })).toEqual(past)
    expect(await ask({ billing_time: 'never' })).toEqual([
      422,
      'validation_errors',
      { billing_time: ['value_is_invalid'] },
    ])
  })
})

describe('what a termination would make', () => {
  const DAYS_LEFT = 17
  const PER_DAY = 100

  it.each([
    ['credit', { credit_amount_cents: DAYS_LEFT * PER_DAY }],
    ['refund', { refund_amount_cents: 600, credit_amount_cents: 1100 }],
    ['offset', { offset_amount_cents: 1100, refund_amount_cents: 600 }],
    ['skip', null],
  ])('is what it makes: %s', async (choice, shares) => {
    const client = await made({ pay_in_advance: true })
    await client.clock('2024-02-01T00:00:00Z')
    await client.clock('2024-03-01T00:00:00Z')
    await ok(client, 'POST', '/subscriptions', {
      subscription: { external_customer_id: 'c', external_id: 's', plan_code: 'p' },
    })
    const { invoices } = await ok(client, 'GET', '/invoices')
    expect(invoices).toMatchObject([{ total_amount_cents: 3100 }])
    await ok(client, 'POST', '/payments', {
      payment: { invoice_id: invoices[0].lago_id, amount_cents: 2000, reference: 'wire' },
    })
    await client.clock('2024-03-14T10:00:00Z')
    await ok(client, 'POST', '/events', {
      event: { transaction_id: 'e', external_subscription_id: 's', code: 'calls' },
    })
    const options = `on_termination_credit_note=${choice}`
    const path = `/api/weir/v1/subscriptions/s/termination_preview?${options}`
    const shown = (await ok(client, 'GET', path)).termination_preview
    await ok(client, 'DELETE', `/subscriptions/s?${options}`)
    const { credit_notes: notes } = await ok(client, 'GET', '/credit_notes')
    expect(shown.credit_note && { ...shown.credit_note }).toEqual(
      shares &&
        expect.objectContaining({
          ...{ credit_amount_cents: 0, refund_amount_cents: 0, offset_amount_cents: 0 },
          ...shares,
          total_amount_cents: DAYS_LEFT * PER_DAY,
        }),
    )
    expect(notes.map(amountsOf)).toEqual(shown.credit_note ? [amountsOf(shown.credit_note)] : [])
    const after = (await ok(client, 'GET', '/invoices')).invoices.find(
      ({ lago_id }: Shown) => lago_id !== invoices[0].lago_id,
    )
    expect(after).toMatchObject({
      total_amount_cents: shown.invoice.total_amount_cents,
      credit_notes_amount_cents: shown.invoice.credit_notes_amount_cents,
      fees_amount_cents: shown.invoice.fees_amount_cents,
    })
  })

  it('has no invoice when none is asked for, and is 404 for what is not active', async () => {
    const client = await made({})
    await ok(client, 'POST', '/subscriptions', {
      subscription: { external_customer_id: 'c', external_id: 's', plan_code: 'p' },
    })
    const path = '/api/weir/v1/subscriptions/s/termination_preview'
    const { termination_preview: none } = await ok(client, 'GET', `${path}?on_termination_invoice=skip`)
    expect(none).toEqual({ invoice: null, credit_note: null })
    await ok(client, 'DELETE', '/subscriptions/s')
    expect(await client.call('GET', path)).toMatchObject({
      status: 404,
      body: { code: 'subscription_not_found' },
    })
  })

  const amountsOf = (note: Shown) => ({
    total: note.total_amount_cents,
    credit: note.credit_amount_cents,
    refund: note.refund_amount_cents,
    offset: note.offset_amount_cents,
  })
})
