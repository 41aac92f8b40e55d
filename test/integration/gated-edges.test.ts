import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { checkVatNumber } from '../../src/actions/customers/check-vat-number.ts'
import { findViesCheck } from '../../src/store/vies-checks.ts'
import type { FakeStripe } from '../fakes/stripe.ts'
import { ok } from '../support/billing-fixtures.ts'
import { gated, offerPlans, storedInvoices, subscriptionsOf } from '../support/gated-fixtures.ts'
import type { Client, Harness } from '../support/harness.ts'
import { pay } from '../support/payment-fixtures.ts'
import {
  charge,
  connectStripe,
  expectSound,
  newSeller,
  payingCustomer,
  runWhatIsDue,
  startWithStripe,
} from '../support/stripe-fixtures.ts'
import { startVies, type ViesServer } from '../support/vies-server.ts'

let harness: Harness
let stripe: FakeStripe
let close: () => Promise<void>
let vies: ViesServer
let client: Client

beforeAll(async () => {
  vies = await startVies()
  ;({ stripe, harness, close } = await startWithStripe({ viesUrl: vies.url }))
})
afterAll(async () => {
  await close?.()
  await vies?.close()
})
beforeEach(async () => {
  client = await newSeller(harness, stripe)
  await offerPlans(client)
  await connectStripe(client)
})

const subscribe = async (plan: string, others: object = {}) =>
  (await ok(client, 'POST', '/subscriptions', gated(plan, others))).subscription
const statuses = async () => (await subscriptionsOf(client)).map(({ status }: { status: string }) => status)
const invoices = () => storedInvoices(harness, client)
const totals = async () => (await invoices()).map(({ status, total_amount_cents: cents }) => [status, cents])
const settle = async () => {
  await charge(harness, client)
  await runWhatIsDue(harness, client)
}
const fixedPlan = (code: string, others: object) =>
  ok(client, 'POST', '/plans', {
    plan: {
      name: code,
      code,
      interval: 'monthly',
      amount_cents: 0,
      amount_currency: 'EUR',
      pay_in_advance: false,
      fixed_charges: [
        {
          add_on_code: 'job',
          units: 10,
          charge_model: 'standard',
          properties: { amount: '1' },
          pay_in_advance: true,
        },
      ],
      ...others,
    },
  })

describe('fixed charges in advance', () => {
  it('let the start of a plan in arrears wait', async () => {
    await fixedPlan('seats', {})
    await payingCustomer(harness, stripe, client, 'acme')
    expect(await subscribe('seats')).toMatchObject({ status: 'incomplete' })
    expect(await totals()).toEqual([['open', '1000']])
    await settle()
    expect([await statuses(), await totals()]).toEqual([['active'], [['finalized', '1000']]])
    await expectSound(harness)
  })

  it('of an upgrade that waited are paid for its period: more units are billed as what is more', async () => {
    await fixedPlan('seats', { amount_cents: 6200, pay_in_advance: true })
    await payingCustomer(harness, stripe, client, 'acme', 'slow')
    await subscribe('arrears', { activation_rules: [] })
    await client.clock('2025-01-11T10:00:00Z')
    await subscribe('seats', { activation_rules: [{ type: 'payment' }] })
    await client.clock('2025-01-15T10:00:00Z')
    const [open] = await invoices()
    expect(await totals()).toEqual([['open', '5200']])
    await pay(client, open?.id, 5200)
    expect(await statuses()).toEqual(['terminated', 'active'])
    const { fixed_charges: charges } = await ok(client, 'GET', '/subscriptions/s/fixed_charges')
    await ok(client, 'PUT', `/subscriptions/s/fixed_charges/${charges[0].code}`, {
      fixed_charge: { units: 12, apply_units_immediately: true },
    })
    await runWhatIsDue(harness, client)
    expect((await totals()).at(-1)).toEqual(['finalized', '200'])
  })
})

describe('a preview of an upgrade that waited', () => {
  it('shows the start that it was asked for at, as the subscription does', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'slow')
    await subscribe('arrears', { activation_rules: [] })
    await client.clock('2025-01-11T10:00:00Z')
    await subscribe('pro', { activation_rules: [{ type: 'payment' }] })
    await client.clock('2025-01-15T10:00:00Z')
    const [open] = await invoices()
    await pay(client, open?.id, 4200)
    const { subscription } = await ok(client, 'GET', '/subscriptions/s')
    const { invoice } = await ok(client, 'POST', '/invoices/preview', {
      customer: { external_id: 'acme' },
      subscriptions: { external_ids: ['s'] },
    })
    const shown = { started_at: '2025-01-11T10:00:00.000Z', activated_at: '2025-01-15T10:00:00Z' }
    expect(subscription).toMatchObject(shown)
    expect(invoice.subscriptions).toMatchObject([shown])
  })
})

