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

describe('a preview taken a second before a bill', () => {
  it.each(Array.from({ length: 16 }, (_, seed) => seed + 1))('equals the bill: life %i', async (seed) => {
    const chance = chanceOf(seed)
    const client = await harness.organization()
    await client.clock(new Date(Date.UTC(2024, 0, chance.int(1, 31), 9)).toISOString())
    await ok(client, 'POST', '/taxes', {
      tax: { name: 'VAT', code: 'vat', rate: 7.7, applied_to_organization: true },
    })
    await randomLife(client, chance)
    for (let period = 0; period < 3; period++) {
      const at = await nextBillAt(client)
      for (const code of ['gb', 'seats']) {
        const n = chance.int(0, 1000) / 10
        await send(client, { code, transaction_id: `${code}-${period}`, properties: { n } })
      }
      await client.clock(new Date(at - 1000).toISOString())
      const before = await allInvoices(client)
      const asked = { customer: { external_id: 'c' }, subscriptions: { external_ids: ['s'] } }
      const { invoice: shown } = await ok(client, 'POST', '/invoices/preview', asked)
      await client.clock(new Date(at).toISOString())
      const [made] = (await allInvoices(client)).filter((id) => !before.includes(id))
      if (made === undefined) throw new Error(`nothing was billed at ${new Date(at).toISOString()}`)
      const { invoice } = await ok(client, 'GET', `/invoices/${made}`)
      expect(figuresOf(shown)).toEqual(figuresOf(invoice))
      await client.clock(new Date(at + 3_600_000).toISOString())
    }
  })
})
