import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { dueActions } from '../../src/actions/due/due-actions.ts'
import { runDue } from '../../src/actions/due/run-due.ts'
import type { Instant } from '../../src/core/calendar/instant.ts'
import { findBreaches, INVARIANTS } from '../../src/store/invariants.ts'
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
  const metric = { name: 'Calls', code: 'calls', aggregation_type: 'count_agg' }
  const { billable_metric } = await ok(client, 'POST', '/billable_metrics', { billable_metric: metric })
  const charges = [
    {
      billable_metric_id: billable_metric.lago_id,
      charge_model: 'standard',
      properties: { amount: '1' },
    },
  ]
  await offerPlans(client, charges)
  await connectStripe(client)
})

const subscribe = async (plan: string, others: object = {}) =>
  (await ok(client, 'POST', '/subscriptions', gated(plan, others))).subscription
const plain = { activation_rules: [] }
const all = () => subscriptionsOf(client)
const statuses = async () => (await all()).map(({ status }: { status: string }) => status)
const invoices = () => storedInvoices(harness, client)
const totals = async () => (await invoices()).map(({ status, total_amount_cents: cents }) => [status, cents])
const settle = async () => {
  await charge(harness, client)
  await runWhatIsDue(harness, client)
}
const pass = async (to: string) => {
  await client.clock(to)
  await runJobs(harness)
  await runWhatIsDue(harness, client)
}
const use = (transaction_id: string, timestamp: string) =>
  ok(client, 'POST', '/events', {
    event: {
      external_subscription_id: 's',
      code: 'calls',
      transaction_id,
      timestamp: Date.parse(timestamp) / 1000,
    },
  })
const feesOf = async (id: string | undefined) => (await ok(client, 'GET', `/invoices/${id}`)).invoice.fees
const soundOfAll = async () => {
  await expectSound(harness)
  for (const code of [
    'billing_is_due',
    'gates_are_due',
    'invoice_fees',
    'wallet_balances',
    'prepaid_credits',
  ]) {
    const invariant = INVARIANTS.find((each) => each.code === code)
    if (!invariant) throw new Error(`no invariant ${code}`)
    expect([code, (await findBreaches(harness.context.database, invariant, 10)).breaches]).toEqual([code, []])
  }
}

describe('an upgrade that waits', () => {
  it('keeps the old subscription until it is paid, and then ends it and bills it alone', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'slow')
    await subscribe('arrears', plain)
    const endpoint = await listen(client)
    await client.clock('2025-01-11T10:00:00Z')
    await use('before', '2025-01-11T09:00:00Z')
    expect(await subscribe('pro')).toMatchObject({ status: 'incomplete', plan_code: 'pro' })
    expect(await statuses()).toEqual(['active', 'incomplete'])
    // 21 days of 31.
    expect(await totals()).toEqual([['open', '4200']])
    await client.clock('2025-01-12T10:00:00Z')
    await use('meanwhile', '2025-01-12T09:00:00Z')
    const end = await client.call('DELETE', '/subscriptions/s')
    expect([end.status, end.body.error_details]).toEqual([422, { base: ['next_subscription_incomplete'] }])
    const [open] = await invoices()
    await pay(client, open?.id, 4200)
    const [old, next] = await all()
    expect(old).toMatchObject({ status: 'terminated', terminated_at: '2025-01-12T10:00:00Z' })
    expect(next).toMatchObject({
      status: 'active',
      started_at: '2025-01-11T10:00:00.000Z',
      activated_at: '2025-01-12T10:00:00Z',
      previous_plan_code: 'arrears',
    })
    const types = await typesReceived(client, endpoint)
    expect(types.filter((each) => /^(subscription|invoice)\./.test(each))).toEqual([
      'subscription.incomplete',
      'invoice.created',
      'subscription.terminated',
      'subscription.started',
      'invoice.created',
    ])
    // 11 days of 31 of the old plan, and both events.
    expect(await totals()).toEqual([
      ['finalized', '4200'],
      ['finalized', '1300'],
    ])
    await client.clock('2025-01-20T00:00:00Z')
    await use('after', '2025-01-19T09:00:00Z')
    await pass('2025-02-01T00:00:01Z')
    const [, , third] = await invoices()
    const fees = await feesOf(third?.id)
    expect(fees.map((each: { amount_cents: number }) => each.amount_cents).sort()).toEqual([100, 6200])
    await soundOfAll()
  })

  it('credits what the old plan was paid ahead for, and leaves it alone when it is not paid', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    await subscribe('basic', plain)
    await settle()
    await client.clock('2025-01-11T10:00:00Z')
    await subscribe('pro')
    await settle()
    expect(await statuses()).toEqual(['terminated', 'active'])
    const { credit_notes: notes } = await ok(client, 'GET', '/credit_notes')
    expect(notes).toMatchObject([{ credit_amount_cents: 2100, balance_amount_cents: 2100 }])
    expect((await totals()).slice(1)).toEqual([
      ['finalized', '4200'],
      ['finalized', '0'],
    ])
    await soundOfAll()
  })

  it('that is not paid in time changes nothing', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'slow')
    await subscribe('basic', plain)
    await client.clock('2025-01-30T10:00:00Z')
    await subscribe('pro')
    await pass('2025-02-01T10:00:00Z')
    expect(await statuses()).toEqual(['active', 'canceled'])
    expect(await totals()).toEqual([
      ['finalized', '3100'],
      ['closed', '400'],
      ['finalized', '3100'],
    ])
    // It may be asked for again.
    expect(await subscribe('pro')).toMatchObject({ status: 'incomplete' })
    await soundOfAll()
  })

  it('into the next period pays that one from its start on', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'slow')
    await subscribe('arrears', plain)
    await client.clock('2025-01-30T00:00:00Z')
    await subscribe('pro', { activation_rules: [{ type: 'payment' }] })
    await pass('2025-02-15T00:00:00Z')
    // January of the old plan.
    expect(await totals()).toEqual([
      ['open', '400'],
      ['finalized', '3100'],
    ])
    const [open] = await invoices()
    await pay(client, open?.id, 400)
    // 14 days of 28 of the old plan, and 14 of the new one.
    expect((await totals()).slice(2).sort()).toEqual([
      ['finalized', '1550'],
      ['finalized', '3100'],
    ])
    await pass('2025-03-01T00:00:01Z')
    expect((await totals()).at(-1)).toEqual(['finalized', '6200'])
    await soundOfAll()
  })

  it('is one of two that are asked for at once', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'slow')
    await subscribe('arrears', plain)
    const answers = await Promise.all(
      ['pro', 'basic'].map((plan) => client.call('POST', '/subscriptions', gated(plan))),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422])
    expect(await statuses()).toEqual(['active', 'incomplete'])
  })
})