describe('an invoice that waits for its taxes too', () => {
  const check = async () => {
    const { lago_id: customerId } = (await ok(client, 'GET', '/customers/acme')).customer
    const { organizationId } = client
    const found = await harness.context.database.read(organizationId, (reads) =>
      findViesCheck(reads, customerId),
    )
    if (!found) throw new Error('no check is pending')
    await checkVatNumber(harness.context, { organizationId, customerId, checkId: found.id })
  }

  it('is neither charged nor paid before it has them', async () => {
    await ok(client, 'PUT', '/billing_entities/test_organization', {
      billing_entity: { country: 'FR', eu_tax_management: true },
    })
    vies.registered.add('DE123456789')
    const others = { country: 'DE', tax_identification_number: 'DE123456789' }
    await payingCustomer(harness, stripe, client, 'acme', 'ok', others)
    await subscribe('basic')
    expect(await invoices()).toMatchObject([{ status: 'open', tax_status: 'pending' }])
    await settle()
    const [open] = await invoices()
    const byHand = await pay(client, open?.id, 3100)
    expect([byHand.status, byHand.body.code]).toEqual([403, 'feature_unavailable'])
    expect(await statuses()).toEqual(['incomplete'])
    await check()
    expect(await invoices()).toMatchObject([{ status: 'open', tax_status: 'succeeded' }])
    await settle()
    expect([await statuses(), await totals()]).toEqual([['active'], [['finalized', '3100']]])
    await expectSound(harness)
  })
})

describe('an open invoice', () => {
  it('cannot be asked for by a payment request, nor be paid on a page', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'slow')
    await subscribe('basic')
    const [open] = await invoices()
    const request = await client.call('POST', '/payment_requests', {
      payment_request: { external_customer_id: 'acme', email: 'a@b.example', lago_invoice_ids: [open?.id] },
    })
    expect(request.status).toBe(404)
    for (const path of ['payment_url', 'retry_payment', 'void', 'download']) {
      expect((await client.call('POST', `/invoices/${open?.id}/${path}`)).status).toBe(404)
    }
    const change = { invoice: { payment_status: 'succeeded' } }
    expect((await client.call('PUT', `/invoices/${open?.id}`, change)).status).toBe(404)
  })
})

describe('a subscription that waits', () => {
  it('expires with the day on which it would end', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'slow')
    await subscribe('basic', {
      ending_at: '2025-01-10T12:00:00Z',
      activation_rules: [{ type: 'payment' }],
    })
    await settle()
    await client.clock('2025-01-09T23:59:59Z')
    expect(await statuses()).toEqual(['incomplete'])
    await client.clock('2025-01-10T00:00:00Z')
    const [only] = await subscriptionsOf(client)
    expect(only).toMatchObject({ status: 'canceled', cancellation_reason: 'timeout' })
  })

  it('is given up when its plan is deleted, and the one before it ends', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'slow')
    await subscribe('arrears', { activation_rules: [] })
    await client.clock('2025-01-11T10:00:00Z')
    await subscribe('pro')
    await ok(client, 'DELETE', '/plans/pro')
    await runWhatIsDue(harness, client)
    const [old, next] = await subscriptionsOf(client)
    expect([old.status, next.status, next.cancellation_reason]).toEqual(['active', 'canceled', null])
    expect(next.activation_rules).toMatchObject([{ status: 'declined' }])
    await subscribe('basic')
    await ok(client, 'PUT', '/subscriptions/s', { subscription: { ending_at: '2025-01-12T12:00:00Z' } })
    await client.clock('2025-01-12T00:00:00Z')
    expect(await statuses()).toEqual(['terminated', 'canceled', 'canceled'])
  })

  it('does not shorten the trial of the one that is asked for after it', async () => {
    await ok(client, 'POST', '/plans', {
      plan: {
        name: 'T',
        code: 'trial',
        interval: 'monthly',
        amount_cents: 3100,
        amount_currency: 'EUR',
        pay_in_advance: true,
        trial_period: 10,
      },
    })
    await payingCustomer(harness, stripe, client, 'acme', 'declined')
    await subscribe('basic')
    await settle()
    expect(await statuses()).toEqual(['canceled'])
    await client.clock('2025-01-09T10:00:00Z')
    await subscribe('trial')
    expect(await statuses()).toEqual(['canceled', 'active'])
    await client.clock('2025-01-15T10:00:00Z')
    expect((await invoices()).length).toBe(1)
  })
})
