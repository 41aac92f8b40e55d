import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { FakeStripe } from '../fakes/stripe.ts'
import { listen } from '../support/announcements.ts'
import { ok } from '../support/billing-fixtures.ts'
import {
  gated,
  offerPlans,
  storedInvoices,
  subscriptionsOf,
  typesReceived,
} from '../support/gated-fixtures.ts'
import type { Client, Harness } from '../support/harness.ts'
import { pay } from '../support/payment-fixtures.ts'
import {
  charge,
  connectStripe,
  deliver,
  expectSound,
  newSeller,
  payingCustomer,
  runJobs,
  runWhatIsDue,
  startWithStripe,
} from '../support/stripe-fixtures.ts'

const WEIR = '/api/weir/v1'

let harness: Harness
let stripe: FakeStripe
let close: () => Promise<void>
let client: Client

beforeAll(async () => {
  ;({ stripe, harness, close } = await startWithStripe())
})
afterAll(async () => {
  await close?.()
})
beforeEach(async () => {
  client = await newSeller(harness, stripe)
  await offerPlans(client)
  await connectStripe(client)
})

const subscribe = async (plan: string, others: object = {}) =>
  (await ok(client, 'POST', '/subscriptions', gated(plan, others))).subscription
const refused = async (body: object) => {
  const { status, body: answer } = await client.call('POST', '/subscriptions', body)
  return [status, answer.error_details ?? answer.code]
}
const only = async () => {
  const all = await subscriptionsOf(client)
  expect(all).toHaveLength(1)
  return all[0]
}
const invoices = () => storedInvoices(harness, client)
const settle = async () => {
  await charge(harness, client)
  await runWhatIsDue(harness, client)
}
const told = async () => {
  await deliver(harness, stripe)
  await runJobs(harness)
  await runWhatIsDue(harness, client)
}
const pass = async (to: string) => {
  await client.clock(to)
  await runJobs(harness)
  await runWhatIsDue(harness, client)
}
const intentsOf = (invoiceId: string | undefined) =>
  [...stripe.state.intents.values()].filter(({ metadata }) => metadata.lago_invoice_id === invoiceId)

describe('activation rules', () => {
  it('422: of the wrong form', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    for (const [activation_rules, details] of [
      ['now', { activation_rules: ['invalid_format'] }],
      [[{ type: 'email' }], { activation_rules: ['invalid_type'] }],
      [[{ type: 'payment' }, { type: 'payment' }], { activation_rules: ['duplicated_type'] }],
      [[{ type: 'payment', timeout_hours: -1 }], { timeout_hours: ['value_must_be_positive_or_zero'] }],
      [[{ type: 'payment', timeout_hours: 1.5 }], { timeout_hours: ['value_must_be_positive_or_zero'] }],
    ]) {
      expect(await refused(gated('basic', { activation_rules }))).toEqual([422, details])
    }
    expect(await subscriptionsOf(client)).toEqual([])
  })

  it('422: for a customer whose first payment cannot be taken', async () => {
    await ok(client, 'POST', '/customers', { customer: { external_id: 'acme', currency: 'EUR' } })
    const at = (code: string) => [422, { customer: [code] }]
    expect(await refused(gated('basic'))).toEqual(at('no_linked_payment_provider'))
    const byHand = { payment_method: { payment_method_type: 'manual' } }
    const manual = 'manual_payment_method_invalid_for_payment_activation_rules'
    expect(await refused(gated('basic', byHand))).toEqual(at(manual))
    const billing_configuration = {
      payment_provider: 'stripe',
      payment_provider_code: 'eu',
      sync_with_provider: true,
    }
    await ok(client, 'POST', '/customers', { customer: { external_id: 'acme', billing_configuration } })
    await runJobs(harness)
    expect(await refused(gated('basic'))).toEqual(at('no_default_payment_method'))
    const unknown = { payment_method: { payment_method_id: '01a00000-0000-7000-8000-000000000000' } }
    expect(await refused(gated('basic', unknown))).toEqual(at('payment_method_not_found'))
    const { status, body } = await client.call(
      'POST',
      '/subscriptions',
      gated('basic', { ...unknown, activation_rules: [] }),
    )
    expect([status, body.error_details]).toEqual([422, { payment_method: ['invalid_payment_method'] }])
  })

  it('are kept until the start, may be changed until then, and are dropped by a start in the past', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    const made = await subscribe('basic', { subscription_at: '2025-01-05T00:00:00Z' })
    expect(made).toMatchObject({
      status: 'pending',
      activation_rules: [{ type: 'payment', timeout_hours: 48, status: 'inactive', expires_at: null }],
    })
    const change = (subscription: object) =>
      client.call('PUT', '/subscriptions/s?status=pending', { subscription })
    const changed = await change({ activation_rules: [{ type: 'payment', timeout_hours: 2 }] })
    expect(changed.body.subscription.activation_rules).toMatchObject([{ timeout_hours: 2 }])
    const manual = await change({ payment_method: { payment_method_type: 'manual' } })
    expect([manual.status, manual.body.error_details]).toEqual([
      422,
      { customer: ['manual_payment_method_invalid_for_payment_activation_rules'] },
    ])
    const { body } = await change({ subscription_at: '2024-12-20T00:00:00Z' })
    expect(body.subscription).toMatchObject({ status: 'active', activation_rules: [] })
    expect(await invoices()).toEqual([])
    const late = await client.call('PUT', '/subscriptions/s', {
      subscription: { activation_rules: [{ type: 'payment' }] },
    })
    expect([late.status, late.body.error_details]).toEqual([
      422,
      { activation_rules: ['subscription_not_pending'] },
    ])
  })

  it('do not apply where nothing is paid at the start', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    expect(await subscribe('arrears')).toMatchObject({
      status: 'active',
      activation_rules: [{ status: 'not_applicable' }],
    })
  })

  it('case 85 of the reference: are satisfied at once where the first invoice comes to nothing', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    const made = await subscribe('free')
    expect(made).toMatchObject({ status: 'active', activation_rules: [{ status: 'satisfied' }] })
    expect((await invoices()).map(({ status }) => status)).toEqual(['finalized'])
  })
})