describe('a downgrade that waits', () => {
  const rotate = async (kind: 'ok' | 'slow') => {
    await payingCustomer(harness, stripe, client, 'acme', kind)
    await subscribe('pro', plain)
    await settle()
    await client.clock('2025-01-20T10:00:00Z')
    await use('january', '2025-01-20T09:00:00Z')
    await subscribe('basic')
    await client.clock('2025-02-01T00:00:00Z')
  }

  it('ends the old subscription on its billing day once it is paid, and bills it alone', async () => {
    await rotate('ok')
    expect(await statuses()).toEqual(['active', 'incomplete'])
    expect((await totals()).slice(1)).toEqual([['open', '3100']])
    await settle()
    const [old, next] = await all()
    expect(old).toMatchObject({ status: 'terminated', terminated_at: '2025-02-01T00:00:00Z' })
    expect(next).toMatchObject({ status: 'active', started_at: '2025-02-01T00:00:00.000Z' })
    expect((await totals()).slice(1)).toEqual([
      ['finalized', '3100'],
      ['finalized', '100'],
    ])
    await pass('2025-03-01T00:00:01Z')
    expect((await totals()).slice(3)).toEqual([['finalized', '3100']])
    await soundOfAll()
  })

  it('bills what the old subscription owes, however long it took', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'slow')
    await subscribe('pro', plain)
    await client.clock('2025-01-20T10:00:00Z')
    await use('january', '2025-01-20T09:00:00Z')
    await subscribe('basic', { activation_rules: [{ type: 'payment' }] })
    await client.clock('2025-02-10T00:00:00Z')
    await use('february', '2025-02-09T00:00:00Z')
    await pass('2025-03-10T00:00:00Z')
    expect(await totals()).toEqual([
      ['finalized', '6200'],
      ['open', '3100'],
    ])
    await soundOfAll()
    const [, open] = await invoices()
    await pay(client, open?.id, 3100)
    // January's event of the old plan; March of the new one with the event of February.
    expect((await totals()).slice(2).sort()).toEqual([
      ['finalized', '100'],
      ['finalized', '3200'],
    ])
    await soundOfAll()
  })

  it('that is not paid in time goes on with the old subscription, billed for every day', async () => {
    await rotate('slow')
    await pass('2025-02-03T00:00:00Z')
    expect(await statuses()).toEqual(['active', 'canceled'])
    expect(await totals()).toEqual([
      ['finalized', '6200'],
      ['closed', '3100'],
      ['finalized', '6300'],
    ])
    await pass('2025-03-01T00:00:00Z')
    expect((await totals()).at(-1)).toEqual(['finalized', '6200'])
    await soundOfAll()
  })
})

