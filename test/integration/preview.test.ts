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

const preview = async (client: Client, body: object): Promise<Shown> =>
  (await ok(client, 'POST', '/invoices/preview', { customer: { external_id: 'c' }, ...body })).invoice

/** The newest final invoice in full. */
async function billed(client: Client): Promise<Shown> {
  const { invoices } = await ok(client, 'GET', '/invoices?status=finalized&per_page=1000')
  const newest = invoices.sort((a: Shown, b: Shown) => b.sequential_id - a.sequential_id)[0]
  return (await ok(client, 'GET', `/invoices/${newest.lago_id}`)).invoice
}

/** A sandbox on 1 January 2024 with a tax, a metered charge with a minimum, and a minimum commitment. */
async function metered(
  setUp: { plan?: object; customer?: object; subscription?: object } = {},
): Promise<Client> {
  const client = await harness.organization()
  await client.clock('2024-01-01T00:00:00Z')
  await ok(client, 'POST', '/taxes', {
    tax: { name: 'VAT', code: 'vat', rate: 19, applied_to_organization: true },
  })
  const { add_on } = await ok(client, 'POST', '/add_ons', {
    add_on: { name: 'Seat', code: 'seat', amount_cents: 100, amount_currency: 'EUR' },
  })
  const seat = {
    add_on_id: add_on.lago_id,
    charge_model: 'standard',
    properties: { amount: '5' },
    units: '3',
    prorated: true,
  }
  await subscribe(client, {
    metrics: [{ code: 'gb', aggregation_type: 'sum_agg', field_name: 'n' }],
    charges: [{ metric: 'gb', properties: { amount: '0.333' }, min_amount_cents: 500 }],
    ...setUp,
    plan: {
      amount_cents: 3000,
      minimum_commitment: { amount_cents: 5000 },
      fixed_charges: [seat],
      ...setUp.plan,
    },
  })
  return client
}

