import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const START = '2024-01-10T10:00:00Z'

describe('subscriptions', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())

  /** A sandbox at `START` with the plans `p` (1,000), `more` (2,000) and `less` (500), monthly. */
  async function sandbox(plan: object = {}, customer: object = {}): Promise<void> {
    client = await harness.organization()
    await client.clock(START)
    for (const [code, amount] of [
      ['p', 1000],
      ['more', 2000],
      ['less', 500],
    ] as const) {
      const common = { name: code, code, interval: 'monthly', amount_cents: amount, amount_currency: 'EUR' }
      const made = await client.call('POST', '/plans', {
        plan: { ...common, pay_in_advance: false, ...plan },
      })
      expect(made.status).toBe(200)
    }
    await client.call('POST', '/customers', { customer: { external_id: 'acme', ...customer } })
  }

  async function subscribe(values: object = {}) {
    const subscription = { external_customer_id: 'acme', external_id: 's', plan_code: 'p', ...values }
    return client.call('POST', '/subscriptions', { subscription })
  }

  async function show(status = 'active', externalId = 's') {
    return (await client.call('GET', `/subscriptions/${externalId}?status=${status}`)).body.subscription
  }

  async function dueItems(): Promise<Record<string, string>> {
    const rows = await harness.context.database.read(client.organizationId, (reads) =>
      reads.selectFrom('dueItems').select(['kind', 'dueAt']).orderBy('kind').execute(),
    )
    const own = rows.filter(({ kind }) => /^(subscription_(start|end|billing)|t)/.test(kind))
    return Object.fromEntries(own.map(({ kind, dueAt }) => [kind, new Date(dueAt).toISOString()]))
  }

  async function invoices(): Promise<{ total_amount_cents: number; issuing_date: string }[]> {
    return (await client.call('GET', '/invoices?external_customer_id=acme')).body.invoices
  }

  async function announced(): Promise<string[]> {
    const rows = await harness.context.database.read(client.organizationId, (reads) =>
      reads.selectFrom('webhooks').select('webhookType').orderBy('id').execute(),
    )
    return rows.map((row) => row.webhookType).filter((type) => type.startsWith('subscription.'))
  }

  async function listen(): Promise<void> {
    await client.call('POST', '/webhook_endpoints', {
      webhook_endpoint: { webhook_url: 'http://localhost:9/' },
    })
  }

  it('200: starts at once, with its plan and the period that is open', async () => {
    await sandbox()
    const { status, body } = await subscribe({ name: 'First', usage_thresholds: [{ amount_cents: 500 }] })
    expect(status).toBe(200)
    expect(body.subscription).toMatchObject({
      status: 'active',
      name: 'First',
      started_at: '2024-01-10T10:00:00.000Z',
      subscription_at: START,
      current_billing_period_started_at: '2024-01-10T10:00:00Z',
      current_billing_period_ending_at: '2024-01-31T23:59:59Z',
      plan: { code: 'p' },
      entitlements: [],
      applicable_usage_thresholds: [{ amount_cents: 500, recurring: false, threshold_display_name: null }],
    })
    expect(await dueItems()).toEqual({ subscription_billing: '2024-02-01T00:00:00.000Z' })
    const usage = await harness.context.database.read(client.organizationId, (reads) =>
      reads.selectFrom('lifetimeUsages').select('subscriptionId').execute(),
    )
    expect(usage).toEqual([{ subscriptionId: body.subscription.lago_id }])
  })

  it('200: the same plan again changes nothing', async () => {
    await sandbox()
    const first = await subscribe({ name: 'First' })
    const second = await subscribe({ name: 'Second', billing_time: 'anniversary' })
    expect(second.body.subscription).toEqual(first.body.subscription)
  })

  it('two requests at once make one subscription', async () => {
    await sandbox()
    const answers = await Promise.all([1, 2, 3, 4].map(() => subscribe()))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(new Set(answers.map(({ body }) => body.subscription.lago_id)).size).toBe(1)
  })

  it('422: two customers at once cannot both have an external id', async () => {
    await sandbox()
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((id) => subscribe({ external_customer_id: id, external_id: 'shared' })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422, 422])
    const refused = answers.find(({ status }) => status === 422)
    expect(refused?.body.error_details).toEqual({ external_id: ['value_already_exist'] })
  })

  it('404 for an unknown plan or billing entity, 422 for what is wrong; nothing is left behind', async () => {
    await sandbox()
    expect((await subscribe({ plan_code: 'nope' })).body.code).toBe('plan_not_found')
    expect((await subscribe({ plan_code: undefined })).body.code).toBe('plan_not_found')
    expect((await subscribe({ billing_entity_code: 'nope' })).body.code).toBe('billing_entity_not_found')
    const wrong = await subscribe({ external_customer_id: 'new', ending_at: START })
    expect([wrong.status, wrong.body.error_details]).toEqual([422, { ending_at: ['invalid_date'] }])
    expect((await client.call('GET', '/customers/new')).status).toBe(404)
  })

  it('422: activation rules need a payment provider, and a past start ignores them', async () => {
    await sandbox()
    const gated = { activation_rules: [{ type: 'payment', timeout_hours: 48 }] }
    const provider = { customer: ['no_linked_payment_provider'] }
    expect((await subscribe(gated)).body.error_details).toEqual(provider)
    expect((await client.call('GET', '/subscriptions/s')).status).toBe(404)
    const byHand = await subscribe({ ...gated, payment_method: { payment_method_type: 'manual' } })
    expect(byHand.body.error_details).toEqual({
      customer: ['manual_payment_method_invalid_for_payment_activation_rules'],
    })
    expect((await subscribe({ ...gated, subscription_at: '2024-01-20T00:00:00Z' })).status).toBe(422)
    expect((await subscribe({ subscription_at: '2024-01-20T00:00:00Z' })).status).toBe(200)
    const changed = await client.call('PUT', '/subscriptions/s?status=pending', { subscription: gated })
    expect(changed.body.error_details).toEqual(provider)
    const past = { ...gated, subscription_at: '2023-12-01T00:00:00Z' }
    const started = await client.call('PUT', '/subscriptions/s?status=pending', { subscription: past })
    expect(started.body.subscription).toMatchObject({ status: 'active', activation_rules: [] })
    const active = await client.call('PUT', '/subscriptions/s', { subscription: gated })
    expect(active.body.error_details).toEqual({ activation_rules: ['subscription_not_pending'] })
    expect((await subscribe(gated)).status).toBe(200)
    const other = await subscribe({ ...past, external_id: 'other' })
    expect(other.body.subscription).toMatchObject({ status: 'active' })
  })

  it('a start in the future waits for the local midnight of its day', async () => {
    await sandbox({}, { timezone: 'America/New_York' })
    const made = await subscribe({ subscription_at: '2024-01-20T15:00:00Z' })
    expect(made.body.subscription).toMatchObject({ status: 'pending', started_at: null })
    expect(await dueItems()).toEqual({ subscription_start: '2024-01-20T05:00:00.000Z' })
    await client.clock('2024-01-25T00:00:00Z')
    expect(await show()).toMatchObject({ started_at: '2024-01-20T05:00:00.000Z', status: 'active' })
    expect(await dueItems()).toEqual({ subscription_billing: '2024-02-01T05:00:00.000Z' })
  })

  it('a start whose external id another customer took meanwhile is canceled', async () => {
    await sandbox()
    await subscribe({ subscription_at: '2024-01-20T00:00:00Z' })
    expect((await subscribe({ external_customer_id: 'beta' })).status).toBe(200)
    await client.clock('2024-01-21T00:00:00Z')
    expect(await show('canceled')).toMatchObject({ external_customer_id: 'acme' })
    expect(await show()).toMatchObject({ external_customer_id: 'beta' })
  })

  it('a start in the past bills nothing at once and continues after the last billed termination', async () => {
    await sandbox({ pay_in_advance: true })
    await subscribe({ subscription_at: '2023-12-05T00:00:00Z' })
    expect(await invoices()).toEqual([])
    await client.call('DELETE', '/subscriptions/s?on_termination_credit_note=skip')
    const again = await subscribe({ subscription_at: '2023-12-05T00:00:00Z' })
    expect(again.body.subscription).toMatchObject({
      started_at: '2024-01-10T10:00:00.000Z',
      subscription_at: '2023-12-05T00:00:00Z',
    })
  })

  it('an upgrade takes over at once and keeps the anchor; the old one shows its successor', async () => {
    await sandbox()
    await listen()
    await subscribe({
      billing_time: 'anniversary',
      purchase_order_number: 'PO-1',
      consolidate_invoice: false,
    })
    await client.clock('2024-01-20T10:00:00Z')
    const up = (await subscribe({ plan_code: 'more' })).body.subscription
    expect(up).toMatchObject({
      plan_code: 'more',
      previous_plan_code: 'p',
      billing_time: 'anniversary',
      subscription_at: START,
      started_at: '2024-01-20T10:00:00.000Z',
      purchase_order_number: 'PO-1',
      consolidate_invoice: false,
    })
    expect(await show('terminated')).toMatchObject({
      next_plan_code: 'more',
      downgrade_plan_date: null,
      terminated_at: '2024-01-20T10:00:00Z',
    })
    expect(await dueItems()).toEqual({ subscription_billing: '2024-02-10T00:00:00.000Z' })
    expect(await announced()).toEqual([
      'subscription.started',
      'subscription.terminated',
      'subscription.started',
    ])
    // Ten days of the old plan; the day of the upgrade belongs to the new one.
    expect((await invoices()).map((invoice) => invoice.total_amount_cents)).toEqual([323])
  })

  it('a downgrade waits for the billing day, can be replaced, and is canceled by itself', async () => {
    await sandbox()
    await subscribe({ plan_code: 'more' })
    const down = (await subscribe({ plan_code: 'less' })).body.subscription
    expect(down).toMatchObject({
      plan_code: 'more',
      next_plan_code: 'less',
      downgrade_plan_date: '2024-02-01',
    })
    await subscribe({ plan_code: 'p' })
    expect(await show()).toMatchObject({ next_plan_code: 'p' })
    expect((await client.call('GET', '/subscriptions?status[]=pending')).body.meta.total_count).toBe(1)
    const canceled = await client.call('DELETE', '/subscriptions/s?status=pending')
    expect(canceled.body.subscription).toMatchObject({ status: 'canceled', plan_code: 'p' })
    expect(await show()).toMatchObject({ next_plan_code: null, downgrade_plan_date: null })
    await subscribe({ plan_code: 'less' })
    await client.clock('2024-02-01T00:00:00Z')
    expect(await show()).toMatchObject({ plan_code: 'less', started_at: '2024-02-01T00:00:00.000Z' })
    expect(await show('terminated')).toMatchObject({ downgrade_plan_date: '2024-02-01' })
    expect((await invoices()).length).toBe(1)
    expect(await dueItems()).toEqual({ subscription_billing: '2024-03-01T00:00:00.000Z' })
  })

  it('bills what is due together on one invoice, and again a month later', async () => {
    await sandbox()
    await subscribe()
    await subscribe({ external_id: 't', plan_code: 'more' })
    await client.clock('2024-03-01T00:00:00Z')
    expect((await invoices()).map((invoice) => invoice.total_amount_cents).sort()).toEqual([2129, 3000])
  })

  it('a termination bills once, stores its options and leaves nothing due', async () => {
    await sandbox()
    await subscribe({ ending_at: '2024-06-15T00:00:00Z' })
    await subscribe({ plan_code: 'less' })
    const wrong = await client.call('DELETE', '/subscriptions/s?on_termination_invoice=never')
    expect(wrong.body.error_details).toEqual({ on_termination_invoice: ['invalid_value'] })
    const ended = await client.call('DELETE', '/subscriptions/s?on_termination_invoice=skip')
    expect(ended.body.subscription).toMatchObject({ status: 'terminated', on_termination_invoice: 'skip' })
    expect(await invoices()).toEqual([])
    expect(await dueItems()).toEqual({})
    expect((await client.call('GET', '/subscriptions?status[]=pending')).body.meta.total_count).toBe(0)
    expect((await client.call('DELETE', '/subscriptions/s')).status).toBe(404)
  })

  it('an end date warns 45 and 15 days before and terminates at its local midnight', async () => {
    await sandbox({}, { timezone: 'Asia/Tokyo' })
    await listen()
    await subscribe({ ending_at: '2024-03-20T00:00:00Z' })
    expect(await dueItems()).toEqual({
      subscription_billing: '2024-01-31T15:00:00.000Z',
      subscription_end: '2024-03-19T15:00:00.000Z',
      termination_alert: '2024-02-04T00:00:00.000Z',
    })
    await client.clock('2024-02-05T00:00:00Z')
    expect(await dueItems()).toMatchObject({ termination_alert: '2024-03-05T00:00:00.000Z' })
    await client.clock('2024-03-21T00:00:00Z')
    expect(await show('terminated')).toMatchObject({ terminated_at: '2024-03-19T15:00:00Z' })
    expect(await announced()).toEqual([
      'subscription.started',
      'subscription.termination_alert',
      'subscription.termination_alert',
      'subscription.terminated',
    ])
    expect(await dueItems()).toEqual({})
  })

  it('the end of a trial is marked once and bills a plan in advance', async () => {
    await sandbox({ pay_in_advance: true, trial_period: 5 })
    await listen()
    await subscribe()
    expect(await invoices()).toEqual([])
    await client.clock('2024-01-15T10:00:00Z')
    expect(await show()).toMatchObject({ trial_ended_at: '2024-01-15T10:00:00Z' })
    expect((await invoices()).map((invoice) => invoice.total_amount_cents)).toEqual([548])
    expect(await announced()).toEqual(['subscription.started', 'subscription.trial_ended'])
  })

  it('an update moves what is due; a start moved to today begins', async () => {
    await sandbox()
    await subscribe({ subscription_at: '2024-05-01T00:00:00Z' })
    const put = (subscription: object, query = '') =>
      client.call('PUT', `/subscriptions/s${query}`, { subscription })
    await put({ subscription_at: '2024-06-01T00:00:00Z', name: 'Later' }, '?status=pending')
    expect(await dueItems()).toEqual({ subscription_start: '2024-06-01T00:00:00.000Z' })
    const begun = await put({ subscription_at: '2024-01-10T08:00:00Z' }, '?status=pending')
    expect(begun.body.subscription).toMatchObject({
      status: 'active',
      started_at: '2024-01-10T08:00:00.000Z',
    })
    await put({ ending_at: '2024-02-01T00:00:00Z' })
    // The ending day is billed by the termination, so there is no periodic bill before it.
    expect(await dueItems()).toEqual({
      subscription_end: '2024-02-01T00:00:00.000Z',
      termination_alert: '2024-01-17T00:00:00.000Z',
    })
    const open = await client.call('PATCH', '/subscriptions/s', { subscription: { ending_at: null } })
    expect(open.body.subscription.ending_at).toBeNull()
    expect(await dueItems()).toEqual({ subscription_billing: '2024-02-01T00:00:00.000Z' })
    expect((await put({ ending_at: '2024-01-01T00:00:00Z' })).status).toBe(422)
    expect((await put({ activation_rules: [] })).body.error_details).toEqual({
      activation_rules: ['subscription_not_pending'],
    })
    expect((await client.call('PUT', '/subscriptions/ghost', { subscription: { name: 'x' } })).status).toBe(
      404,
    )
  })

  it('another time zone moves the next bill and neither skips nor repeats a month', async () => {
    await sandbox({}, { timezone: 'America/New_York' })
    await subscribe()
    // It is already 1 February in Tokyo, which New York has not billed.
    await client.clock('2024-01-31T18:00:00Z')
    const move = (timezone: string) =>
      client.call('POST', '/customers', { customer: { external_id: 'acme', timezone } })
    await move('Asia/Tokyo')
    expect(await dueItems()).toEqual({ subscription_billing: '2024-01-31T15:00:00.000Z' })
    await client.clock('2024-01-31T19:00:00Z')
    expect((await invoices()).length).toBe(1)
    // Back in New York 1 February is still to come, and is billed already.
    await move('America/New_York')
    expect(await dueItems()).toEqual({ subscription_billing: '2024-03-01T05:00:00.000Z' })
  })

  it('a customer that is deleted and a plan that is deleted end their subscriptions', async () => {
    await sandbox()
    await subscribe()
    await subscribe({ external_id: 'later', subscription_at: '2024-09-01T00:00:00Z' })
    await subscribe({ external_id: 'other', plan_code: 'more' })
    expect((await client.call('DELETE', '/plans/more')).status).toBe(200)
    expect((await subscribe({ external_id: 'x', plan_code: 'more' })).status).toBe(404)
    await client.clock('2024-01-10T10:00:01Z')
    expect(await show('terminated', 'other')).toMatchObject({ plan_code: 'more' })
    expect((await client.call('GET', '/plans/more')).status).toBe(404)
    expect((await client.call('DELETE', '/customers/acme')).status).toBe(200)
    expect(await show('terminated', 's')).toMatchObject({ status: 'terminated' })
    expect(await show('canceled', 'later')).toMatchObject({ status: 'canceled' })
    expect(await dueItems()).toEqual({})
  })

  it('a change finds overdue work done: no period is lost to an outage', async () => {
    client = await harness.organization({ sandbox: false })
    const now = harness.context.systemNow()
    const plan = { interval: 'weekly', amount_cents: 700, amount_currency: 'EUR', pay_in_advance: false }
    for (const code of ['p', 'more'])
      await client.call('POST', '/plans', { plan: { ...plan, name: code, code } })
    const daysAgo = (days: number) => new Date(now - days * 86_400_000)
    await subscribe({ subscription_at: daysAgo(9).toISOString(), billing_time: 'anniversary' })
    const late = new Date(daysAgo(2).toISOString().slice(0, 10))
    await harness.context.database.system
      .updateTable('dueItems')
      .set({ dueAt: late as never })
      .where('kind', '=', 'subscription_billing')
      .where('organizationId', '=', client.organizationId)
      .execute()
    // It was created by an earlier day, so that the overdue bill may exist.
    expect((await subscribe({ plan_code: 'more' })).body.subscription.plan_code).toBe('more')
    const fees = await harness.context.database.read(client.organizationId, (reads) =>
      reads
        .selectFrom('invoiceSubscriptions')
        .select(['invoicingReason', 'isRecurring'])
        .orderBy('billingAt')
        .execute(),
    )
    expect(fees).toEqual([
      { invoicingReason: 'subscription_periodic', isRecurring: true },
      { invoicingReason: 'subscription_terminating', isRecurring: false },
    ])
  })

  it('200: lists by filters, and those of one customer; 404 for an unknown one', async () => {
    await sandbox()
    await subscribe()
    await subscribe({ external_id: 't', plan_code: 'more', external_customer_id: 'beta' })
    const list = async (path: string) => {
      const { body } = await client.call('GET', path)
      return body.subscriptions.map((each: { external_id: string }) => each.external_id).sort()
    }
    expect(await list('/subscriptions')).toEqual(['s', 't'])
    expect(await list('/subscriptions?plan_code=more')).toEqual(['t'])
    expect(await list('/subscriptions?external_customer_id=acme')).toEqual(['s'])
    expect(await list('/subscriptions?currency=USD')).toEqual([])
    expect(await list('/customers/beta/subscriptions')).toEqual(['t'])
    expect((await client.call('GET', '/customers/nobody/subscriptions')).status).toBe(404)
    expect((await client.call('GET', '/subscriptions?billing_entity_codes[]=x')).status).toBe(404)
  })

  it('an overridden price creates a copy of the plan; changing to the plan itself is an upgrade', async () => {
    await sandbox()
    const made = await subscribe({ plan_overrides: { amount_cents: 300 } })
    expect(made.body.subscription).toMatchObject({ plan_code: 'p', plan_amount_cents: 300 })
    const changed = await client.call('PUT', '/subscriptions/s', {
      subscription: { plan_overrides: { amount_cents: 400 } },
    })
    expect(changed.body.subscription).toMatchObject({ plan_code: 'p', plan_amount_cents: 400 })
    const back = await subscribe()
    expect(back.body.subscription).toMatchObject({ plan_amount_cents: 1000, previous_plan_code: 'p' })
    expect((await client.call('GET', '/plans')).body.meta.total_count).toBe(3)
  })
})