describe('what an invoice that came to nothing took', () => {
  it('is given back once', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'declined')
    const coupon = {
      name: 'C',
      code: 'c',
      coupon_type: 'fixed_amount',
      amount_cents: 100,
      amount_currency: 'EUR',
      frequency: 'once',
      expiration: 'no_expiration',
    }
    await ok(client, 'POST', '/coupons', { coupon })
    await ok(client, 'POST', '/applied_coupons', {
      applied_coupon: { external_customer_id: 'acme', coupon_code: 'c' },
    })
    const wallet = { external_customer_id: 'acme', currency: 'EUR', rate_amount: '1', granted_credits: '5' }
    const made = await ok(client, 'POST', '/wallets', { wallet })
    await runWhatIsDue(harness, client)
    await subscribe('basic')
    expect(await totals()).toEqual([['open', '2500']])
    const balance = async () =>
      (await ok(client, 'GET', `/wallets/${made.wallet.lago_id}`)).wallet.balance_cents
    expect(await balance()).toBe(0)
    await settle()
    await settle()
    expect([await statuses(), await balance()]).toEqual([['canceled'], 500])
    const { applied_coupons: applied } = await ok(client, 'GET', '/applied_coupons?status=active')
    expect(applied).toMatchObject([{ status: 'active', amount_cents_remaining: 100 }])
    await subscribe('basic')
    expect((await totals()).at(-1)).toEqual(['open', '2500'])
    await soundOfAll()
  })

  it('of a credit note is its balance again', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'slow')
    await subscribe('pro', { external_id: 'other', ...plain })
    const [first] = await invoices()
    await pay(client, first?.id, 6200)
    await ok(client, 'DELETE', '/subscriptions/other')
    const noteOf = async () => (await ok(client, 'GET', '/credit_notes')).credit_notes[0]
    // 30 days of 31.
    expect(await noteOf()).toMatchObject({ balance_amount_cents: 6000, credit_status: 'available' })
    await subscribe('pro')
    expect(await noteOf()).toMatchObject({ balance_amount_cents: 0, credit_status: 'consumed' })
    await pass('2025-01-03T10:00:00Z')
    expect(await statuses()).toEqual(['terminated', 'canceled'])
    expect(await noteOf()).toMatchObject({ balance_amount_cents: 6000, credit_status: 'available' })
    await soundOfAll()
  })

  it('is nothing where a wallet pays it whole, which is a payment', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'declined')
    const wallet = { external_customer_id: 'acme', currency: 'EUR', rate_amount: '1', granted_credits: '50' }
    await ok(client, 'POST', '/wallets', { wallet })
    await runWhatIsDue(harness, client)
    expect(await subscribe('basic')).toMatchObject({
      status: 'active',
      activation_rules: [{ status: 'satisfied' }],
    })
    expect(await totals()).toEqual([['finalized', '0']])
  })
})

describe('races', () => {
  it('between the money and the end of its time have one outcome', async () => {
    await payingCustomer(harness, stripe, client, 'acme', 'slow')
    await subscribe('basic')
    await settle()
    const [open] = await invoices()
    await client.clock('2025-01-03T09:59:59Z')
    const intent = [...stripe.state.intents.values()].find(
      ({ metadata }) => metadata.lago_invoice_id === open?.id,
    )
    if (!intent) throw new Error('nothing was charged')
    stripe.state.succeed(intent)
    await deliver(harness, stripe)
    const until = Date.parse('2025-01-03T10:00:00Z') as Instant
    const run = { organizationId: client.organizationId, until, strict: true }
    await Promise.all([runJobs(harness), runDue(harness.context, dueActions, run)])
    await runDue(harness.context, dueActions, run)
    await runJobs(harness)
    const [{ status }] = await all()
    const { refunds } = await ok(client, 'GET', '/api/weir/v1/refunds')
    const back = status === 'active' ? [] : [{ reason: 'activation_expired', amount_cents: 3100 }]
    expect(refunds).toMatchObject(back)
    expect((await invoices()).map((each) => each.status)).toEqual([
      status === 'active' ? 'finalized' : 'closed',
    ])
    await soundOfAll()
  })

  it('between the payment and the start do nothing twice', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    await subscribe('arrears', plain)
    await subscribe('pro')
    await charge(harness, client)
    // The payment is there, and whoever was to start the subscription is gone: several come back.
    expect(await statuses()).toEqual(['active', 'incomplete'])
    await Promise.all(Array.from({ length: 4 }, () => runWhatIsDue(harness, client)))
    expect(await statuses()).toEqual(['terminated', 'active'])
    expect((await invoices()).length).toBe(2)
    await soundOfAll()
  })

  it('find what was paid before they change the subscription', async () => {
    await payingCustomer(harness, stripe, client, 'acme')
    await subscribe('basic')
    await charge(harness, client)
    expect(await statuses()).toEqual(['incomplete'])
    const { subscription } = await ok(client, 'DELETE', '/subscriptions/s')
    expect(subscription).toMatchObject({ status: 'terminated' })
  })
})