describe('a start that waits', () => {
  it('is incomplete, with an invoice that nobody sees, and active once that is paid', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'ok', { invoice_grace_period: 3 })
    const endpoint = await listen(client)
    const waiting = await subscribe('basic')
    expect(waiting).toMatchObject({
      status: 'incomplete',
      started_at: '2025-01-01T10:00:00.000Z',
      activated_at: null,
      activation_rules: [{ status: 'pending', expires_at: '2025-01-03T10:00:00Z' }],
    })
    const [open] = await invoices()
    expect(open).toMatchObject({ status: 'open', total_amount_cents: '3100' })
    expect(open?.number).toMatch(/-DRAFT$/)
    expect((await ok(client, 'GET', '/invoices')).invoices).toEqual([])
    expect((await client.call('GET', `/invoices/${open?.id}`)).status).toBe(404)
    expect((await client.call('PUT', `/invoices/${open?.id}/finalize`)).status).toBe(404)
    expect((await client.call('GET', '/subscriptions/s')).status).toBe(404)
    await runWhatIsDue(harness, client)
    await runJobs(harness, '^advance_payment')
    expect(intentsOf(open?.id).map(({ description }) => description)).toEqual([
      expect.stringContaining(open?.id ?? '-'),
    ])
    await settle()
    const { invoices: shown } = await ok(client, 'GET', '/invoices')
    expect(shown).toMatchObject([
      { status: 'finalized', payment_status: 'succeeded', total_paid_amount_cents: 3100, sequential_id: 1 },
    ])
    expect(await only()).toMatchObject({
      status: 'active',
      started_at: '2025-01-01T10:00:00.000Z',
      activated_at: '2025-01-01T10:00:00Z',
      activation_rules: [{ status: 'satisfied' }],
    })
    const types = await typesReceived(client, endpoint)
    expect(types.filter((each) => /^(subscription|invoice)\./.test(each))).toEqual([
      'subscription.incomplete',
      'invoice.created',
      'subscription.started',
    ])
    expect(intentsOf(open?.id)).toMatchObject([
      {
        description: expect.stringContaining(shown[0].number),
        metadata: { lago_invoice_number: shown[0].number },
      },
    ])
    await pass('2025-02-01T00:00:01Z')
    expect((await invoices()).map(({ total_amount_cents: cents }) => cents)).toEqual(['3100', '3100'])
    await expectSound(harness)
  })

  it('begins on its day, with the time that its payment has', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    await subscribe('basic', { subscription_at: '2025-01-05T15:00:00Z' })
    await client.clock('2025-01-05T00:00:00Z')
    expect(await only()).toMatchObject({
      status: 'incomplete',
      started_at: '2025-01-05T00:00:00.000Z',
      activation_rules: [{ status: 'pending', expires_at: '2025-01-07T00:00:00Z' }],
    })
    await settle()
    expect(await only()).toMatchObject({ status: 'active' })
  })

  it('may be moved to today, where it stays pending until its rules are looked at', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    await subscribe('basic', { subscription_at: '2025-01-05T15:00:00Z' })
    const { subscription } = await ok(client, 'PUT', '/subscriptions/s?status=pending', {
      subscription: { subscription_at: '2025-01-01T12:00:00Z' },
    })
    expect(subscription.status).toBe('pending')
    await runWhatIsDue(harness, client)
    expect(await only()).toMatchObject({
      status: 'incomplete',
      activation_rules: [{ status: 'pending', expires_at: '2025-01-03T10:00:00Z' }],
    })
    await settle()
    expect(await only()).toMatchObject({ status: 'active' })
  })

  it('405 and 422: for what would change it meanwhile', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'slow')
    await subscribe('basic')
    await settle()
    const update = await client.call('PUT', '/subscriptions/s?status=incomplete', {
      subscription: { name: 'X' },
    })
    expect([update.status, update.body.code]).toEqual([405, 'subscription_incomplete'])
    expect(await refused(gated('basic'))).toEqual([422, { subscription: ['subscription_incomplete'] }])
    expect(await refused(gated('pro'))).toEqual([422, { subscription: ['subscription_incomplete'] }])
    const overrides = [
      ['/subscriptions/s/fixed_charges/x', { fixed_charge: { units: '2' } }],
      ['/subscriptions/s/charges/x?subscription_status=incomplete', { charge: { min_amount_cents: 1 } }],
    ] as const
    for (const [path, body] of overrides) {
      const { status, body: answer } = await client.call('PUT', path, body)
      expect([status, answer.code]).toEqual([405, 'subscription_incomplete'])
    }
    const end = await client.call('DELETE', '/subscriptions/s')
    expect([end.status, end.body.error_details]).toEqual([422, { base: ['subscription_incomplete'] }])
    await ok(client, 'POST', '/customers', { customer: { external_id: 'other', currency: 'EUR' } })
    const taken = { ...gated('basic').subscription, external_customer_id: 'other', activation_rules: [] }
    expect(await refused({ subscription: taken })).toEqual([422, { external_id: ['value_already_exist'] }])
    expect(await only()).toMatchObject({ status: 'incomplete', name: '' })
  })

  it('is canceled when its payment fails, and may be asked for again', async () => {
    const there = await payingCustomer(harness, stripe, client, 'acme', 'declined')
    const endpoint = await listen(client)
    await subscribe('basic')
    await settle()
    expect(await only()).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'payment_failed',
      activated_at: null,
      activation_rules: [{ status: 'failed' }],
    })
    expect(await invoices()).toMatchObject([{ status: 'closed', payment_status: 'failed' }])
    const types = await typesReceived(client, endpoint)
    expect(types.filter((each) => each.startsWith('subscription.'))).toEqual([
      'subscription.incomplete',
      'subscription.canceled',
    ])
    expect(types).not.toContain('invoice.payment_failure')
    stripe.state.addMethod(there, 'ok')
    await told()
    await subscribe('basic')
    await settle()
    expect((await subscriptionsOf(client)).map(({ status }: { status: string }) => status)).toEqual([
      'canceled',
      'active',
    ])
    const { invoices: shown } = await ok(client, 'GET', '/invoices')
    expect(shown).toMatchObject([{ sequential_id: 1, payment_status: 'succeeded' }])
    await expectSound(harness)
  })

  it('asks the payer for an authentication, also where nothing else does', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'needs_3ds')
    await subscribe('basic')
    await settle()
    await settle()
    expect(await only()).toMatchObject({ status: 'incomplete' })
    const [open] = await invoices()
    const [asked] = intentsOf(open?.id).filter(({ status }) => status === 'requires_action')
    if (!asked) throw new Error('nobody was asked')
    stripe.state.succeed(asked)
    await told()
    expect(await only()).toMatchObject({ status: 'active' })
    await expectSound(harness)
  })

  it('payment case 49: is canceled when its time is over, and a later success goes back', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'slow')
    await subscribe('basic')
    await settle()
    await pass('2025-01-03T09:59:59Z')
    expect(await only()).toMatchObject({ status: 'incomplete' })
    await pass('2025-01-03T10:00:00Z')
    expect(await only()).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'timeout',
      activation_rules: [{ status: 'expired' }],
    })
    const [closed] = await invoices()
    expect(closed).toMatchObject({ status: 'closed' })
    const [intent] = intentsOf(closed?.id)
    if (!intent) throw new Error('nothing was charged')
    stripe.state.succeed(intent)
    await told()
    await told()
    expect((await ok(client, 'GET', `${WEIR}/refunds`)).refunds).toMatchObject([
      { reason: 'activation_expired', amount_cents: 3100, state: 'succeeded' },
    ])
    expect(await only()).toMatchObject({ status: 'canceled' })
    await expectSound(harness)
  })

  it('ends at the provider what waits for the payer when its time is over', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'needs_3ds')
    await subscribe('basic')
    await settle()
    await settle()
    await pass('2025-01-03T10:00:00Z')
    expect(await only()).toMatchObject({ status: 'canceled', cancellation_reason: 'timeout' })
    const [closed] = await invoices()
    expect(
      intentsOf(closed?.id)
        .map(({ status }) => status)
        .sort(),
    ).toEqual(['canceled', 'requires_payment_method'])
    await expectSound(harness)
  })

  it('waits as long as it takes without a limit, and is paid by hand', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'slow')
    await subscribe('basic', { activation_rules: [{ type: 'payment' }] })
    await pass('2025-01-20T00:00:00Z')
    expect(await only()).toMatchObject({
      status: 'incomplete',
      activation_rules: [{ status: 'pending', timeout_hours: 0, expires_at: null }],
    })
    const [open] = await invoices()
    expect((await pay(client, open?.id, 3101)).body.error_details).toEqual({
      amount_cents: ['value_is_out_of_range'],
    })
    expect((await pay(client, open?.id, 100)).status).toBe(200)
    expect(await only()).toMatchObject({ status: 'incomplete' })
    expect((await pay(client, open?.id, 3000)).status).toBe(200)
    expect(await only()).toMatchObject({ status: 'active', activated_at: '2025-01-20T00:00:00Z' })
    expect(await invoices()).toMatchObject([{ status: 'finalized', payment_status: 'succeeded' }])
  })

  it('bills the present period when a billing day has passed meanwhile', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'slow')
    await subscribe('basic', { activation_rules: [{ type: 'payment' }] })
    await pass('2025-03-10T00:00:00Z')
    expect(await invoices()).toHaveLength(1)
    const [open] = await invoices()
    await pay(client, open?.id, 3100)
    const { invoices: shown } = await ok(client, 'GET', '/invoices')
    const [later] = shown
    const { invoice } = await ok(client, 'GET', `/invoices/${later.lago_id}`)
    expect(invoice).toMatchObject({ total_amount_cents: 3100, issuing_date: '2025-03-10' })
    expect(invoice.billing_periods).toMatchObject([
      {
        invoicing_reason: 'subscription_periodic',
        subscription_from_datetime: '2025-03-01T00:00:00Z',
        subscription_to_datetime: '2025-03-31T23:59:59Z',
      },
    ])
    await pass('2025-04-01T00:00:00Z')
    expect(await invoices()).toHaveLength(3)
    await expectSound(harness)
  })

  it('is not held up by payments that cannot begin, and is charged with a method that comes later', async () => {
    const there = await payingCustomer(harness, stripe, client, 'acme')
    await subscribe('basic', { subscription_at: '2025-01-05T00:00:00Z' })
    const { payment_methods: methods } = await ok(client, 'GET', '/customers/acme/payment_methods')
    await ok(client, 'DELETE', `/customers/acme/payment_methods/${methods[0].lago_id}`)
    await pass('2025-01-05T00:00:00Z')
    await settle()
    expect(await only()).toMatchObject({ status: 'incomplete' })
    stripe.state.addMethod(there, 'ok')
    await told()
    await settle()
    expect(await only()).toMatchObject({ status: 'active' })
  })

  it('ends with its customer', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'slow')
    await subscribe('basic')
    await ok(client, 'DELETE', '/customers/acme')
    const [closed] = await invoices()
    expect(closed).toMatchObject({ status: 'closed' })
  })
})