describe('a preview taken a second before a bill equals the bill', () => {
  it.each([
    ['monthly, in arrears', {}, '2024-02-01T00:00:00Z'],
    ['monthly, in advance', { plan: { pay_in_advance: true } }, '2024-02-01T00:00:00Z'],
    ['weekly', { plan: { interval: 'weekly' } }, '2024-01-08T00:00:00Z'],
    ['on its anniversary', { subscription: { billing_time: 'anniversary' } }, '2024-02-01T00:00:00Z'],
    [
      'yearly, its usage monthly',
      { plan: { interval: 'yearly', bill_charges_monthly: true } },
      '2024-02-01T00:00:00Z',
    ],
    ['east of UTC', { customer: { timezone: 'Asia/Tokyo', net_payment_term: 9 } }, '2024-01-31T15:00:00Z'],
    [
      'issued at the end of the period',
      {
        customer: {
          billing_configuration: {
            subscription_invoice_issuing_date_anchor: 'current_period_end',
            subscription_invoice_issuing_date_adjustment: 'keep_anchor',
          },
        },
      },
      '2024-02-01T00:00:00Z',
    ],
    ['with a purchase order', { subscription: { purchase_order_number: 'PO-1' } }, '2024-02-01T00:00:00Z'],
    ['that ends then', { subscription: { ending_at: '2024-01-20T00:00:00Z' } }, '2024-01-20T00:00:00Z'],
  ])('%s', async (_name, setUp, at) => {
    const client = await metered(setUp)
    await client.clock('2024-01-03T12:00:00Z')
    await send(client, { code: 'gb', transaction_id: 'a', properties: { n: 1234.5 } })
    const before = new Date(Date.parse(at) - 1000).toISOString()
    await client.clock(before)
    const shown = await preview(client, { subscriptions: { external_ids: ['s'] } })
    await client.clock(new Date(Date.parse(at) + 60_000).toISOString())
    expect(figuresOf(shown)).toEqual(figuresOf(await billed(client)))
  })

  it('of two periods later, when the first bill is made', async () => {
    const client = await metered()
    await client.clock('2024-02-29T23:59:59Z')
    const shown = await preview(client, { subscriptions: { external_ids: ['s'] } })
    await client.clock('2024-03-01T00:01:00Z')
    expect(figuresOf(shown)).toEqual(figuresOf(await billed(client)))
  })

  it('of a termination, now and later, in arrears and in advance', async () => {
    for (const pay_in_advance of [false, true]) {
      const client = await metered({ plan: { pay_in_advance } })
      await send(client, { code: 'gb', transaction_id: 'a', properties: { n: 50 } })
      await client.clock('2024-01-10T08:00:00Z')
      const ask = (terminated_at: string) =>
        preview(client, { subscriptions: { external_ids: ['s'], terminated_at } })
      const now = await ask('2024-01-10T08:00:00Z')
      const later = await ask('2024-03-05T08:00:00Z')
      const copy = await ask('2024-01-10T08:00:00Z')
      expect(copy).toEqual(now)
      await client.clock('2024-03-05T07:59:59Z')
      const near = await ask('2024-03-05T08:00:00Z')
      await client.clock('2024-03-05T08:00:00Z')
      await ok(client, 'DELETE', '/subscriptions/s')
      const bill = await billed(client)
      expect(figuresOf(near)).toEqual(figuresOf(bill))
      // The credit for a price in advance that has yet to be billed is not known.
      const linesOf = (invoice: Shown) => (figuresOf(invoice) as { fees: unknown }).fees
      if (pay_in_advance) expect(linesOf(later)).toEqual(linesOf(bill))
      else expect(figuresOf(later)).toEqual(figuresOf(bill))
    }
  })

  it.each([
    ['an upgrade in arrears', {}, { amount_cents: 9000 }],
    ['an upgrade into advance', {}, { amount_cents: 9000, pay_in_advance: true }],
    ['an upgrade from advance', { pay_in_advance: true }, { amount_cents: 9000, pay_in_advance: true }],
  ])('of %s', async (_name, plan, next) => {
    const client = await metered({ plan })
    await send(client, { code: 'gb', transaction_id: 'a', properties: { n: 50 } })
    const other = { name: 'Q', code: 'q', interval: 'monthly', amount_currency: 'EUR', pay_in_advance: false }
    await ok(client, 'POST', '/plans', { plan: { ...other, ...next } })
    await client.clock('2024-01-10T08:00:00Z')
    const shown = await preview(client, { subscriptions: { external_ids: ['s'], plan_code: 'q' } })
    await ok(client, 'POST', '/subscriptions', {
      subscription: { external_customer_id: 'c', external_id: 's', plan_code: 'q' },
    })
    expect(figuresOf(shown)).toEqual(figuresOf(await billed(client)))
  })

  it('of a downgrade, asked for and waiting', async () => {
    const client = await metered({ plan: { pay_in_advance: true } })
    await send(client, { code: 'gb', transaction_id: 'a', properties: { n: 50 } })
    await ok(client, 'POST', '/plans', {
      plan: {
        name: 'Q',
        code: 'q',
        interval: 'monthly',
        amount_cents: 100,
        amount_currency: 'EUR',
        pay_in_advance: true,
      },
    })
    await client.clock('2024-01-10T08:00:00Z')
    const asked = await preview(client, { subscriptions: { external_ids: ['s'], plan_code: 'q' } })
    await ok(client, 'POST', '/subscriptions', {
      subscription: { external_customer_id: 'c', external_id: 's', plan_code: 'q' },
    })
    const waiting = await preview(client, { subscriptions: { external_ids: ['s'] } })
    await client.clock('2024-02-01T00:01:00Z')
    const bill = figuresOf(await billed(client))
    expect(figuresOf(asked)).toEqual(bill)
    expect(figuresOf(waiting)).toEqual(bill)
  })

  it('of a subscription that does not exist yet, in advance and in arrears', async () => {
    for (const pay_in_advance of [true, false]) {
      const client = await metered()
      const plan = { name: 'Q', code: 'q', interval: 'monthly', amount_cents: 700, amount_currency: 'EUR' }
      await ok(client, 'POST', '/plans', { plan: { ...plan, pay_in_advance } })
      await ok(client, 'POST', '/customers', { customer: { external_id: 'd', currency: 'EUR' } })
      await client.clock('2024-01-10T08:00:00Z')
      const wish = { plan_code: 'q', billing_time: 'calendar' }
      const shown = await preview(client, { customer: { external_id: 'd' }, ...wish })
      const imagined = await preview(client, { customer: { name: 'Dora' }, ...wish })
      expect(imagined.fees).toEqual(
        shown.fees.map((fee: Shown) => ({ ...fee, lago_customer_id: null, external_customer_id: null })),
      )
      await ok(client, 'POST', '/subscriptions', {
        subscription: { external_customer_id: 'd', external_id: 't', ...wish },
      })
      await client.clock('2024-01-10T08:01:00Z')
      if (!pay_in_advance) await client.clock('2024-02-01T00:01:00Z')
      const { invoices } = await ok(client, 'GET', '/invoices?external_customer_id=d')
      const { invoice } = await ok(client, 'GET', `/invoices/${invoices[0].lago_id}`)
      const bill = figuresOf(invoice) as { fees: unknown[][] }
      // Nobody has given the imagined subscription an external id.
      expect(figuresOf(shown)).toEqual({ ...bill, fees: bill.fees.map((fee) => fee.with(15, null)) })
    }
  })
})

