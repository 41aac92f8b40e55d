import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Chance, chanceOf } from '../simulation/chance.ts'
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

/** A random plan, customer and subscription with usage of two charges. */
async function randomLife(client: Client, { pick, often }: Chance): Promise<void> {
  const { add_on } = await ok(client, 'POST', '/add_ons', {
    add_on: { name: 'Seat', code: 'seat', amount_cents: 100, amount_currency: 'EUR' },
  })
  const fixed = (pay_in_advance: boolean) => ({
    add_on_id: add_on.lago_id,
    charge_model: 'standard',
    properties: { amount: '12.34' },
    units: pick(['1', '2.5']),
    pay_in_advance,
    prorated: pick([true, false]),
  })
  const interval = pick(['weekly', 'monthly', 'monthly', 'quarterly', 'yearly'])
  await subscribe(client, {
    metrics: [
      { code: 'gb', aggregation_type: 'sum_agg', field_name: 'n' },
      { code: 'seats', aggregation_type: 'sum_agg', field_name: 'n', recurring: true },
    ],
    charges: [
      { metric: 'gb', properties: { amount: '0.0371' }, min_amount_cents: pick([0, 0, 700]) },
      { metric: 'seats', properties: { amount: '3' }, prorated: pick([true, false]) },
    ],
    plan: {
      interval,
      amount_cents: pick([0, 1999, 10_000]),
      pay_in_advance: pick([true, false]),
      bill_charges_monthly: interval === 'yearly' && pick([true, false]),
      trial_period: pick([0, 0, 10]),
      fixed_charges: pick([[], [fixed(false)], [fixed(true)], [fixed(false), fixed(true)]]),
      ...(often(0.4) ? { minimum_commitment: { amount_cents: 4000 } } : {}),
    },
    customer: {
      timezone: pick(['UTC', 'America/Los_Angeles', 'Asia/Kolkata', 'Europe/Paris']),
      net_payment_term: pick([0, 14]),
      billing_configuration: { invoice_grace_period: pick([0, 0, 3]) },
    },
    subscription: { billing_time: pick(['calendar', 'anniversary']) },
  })
}

/** A coupon, for everything, the plan or a metric, given to the customer. */
async function randomCoupon(client: Client, { pick }: Chance, code: string): Promise<void> {
  const coupon = {
    name: code,
    code,
    ...pick([
      { coupon_type: 'fixed_amount', amount_cents: pick([99, 1500, 90_000]), amount_currency: 'EUR' },
      { coupon_type: 'percentage', percentage_rate: pick(['7.5', '100']) },
    ]),
    ...pick([
      { frequency: 'once' },
      { frequency: 'recurring', frequency_duration: 2 },
      { frequency: 'forever' },
    ]),
    expiration: 'no_expiration',
    applies_to: pick([null, { plan_codes: ['p'] }, { plan_codes: ['q'] }, { billable_metric_codes: ['gb'] }]),
  }
  await ok(client, 'POST', '/coupons', { coupon })
  const applied = { external_customer_id: 'c', coupon_code: code }
  const { status, body } = await client.call('POST', '/applied_coupons', { applied_coupon: applied })
  // Two coupons for one plan, or for a metric that its charges are on, are refused.
  if (status !== 200 && body.code !== 'plan_overlapping') throw new Error(JSON.stringify(body))
}

/** Another plan, dearer or cheaper, with a fixed charge on the same add-on. */
async function otherPlan(client: Client, { pick }: Chance): Promise<void> {
  const plan = {
    name: 'Q',
    code: 'q',
    interval: 'monthly',
    amount_cents: pick([500, 50_000]),
    amount_currency: 'EUR',
    pay_in_advance: pick([true, false]),
    fixed_charges: pick([
      [],
      [
        {
          add_on_code: 'seat',
          charge_model: 'standard',
          properties: { amount: '3' },
          units: '4',
          pay_in_advance: pick([true, false]),
          prorated: true,
        },
      ],
    ]),
  }
  await ok(client, 'POST', '/plans', { plan })
}

// biome-ignore lint/suspicious/noExplicitAny: answers are read freely in tests
type Shown = any

/** When the next bill falls due, as the preview dates it: the first instant after the period that is open. */
async function nextBillAt(client: Client): Promise<number> {
  const { subscription } = await ok(client, 'GET', '/subscriptions/s')
  return Date.parse(subscription.current_billing_period_ending_at) + 1000
}

async function allInvoices(client: Client): Promise<readonly string[]> {
  const { invoices } = await ok(client, 'GET', '/invoices?per_page=1000')
  return invoices.map((one: Shown) => one.lago_id)
}

/** What a preview shows, and the bill that `make` then makes; null where it makes none. */
async function compare(client: Client, asked: object, make: () => Promise<unknown>): Promise<void> {
  const before = await allInvoices(client)
  const { invoice: shown } = await ok(client, 'POST', '/invoices/preview', {
    customer: { external_id: 'c' },
    ...asked,
  })
  await make()
  const made = (await allInvoices(client)).filter((id) => !before.includes(id))
  if (made.length !== 1) throw new Error(`${made.length} invoices were made`)
  const { invoice } = await ok(client, 'GET', `/invoices/${made[0]}`)
  expect(figuresOf(shown)).toEqual(figuresOf(invoice))
}

describe('a preview taken a second before a bill', () => {
  it.each(Array.from({ length: 24 }, (_, seed) => seed + 1))('equals the bill: life %i', async (seed) => {
    const chance = chanceOf(seed)
    const client = await harness.organization()
    await client.clock(new Date(Date.UTC(2024, 0, chance.int(1, 31), 9)).toISOString())
    await ok(client, 'POST', '/taxes', {
      tax: { name: 'VAT', code: 'vat', rate: 7.7, applied_to_organization: true },
    })
    await randomLife(client, chance)
    await otherPlan(client, chance)
    for (let period = 0; period < 3; period++) {
      const at = await nextBillAt(client)
      for (const code of ['gb', 'seats']) {
        const n = chance.int(0, 1000) / 10
        await send(client, { code, transaction_id: `${code}-${period}`, properties: { n } })
      }
      if (chance.often(0.3)) await randomCoupon(client, chance, `coupon-${period}`)
      await client.clock(new Date(at - 1000).toISOString())
      await compare(client, { subscriptions: { external_ids: ['s'] } }, () =>
        client.clock(new Date(at).toISOString()),
      )
      await client.clock(new Date(at + 3_600_000).toISOString())
    }
    await client.clock(new Date((await nextBillAt(client)) - chance.int(1, 5) * 86_400_000).toISOString())
    const external_ids = ['s']
    if (chance.often(0.5)) {
      const { test_clock } = await ok(client, 'GET', '/test_clock')
      const subscriptions = { external_ids, terminated_at: test_clock.now }
      await compare(client, { subscriptions }, () => ok(client, 'DELETE', '/subscriptions/s'))
      return
    }
    const subscription = { external_customer_id: 'c', external_id: 's', plan_code: 'q' }
    await compare(client, { subscriptions: { external_ids, plan_code: 'q' } }, async () => {
      const at = await nextBillAt(client)
      const before = await allInvoices(client)
      await ok(client, 'POST', '/subscriptions', { subscription })
      const isUpgrade = (await allInvoices(client)).length > before.length
      // A downgrade is billed at the end of the period.
      if (!isUpgrade) await client.clock(new Date(at).toISOString())
    })
  })
})
