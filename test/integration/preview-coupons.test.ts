import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, send, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'
import { figuresOf } from '../support/preview-figures.ts'

let harness: Harness

beforeAll(async () => {
  harness = await startHarness()
})

afterAll(async () => {
  await harness?.close()
})

// biome-ignore lint/suspicious/noExplicitAny: answers are read freely in tests
type Shown = any

const NEXT = { subscriptions: { external_ids: ['s'] } }

const preview = async (client: Client, body: object): Promise<Shown> =>
  (await ok(client, 'POST', '/invoices/preview', { customer: { external_id: 'c' }, ...body })).invoice

const TEN = {
  name: 'Ten',
  code: 'ten',
  coupon_type: 'fixed_amount',
  amount_cents: 1000,
  amount_currency: 'EUR',
  frequency: 'once',
  expiration: 'no_expiration',
}

/** A sandbox on 1 January 2024 with usage of two charges on a plan at 30.00, and a dearer plan `q`. */
async function used(): Promise<Client> {
  const client = await harness.organization()
  await client.clock('2024-01-01T00:00:00Z')
  await ok(client, 'POST', '/taxes', {
    tax: { name: 'VAT', code: 'vat', rate: 10, applied_to_organization: true },
  })
  await subscribe(client, {
    metrics: [
      { code: 'gb', aggregation_type: 'sum_agg', field_name: 'n' },
      { code: 'calls', aggregation_type: 'count_agg' },
    ],
    charges: [
      { metric: 'gb', properties: { amount: '1' } },
      { metric: 'calls', properties: { amount: '5' } },
    ],
    plan: { amount_cents: 3000 },
  })
  const other = { name: 'Q', code: 'q', interval: 'monthly', amount_currency: 'EUR', amount_cents: 9000 }
  await ok(client, 'POST', '/plans', { plan: { ...other, pay_in_advance: true } })
  await send(client, { code: 'gb', transaction_id: 'a', properties: { n: 20 } })
  await send(client, { code: 'calls', transaction_id: 'b' })
  await client.clock('2024-01-31T23:59:59Z')
  return client
}

const coupon = (client: Client, more: object = {}) =>
  ok(client, 'POST', '/coupons', { coupon: { ...TEN, ...more } })

const apply = (client: Client, coupon_code: string) =>
  ok(client, 'POST', '/applied_coupons', { applied_coupon: { external_customer_id: 'c', coupon_code } })

async function billAt(client: Client, at: string): Promise<Shown> {
  await client.clock(at)
  const { invoices } = await ok(client, 'GET', '/invoices?status=finalized')
  return (await ok(client, 'GET', `/invoices/${invoices[0].lago_id}`)).invoice
}

describe('the coupons of a preview', () => {
  it.each([
    ['an amount', {}],
    ['a rate', { coupon_type: 'percentage', percentage_rate: '12.5' }],
    ['for a metric', { applies_to: { billable_metric_codes: ['gb'] } }],
    ['for the plan', { coupon_type: 'percentage', percentage_rate: '50', applies_to: { plan_codes: ['p'] } }],
    ['for another plan', { applies_to: { plan_codes: ['q'] } }],
    ['several times', { frequency: 'recurring', frequency_duration: 3 }],
  ])('by its code it takes off what it will when it is applied: %s', async (_, more) => {
    const client = await used()
    await coupon(client, more)
    const asked = await preview(client, { ...NEXT, coupons: [{ code: 'ten' }] })
    await apply(client, 'ten')
    const had = await preview(client, NEXT)
    const bill = await billAt(client, '2024-02-01T00:01:00Z')
    expect(figuresOf(asked)).toEqual(figuresOf(bill))
    expect(figuresOf(had)).toEqual(figuresOf(bill))
    const items = ({ credits }: Shown) => credits.map((each: Shown) => [each.amount_cents, each.item])
    expect(items(asked)).toEqual(items(bill))
  })

  it('for a plan that the customer is about to have', async () => {
    const client = await used()
    await coupon(client, { applies_to: { plan_codes: ['q'] } })
    await apply(client, 'ten')
    const change = { subscriptions: { external_ids: ['s'], plan_code: 'q' } }
    const shown = await preview(client, change)
    expect(shown.coupons_amount_cents).toBe(290)
    await ok(client, 'POST', '/subscriptions', {
      subscription: { external_customer_id: 'c', external_id: 's', plan_code: 'q' },
    })
    expect(figuresOf(shown)).toEqual(figuresOf(await billAt(client, '2024-01-31T23:59:59Z')))
  })

  it('are those of the customer when it has any', async () => {
    const client = await used()
    await coupon(client)
    await coupon(client, { code: 'all', coupon_type: 'percentage', percentage_rate: '100' })
    await apply(client, 'ten')
    expect((await preview(client, { ...NEXT, coupons: [{ code: 'all' }] })).coupons_amount_cents).toBe(1000)
  })

  it('may bring terms of their own, or be described for somebody who is no customer', async () => {
    const client = await used()
    await coupon(client)
    const own = await preview(client, { ...NEXT, coupons: [{ code: 'ten', amount_cents: 1 }] })
    expect(own.coupons_amount_cents).toBe(1)
    const described = { code: 'half', name: 'Half', coupon_type: 'percentage', percentage_rate: '50' }
    const wish = { customer: { name: 'Maybe' }, plan_code: 'q', subscription_at: '2024-02-01T00:00:00Z' }
    const shown = await preview(client, { ...wish, coupons: [described] })
    expect([shown.coupons_amount_cents, shown.taxes_amount_cents]).toEqual([4500, 450])
    expect(shown.credits).toMatchObject([
      { amount_cents: 4500, item: { lago_item_id: null, type: 'coupon', code: 'half', name: 'Half' } },
    ])
    expect((await ok(client, 'GET', '/coupons')).meta.total_count).toBe(1)
  })

  it.each([
    [404, 'coupon_not_found', [{ code: 'ghost' }]],
    [404, 'coupon_not_found', [{ code: 'old' }]],
    [422, { coupons: ['value_is_invalid'] }, ['ten']],
    [422, { code: ['value_is_mandatory'] }, [{}]],
    [422, { coupons: ['value_is_duplicated'] }, [{ code: 'ten' }, { code: 'ten' }]],
    [422, { amount_cents: ['value_is_out_of_range'] }, [{ code: 'ten', amount_cents: 0 }]],
    [422, { percentage_rate: ['value_is_mandatory'] }, [{ code: 'x', coupon_type: 'percentage' }]],
    [
      422,
      { amount_cents: ['value_is_mandatory'], amount_currency: ['value_is_mandatory'] },
      [{ code: 'x', coupon_type: 'fixed_amount' }],
    ],
    [422, { frequency: ['value_is_invalid'] }, [{ code: 'ten', frequency: 'daily' }]],
  ])('%i: %o, whatever the customer has', async (status, says, coupons) => {
    const client = await used()
    await coupon(client)
    await coupon(client, { code: 'old', expiration: 'time_limit', expiration_at: '2024-02-10T00:00:00Z' })
    await apply(client, 'ten')
    await client.clock('2024-02-11T00:00:00Z')
    const answer = await client.call('POST', '/invoices/preview', {
      customer: { external_id: 'c' },
      ...NEXT,
      coupons,
    })
    expect([answer.status, answer.body.error_details ?? answer.body.code]).toEqual([status, says])
  })
})