describe('POST /invoices/preview', () => {
  it('200: writes nothing', async () => {
    const client = await metered()
    await preview(client, { customer: { name: 'Maybe' }, plan_code: 'p' })
    await preview(client, { subscriptions: { external_ids: ['s'] } })
    expect((await ok(client, 'GET', '/invoices')).meta.total_count).toBe(0)
    expect((await ok(client, 'GET', '/customers')).meta.total_count).toBe(1)
    expect((await ok(client, 'GET', '/subscriptions')).meta.total_count).toBe(1)
  })

  it('200: somebody who is no customer pays the taxes that it would get', async () => {
    const client = await metered()
    const { billing_entities: entities } = await ok(client, 'GET', '/billing_entities')
    await ok(client, 'PUT', `/billing_entities/${entities[0].code}`, {
      billing_entity: { country: 'FR', eu_tax_management: true },
    })
    await ok(client, 'POST', '/taxes', { tax: { name: 'Local', code: 'local', rate: 1 } })
    const ratesOf = async (customer: object) => {
      const { applied_taxes } = await preview(client, { customer, plan_code: 'p' })
      return applied_taxes.map((tax: Shown) => [tax.tax_code, tax.tax_rate])
    }
    expect(await ratesOf({ country: 'DE' })).toEqual([['lago_eu_de_standard', 19]])
    expect(await ratesOf({ name: 'Maybe' })).toEqual([['lago_eu_fr_standard', 20]])
    expect(await ratesOf({ country: 'US', tax_codes: ['local'] })).toEqual([
      ['local', 1],
      ['lago_eu_tax_exempt', 0],
    ])
    expect(await ratesOf({ country: 'DE', tax_identification_number: 'DE123456788' })).toEqual([])
    const unknown = await client.call('POST', '/invoices/preview', {
      customer: { tax_codes: ['none'] },
      plan_code: 'p',
    })
    expect([unknown.status, unknown.body.code]).toEqual([404, 'tax_not_found'])
  })

  it('200: several subscriptions on one invoice', async () => {
    const client = await metered()
    await ok(client, 'POST', '/subscriptions', {
      subscription: {
        external_customer_id: 'c',
        external_id: 't',
        plan_code: 'p',
        consolidate_invoice: false,
        purchase_order_number: 'PO',
      },
    })
    const shown = await preview(client, { subscriptions: { external_ids: ['s', 't'] } })
    const codes = shown.fees.map((fee: Shown) => [fee.external_subscription_id, fee.item.type])
    expect(codes.filter(([id]: string[]) => id === 't')).toHaveLength(codes.length / 2)
    expect(shown.subscriptions.map((each: Shown) => each.external_id)).toEqual(['s', 't'])
  })

  it('200: another billing entity would issue it', async () => {
    const client = await metered()
    await ok(client, 'POST', '/billing_entities', { billing_entity: { code: 'b', name: 'B' } })
    for (const customer of [{ external_id: 'c' }, { name: 'Maybe' }]) {
      const shown = await preview(client, { customer, plan_code: 'p', billing_entity_code: 'b' })
      expect(shown.billing_entity_code).toBe('b')
    }
  })

  const NEXT = { subscriptions: { external_ids: ['s'] } }
  const ENDING = (terminated_at: unknown, ids = ['s']) => ({
    subscriptions: { external_ids: ids, terminated_at },
  })
  it.each([
    [400, 'BadRequest: coupons_must_be_an_array', { plan_code: 'p', coupons: 'x' }],
    [400, 'BadRequest: subscriptions_must_be_an_object', { subscriptions: ['s'] }],
    [404, 'customer_not_found', { customer: { external_id: 'ghost' }, plan_code: 'p' }],
    [404, 'plan_not_found', { plan_code: 'ghost' }],
    [404, 'plan_not_found', {}],
    [404, 'billing_entity_not_found', { plan_code: 'p', billing_entity_code: 'ghost' }],
    [
      404,
      'billing_entity_not_found',
      { customer: { name: 'M' }, plan_code: 'p', billing_entity_code: 'ghost' },
    ],
    [404, 'subscription_not_found', { subscriptions: { external_ids: ['ghost'] } }],
    [404, 'plan_not_found', { subscriptions: { external_ids: ['s'], plan_code: 'ghost' } }],
    [422, { customer: ['must_be_persisted'] }, { customer: { name: 'M' }, ...NEXT }],
    [422, { terminated_at: ['invalid_timestamp'] }, ENDING('soon')],
    [422, { terminated_at: ['invalid_timestamp'] }, ENDING(7)],
    [422, { terminated_at: ['cannot_be_in_past'] }, ENDING('2023-12-31T00:00:00Z')],
    [
      422,
      { subscriptions: ['only_one_subscription_allowed_for_termination'] },
      ENDING('2024-01-05', ['s', 't']),
    ],
    [
      422,
      { subscriptions: ['only_one_subscription_allowed_for_plan_change'] },
      { subscriptions: { external_ids: ['s', 't'], plan_code: 'p' } },
    ],
    [
      422,
      { base: ['new_plan_should_be_different_from_existing_plan'] },
      { subscriptions: { external_ids: ['s'], plan_code: 'p' } },
    ],
    [422, { billing_time: ['value_is_invalid'] }, { plan_code: 'p', billing_time: 'hourly' }],
    [422, { subscription_at: ['invalid_date'] }, { plan_code: 'p', subscription_at: 'soon' }],
    [422, { timezone: ['invalid_timezone'] }, { customer: { timezone: 'Mars' }, plan_code: 'p' }],
  ])('%i: %o', async (status, says, body) => {
    const client = await metered()
    const answer = await client.call('POST', '/invoices/preview', { customer: { external_id: 'c' }, ...body })
    const said =
      status === 400 ? answer.body.error : status === 404 ? answer.body.code : answer.body.error_details
    expect([answer.status, said]).toEqual([status, says])
  })

  it('400 without a customer; 422 for subscriptions that share no invoice', async () => {
    const client = await metered()
    expect((await client.call('POST', '/invoices/preview', { plan_code: 'p' })).status).toBe(400)
    await ok(client, 'POST', '/billing_entities', { billing_entity: { code: 'b', name: 'B' } })
    const plan = { name: 'Q', interval: 'monthly', amount_cents: 1, pay_in_advance: false }
    await ok(client, 'POST', '/plans', { plan: { ...plan, code: 'usd', amount_currency: 'USD' } })
    await ok(client, 'POST', '/plans', {
      plan: { ...plan, code: 'week', amount_currency: 'EUR', interval: 'weekly' },
    })
    for (const [external_id, plan_code, more] of [
      ['usd', 'usd', {}],
      ['week', 'week', {}],
      ['b', 'p', { billing_entity_code: 'b' }],
    ] as const) {
      const subscription = { external_customer_id: 'c', external_id, plan_code, ...more }
      await ok(client, 'POST', '/subscriptions', { subscription })
    }
    const refusal = async (other: string) =>
      (
        await client.call('POST', '/invoices/preview', {
          customer: { external_id: 'c' },
          subscriptions: { external_ids: ['s', other] },
        })
      ).body.error_details
    expect(await refusal('usd')).toEqual({ base: ['subscription_currencies_does_not_match'] })
    expect(await refusal('week')).toEqual({ base: ['billing_periods_does_not_match'] })
    expect(await refusal('b')).toEqual({ base: ['subscription_billing_entities_do_not_match'] })
  })
})
