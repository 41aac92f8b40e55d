import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, send, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

let harness: Harness

beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness.close())

type Subscribed = Client & { readonly use: (id: string, jobs: unknown, code?: string) => Promise<void> }

/** An organization with two metrics, a plan of 5 EUR a job and 1 EUR a look, and the subscription `s`. */
async function subscribed(plan: object = {}): Promise<Subscribed> {
  const client = await harness.organization()
  const { call, clock } = client
  await clock('2024-04-01T00:00:00Z')
  const metric = async (code: string) => {
    const made = await call('POST', '/billable_metrics', {
      billable_metric: { name: code, code, aggregation_type: 'sum_agg', field_name: 'n' },
    })
    return made.body.billable_metric.lago_id
  }
  const charge = (id: string, amount: string) => ({
    billable_metric_id: id,
    charge_model: 'standard',
    properties: { amount },
  })
  const made = await call('POST', '/plans', {
    plan: {
      name: 'p',
      code: 'p',
      interval: 'monthly',
      amount_cents: 0,
      amount_currency: 'EUR',
      pay_in_advance: false,
      charges: [charge(await metric('jobs'), '5'), charge(await metric('looks'), '1')],
      ...plan,
    },
  })
  expect(made.status).toBe(200)
  const subscription = { external_customer_id: 'c', external_id: 's', plan_code: 'p' }
  expect((await call('POST', '/subscriptions', { subscription })).status).toBe(200)
  const endpoint = { webhook_url: 'http://127.0.0.1:9/hooks' }
  expect((await call('POST', '/webhook_endpoints', { webhook_endpoint: endpoint })).status).toBe(200)
  const use: Subscribed['use'] = async (id, n, code = 'jobs') => {
    const event = { transaction_id: id, code, external_subscription_id: 's', properties: { n } }
    expect((await call('POST', '/events', { event })).status).toBe(200)
  }
  return { ...client, use }
}

const post = (client: Client, alert: object) => client.call('POST', '/subscriptions/s/alerts', { alert })

/** The webhooks of a type, oldest first. */
// biome-ignore lint/suspicious/noExplicitAny: messages are read freely in tests
async function announced(client: Client, type: string): Promise<any[]> {
  const rows = await harness.context.database.read(client.organizationId, (reads) =>
    reads
      .selectFrom('webhooks')
      .select('payload')
      .where('webhookType', '=', type)
      .orderBy('createdAt')
      .orderBy('id')
      .execute(),
  )
  return rows.map((row) => (typeof row.payload === 'string' ? JSON.parse(row.payload) : row.payload))
}

const crossedOf = (message: { triggered_alert: { crossed_thresholds: { value: string }[] } }) =>
  message.triggered_alert.crossed_thresholds.map(({ value }) => value)

describe('alerts of a subscription', () => {
  it('are made, listed by page, changed and deleted by their code', async () => {
    const client = await subscribed()
    const { call } = client
    const made = await post(client, {
      code: 'a',
      alert_type: 'billable_metric_current_usage_units',
      billable_metric_code: 'jobs',
      thresholds: [
        { value: 1.5, code: 'warn' },
        { value: '3', recurring: true },
      ],
    })
    expect(made.status).toBe(200)
    expect(made.body.alert).toMatchObject({
      external_subscription_id: 's',
      lago_organization_id: client.organizationId,
      direction: 'increasing',
      previous_value: '0.0',
      last_processed_at: null,
      thresholds: [
        { code: 'warn', value: '1.5', recurring: false },
        { code: null, value: '3.0', recurring: true },
      ],
      billable_metric: { code: 'jobs' },
    })
    await post(client, { code: 'b', alert_type: 'current_usage_amount', thresholds: [{ value: 1 }] })
    const list = await call('GET', '/subscriptions/s/alerts?per_page=1')
    expect(list.body.alerts).toHaveLength(1)
    expect(list.body.meta).toMatchObject({ total_count: 2, next_page: 2 })
    const change = { code: 'c', name: 'N', billable_metric_code: 'looks', thresholds: [{ value: 9 }] }
    const changed = await call('PUT', '/subscriptions/s/alerts/a', { alert: change })
    expect(changed.body.alert).toMatchObject({
      lago_id: made.body.alert.lago_id,
      code: 'c',
      name: 'N',
      billable_metric: { code: 'looks' },
      thresholds: [{ code: null, value: '9.0', recurring: false }],
    })
    expect((await call('GET', '/subscriptions/s/alerts/a')).body.code).toBe('alert_not_found')
    expect((await call('DELETE', '/subscriptions/s/alerts/c')).body.alert.code).toBe('c')
    const emptied = await call('DELETE', '/subscriptions/s/alerts')
    expect([emptied.status, emptied.body]).toEqual([200, null])
    expect((await call('GET', '/subscriptions/s/alerts')).body.alerts).toEqual([])
  })

  it('take numbers for texts and refuse any other JSON type, never with 500', async () => {
    const client = await subscribed()
    const asText: Readonly<Record<string, number>> = { code: 200, name: 200, billable_metric_code: 404 }
    for (const odd of ['[]', '{"toString":1}', '1e400', 'true', '"x"', '[{"value":{"toString":1}}]', '0']) {
      for (const field of ['code', 'name', 'alert_type', 'thresholds', 'billable_metric_code']) {
        const rest = { code: 'a', name: 'n', alert_type: 'current_usage_amount', thresholds: [{ value: 1 }] }
        const alert = JSON.stringify({ ...rest, [field]: '@' }).replace('"@"', odd)
        const one = await client.call('POST', '/subscriptions/s/alerts', `{"alert":${alert}}`)
        const isText = ['1e400', '"x"', '0'].includes(odd)
        expect(one.status, `${field} ${odd}`).toBe((isText && asText[field]) || 422)
        const batch = await client.call('POST', '/subscriptions/s/alerts', `{"alerts":[${alert},${odd}]}`)
        expect(batch.status, `${field} ${odd}`).toBe(422)
        await client.call('DELETE', '/subscriptions/s/alerts')
      }
    }
  })

  it('survive an upgrade, for they hang on the external id', async () => {
    const client = await subscribed()
    await post(client, { code: 'a', alert_type: 'current_usage_amount', thresholds: [{ value: 500 }] })
    const plan = { name: 'q', code: 'q', interval: 'monthly', amount_cents: 900, amount_currency: 'EUR' }
    await client.call('POST', '/plans', { plan: { ...plan, pay_in_advance: false } })
    const subscription = { external_customer_id: 'c', external_id: 's', plan_code: 'q' }
    await client.call('POST', '/subscriptions', { subscription })
    expect((await client.call('GET', '/subscriptions/s/alerts/a')).status).toBe(200)
  })
})

describe('a look at usage', () => {
  it('case 89: reports all fixed thresholds that were passed in one webhook', async () => {
    const client = await subscribed()
    const thresholds = [{ value: 1500 }, { value: 3000 }, { value: 5000 }]
    await post(client, { code: 'a', name: 'N', alert_type: 'current_usage_amount', thresholds })
    await client.use('e1', 2)
    await client.clock('2024-04-02T00:00:00Z')
    await client.use('e2', 4)
    await client.clock('2024-04-03T00:00:00Z')
    const messages = await announced(client, 'alert.triggered')
    expect(messages).toHaveLength(1)
    expect(messages[0]).toMatchObject({
      object_type: 'triggered_alert',
      triggered_alert: {
        external_subscription_id: 's',
        external_customer_id: 'c',
        billable_metric_code: null,
        alert_code: 'a',
        alert_name: 'N',
        current_value: '3000.0',
        previous_value: '1000.0',
        triggered_at: '2024-04-02T00:00:00Z',
      },
    })
    expect(crossedOf(messages[0])).toEqual(['1500.0', '3000.0'])
  })

  it('case 92: counts recurring steps from the largest fixed threshold', async () => {
    const client = await subscribed()
    const fixed = [10, 30, 50].map((value) => ({ value }))
    const thresholds = [...fixed, { value: 100, recurring: true }]
    const metric = { billable_metric_code: 'jobs', alert_type: 'billable_metric_current_usage_units' }
    await post(client, { code: 'a', ...metric, thresholds })
    await client.use('e1', 33)
    await client.clock('2024-04-02T00:00:00Z')
    await client.use('e2', 318)
    await client.clock('2024-04-03T00:00:00Z')
    const messages = await announced(client, 'alert.triggered')
    expect(messages.map(crossedOf)).toEqual([
      ['10.0', '30.0'],
      ['50.0', '150.0', '250.0', '350.0'],
    ])
  })

  it('does nothing when it is done again', async () => {
    const client = await subscribed({ usage_thresholds: [{ amount_cents: 1000 }] })
    await post(client, { code: 'a', alert_type: 'current_usage_amount', thresholds: [{ value: 500 }] })
    await client.use('e1', 3)
    await client.clock('2024-04-02T00:00:00Z')
    for (const day of ['03', '04']) {
      await client.call('PUT', '/subscriptions/s/alerts/a', { alert: { name: day } })
      await client.clock(`2024-04-${day}T00:00:00Z`)
    }
    expect(await announced(client, 'alert.triggered')).toHaveLength(1)
    expect(await announced(client, 'subscription.usage_threshold_reached')).toHaveLength(1)
    const { body } = await client.call('GET', '/invoices?invoice_type=progressive_billing')
    expect(body.invoices).toHaveLength(1)
  })

  it('happens before the subscription ends, and not afterwards', async () => {
    const client = await subscribed()
    await post(client, { code: 'a', alert_type: 'current_usage_amount', thresholds: [{ value: 500 }] })
    await client.use('e1', 3)
    await client.call('DELETE', '/subscriptions/s')
    expect(await announced(client, 'alert.triggered')).toHaveLength(1)
    await client.use('e2', 30)
    await client.clock('2024-04-02T00:00:00Z')
    expect(await announced(client, 'alert.triggered')).toHaveLength(1)
  })

  it('are re-armed by a new period and by a new plan, whatever the first usage is', async () => {
    const client = await subscribed()
    await post(client, { code: 'a', alert_type: 'current_usage_amount', thresholds: [{ value: 1500 }] })
    await client.use('e1', 4)
    await client.clock('2024-05-03T00:00:00Z')
    await client.use('e2', 5)
    await client.clock('2024-06-03T00:00:00Z')
    await client.use('e3', 3)
    await client.clock('2024-06-04T00:00:00Z')
    const metrics = (await client.call('GET', '/billable_metrics')).body.billable_metrics
    const jobs = metrics.find(({ code }: { code: string }) => code === 'jobs').lago_id
    const charges = [{ billable_metric_id: jobs, charge_model: 'standard', properties: { amount: '9' } }]
    const plan = {
      name: 'q',
      code: 'q',
      interval: 'monthly',
      amount_cents: 1,
      amount_currency: 'EUR',
      charges,
    }
    const { status } = await client.call('POST', '/plans', { plan: { ...plan, pay_in_advance: false } })
    const subscription = { external_customer_id: 'c', external_id: 's', plan_code: 'q' }
    expect([status, (await client.call('POST', '/subscriptions', { subscription })).status]).toEqual([
      200, 200,
    ])
    await client.clock('2024-06-05T00:00:00Z')
    await client.use('e4', 2)
    await client.clock('2024-06-06T00:00:00Z')
    const messages = await announced(client, 'alert.triggered')
    expect(
      messages.map(({ triggered_alert: { previous_value: previous, current_value: current } }) => [
        previous,
        current,
      ]),
    ).toEqual([
      ['0.0', '2000.0'],
      ['0.0', '2500.0'],
      ['0.0', '1500.0'],
      ['0.0', '1800.0'],
    ])
  })

  it('watches the usage since the start of one metric', async () => {
    const client = await subscribed()
    const metric = { billable_metric_code: 'jobs', alert_type: 'billable_metric_lifetime_usage_units' }
    await post(client, { code: 'a', ...metric, thresholds: [{ value: 90 }] })
    await client.use('e1', 89)
    await client.clock('2024-05-02T00:00:00Z')
    await client.use('e2', 500, 'looks')
    await client.use('e3', 5)
    await client.clock('2024-05-03T00:00:00Z')
    const messages = await announced(client, 'alert.triggered')
    expect(messages).toHaveLength(1)
    expect(messages[0].triggered_alert).toMatchObject({ current_value: '94.0', previous_value: '89.0' })
  })
})

describe('progressive billing', () => {
  it('lists the thresholds on the invoice and sends a webhook for each, including earlier usage', async () => {
    const thresholds = [{ amount_cents: 1000, threshold_display_name: 'One' }, { amount_cents: 2000 }]
    const client = await subscribed({ usage_thresholds: thresholds })
    const history = { lifetime_usage: { external_historical_usage_amount_cents: 500 } }
    expect((await client.call('PUT', '/subscriptions/s/lifetime_usage', history)).status).toBe(200)
    await client.use('e1', 3)
    await client.clock('2024-04-02T00:00:00Z')
    const { body } = await client.call('GET', '/invoices?invoice_type=progressive_billing')
    expect(body.invoices).toHaveLength(1)
    const [invoice] = body.invoices
    expect(invoice).toMatchObject({ status: 'finalized', total_amount_cents: 1500 })
    const applied = [
      { lifetime_usage_amount_cents: 2000, usage_threshold: { amount_cents: 1000 } },
      { lifetime_usage_amount_cents: 2000, usage_threshold: { amount_cents: 2000 } },
    ]
    const created = await announced(client, 'invoice.created')
    expect(created.at(-1).invoice.applied_usage_thresholds).toMatchObject(applied)
    const reached = await announced(client, 'subscription.usage_threshold_reached')
    expect(reached.map((message) => message.subscription)).toMatchObject([
      { external_id: 's', usage_threshold: { amount_cents: 1000, threshold_display_name: 'One' } },
      { external_id: 's', usage_threshold: { amount_cents: 2000, threshold_display_name: null } },
    ])
    const lifetime = await client.call('GET', '/subscriptions/s/lifetime_usage')
    expect(lifetime.body.lifetime_usage).toMatchObject({
      external_historical_usage_amount_cents: 500,
      invoiced_usage_amount_cents: 0,
      current_usage_amount_cents: 1500,
      usage_thresholds: [
        { amount_cents: 1000, completion_ratio: 1, reached_at: '2024-04-01T00:00:00.000Z' },
        { amount_cents: 2000, completion_ratio: 1, reached_at: '2024-04-01T00:00:00.000Z' },
      ],
    })
  })

  it('what a recurring metric carries into a period is billed by its thresholds with the first event', async () => {
    const client = await harness.organization()
    await client.clock('2024-01-01T00:00:00Z')
    const metric = { name: 'm', code: 'm', aggregation_type: 'sum_agg', field_name: 'n', recurring: true }
    const made = await client.call('POST', '/billable_metrics', { billable_metric: metric })
    const charge = { billable_metric_id: made.body.billable_metric.lago_id, charge_model: 'standard' }
    const plan = {
      name: 'p',
      code: 'p',
      interval: 'monthly',
      amount_cents: 0,
      amount_currency: 'EUR',
      pay_in_advance: false,
      charges: [{ ...charge, properties: { amount: '10' } }],
      usage_thresholds: [{ amount_cents: 7000 }],
    }
    expect((await client.call('POST', '/plans', { plan })).status).toBe(200)
    const subscription = { external_customer_id: 'c', external_id: 's', plan_code: 'p' }
    expect((await client.call('POST', '/subscriptions', { subscription })).status).toBe(200)
    const event = { transaction_id: 'e', code: 'm', external_subscription_id: 's', properties: { n: 4 } }
    expect((await client.call('POST', '/events', { event })).status).toBe(200)
    const progressive = async () =>
      (await client.call('GET', '/invoices?invoice_type=progressive_billing')).body
    await client.clock('2024-02-02T00:00:00Z')
    expect((await progressive()).invoices).toEqual([])
    const second = { ...event, transaction_id: 'f', properties: { n: 1 } }
    expect((await client.call('POST', '/events', { event: second })).status).toBe(200)
    await client.clock('2024-02-02T00:10:00Z')
    expect((await progressive()).invoices).toMatchObject([
      { issuing_date: '2024-02-02', fees_amount_cents: 5000 },
    ])
    await client.clock('2024-03-01T00:10:00Z')
    const all = (await client.call('GET', '/invoices')).body.invoices
    expect(all.map((each: { total_amount_cents: number }) => each.total_amount_cents).sort()).toEqual([
      0, 4000, 5000,
    ])
  })

  it('counts usage that is charged in advance once, and passes a threshold by it once', async () => {
    const client = await harness.organization()
    await client.clock('2024-01-01T00:00:00Z')
    await subscribe(client, {
      metrics: [{ code: 'm', aggregation_type: 'sum_agg', field_name: 'n' }],
      charges: [{ metric: 'm', pay_in_advance: true, properties: { amount: '1' } }],
      plan: { usage_thresholds: [{ amount_cents: 5000 }, { amount_cents: 1000, recurring: true }] },
    })
    const seen = async () => {
      await client.clock('2024-01-01T00:00:00Z')
      const { body } = await client.call('GET', '/invoices?invoice_type=progressive_billing')
      const { lifetime_usage: lifetime } = await ok(client, 'GET', '/subscriptions/s/lifetime_usage')
      const { invoiced_usage_amount_cents: invoiced, current_usage_amount_cents: current } = lifetime
      return [body.invoices.length, invoiced, current]
    }
    const use = (n: number) => send(client, { code: 'm', transaction_id: String(n), properties: { n } })
    await use(30)
    expect(await seen()).toEqual([0, 0, 3000])
    await use(31)
    expect(await seen()).toEqual([1, 0, 6100])
    for (const n of [1, 2, 3]) await use(n)
    expect(await seen()).toEqual([1, 0, 6700])
    await client.clock('2024-02-02T00:00:00Z')
    const { lifetime_usage: later } = await ok(client, 'GET', '/subscriptions/s/lifetime_usage')
    expect(later).toMatchObject({ invoiced_usage_amount_cents: 6700, current_usage_amount_cents: 0 })
  })

  it('takes the thresholds of the subscription before those of the plan, and none when it is off', async () => {
    const client = await subscribed({ usage_thresholds: [{ amount_cents: 1000 }] })
    const update = (subscription: object) => client.call('PUT', '/subscriptions/s', { subscription })
    await update({ usage_thresholds: [{ amount_cents: 4000 }], progressive_billing_disabled: true })
    await client.use('e1', 9)
    await client.clock('2024-04-02T00:00:00Z')
    const invoices = async () =>
      (await client.call('GET', '/invoices?invoice_type=progressive_billing')).body.invoices
    expect(await invoices()).toHaveLength(0)
    await update({ progressive_billing_disabled: false })
    await client.clock('2024-04-03T00:00:00Z')
    const [{ lago_id: id }] = await invoices()
    const { invoice } = (await client.call('GET', `/invoices/${id}`)).body
    expect(invoice.applied_usage_thresholds).toMatchObject([{ usage_threshold: { amount_cents: 4000 } }])
  })

  it('does not bill a threshold that usage from before had passed already', async () => {
    const client = await subscribed({ charges: [], usage_thresholds: [{ amount_cents: 1000 }] })
    const history = (amount: number) => ({
      lifetime_usage: { external_historical_usage_amount_cents: amount },
    })
    await client.call('PUT', '/subscriptions/s/lifetime_usage', history(1500))
    await client.clock('2024-04-02T00:00:00Z')
    // Earlier usage has already passed its thresholds.
    expect(await announced(client, 'subscription.usage_threshold_reached')).toHaveLength(0)
  })

  it('keeps usage from before through an upgrade, and counts what the old plan billed once', async () => {
    const client = await subscribed({ usage_thresholds: [{ amount_cents: 1000 }] })
    const history = { lifetime_usage: { external_historical_usage_amount_cents: 500 } }
    await client.call('PUT', '/subscriptions/s/lifetime_usage', history)
    await client.use('e1', 3)
    await client.clock('2024-04-10T00:00:00Z')
    const old = (await client.call('GET', '/plans/p')).body.plan
    const plan = {
      ...{ name: 'q', code: 'q', interval: 'monthly', amount_cents: 900, amount_currency: 'EUR' },
      pay_in_advance: false,
      charges: old.charges.map((charge: { lago_billable_metric_id: string; properties: object }) => ({
        billable_metric_id: charge.lago_billable_metric_id,
        charge_model: 'standard',
        properties: charge.properties,
      })),
      usage_thresholds: [{ amount_cents: 2500 }],
    }
    expect((await client.call('POST', '/plans', { plan })).status).toBe(200)
    const subscription = { external_customer_id: 'c', external_id: 's', plan_code: 'q' }
    await client.call('POST', '/subscriptions', { subscription })
    await client.clock('2024-04-11T00:00:00Z')
    await client.use('e2', 2)
    await client.clock('2024-04-12T00:00:00Z')
    const lifetime = await client.call('GET', '/subscriptions/s/lifetime_usage')
    expect(lifetime.body.lifetime_usage).toMatchObject({
      external_historical_usage_amount_cents: 500,
      invoiced_usage_amount_cents: 1500,
      current_usage_amount_cents: 1000,
    })
    const { body } = await client.call('GET', '/invoices?invoice_type=progressive_billing')
    const totals = body.invoices.map((each: { total_amount_cents: number }) => each.total_amount_cents)
    expect(totals.sort()).toEqual([1000, 1500])
  })
})

describe('lifetime usage', () => {
  it('is 404 for a subscription that is unknown or was never active', async () => {
    const client = await subscribed()
    const subscription = { external_customer_id: 'c', external_id: 'later', plan_code: 'p' }
    const later = { ...subscription, subscription_at: '2024-06-01T00:00:00Z' }
    await client.call('POST', '/subscriptions', { subscription: later })
    const codeOf = async (id: string) =>
      (await client.call('GET', `/subscriptions/${id}/lifetime_usage`)).body.code
    expect(await codeOf('none')).toBe('subscription_not_found')
    expect(await codeOf('later')).toBe('lifetime_usage_not_found')
  })

  it.each(['-1', '1.5', '"x"', 'null', '[]', '1e400'])('refuses %s as an amount', async (amount) => {
    const client = await subscribed()
    const body = `{"lifetime_usage":{"external_historical_usage_amount_cents":${amount}}}`
    expect((await client.call('PUT', '/subscriptions/s/lifetime_usage', body)).status).toBe(422)
  })
})

describe('events that will not be billed', () => {
  it('are reported once an hour, five minutes after it', async () => {
    const client = await subscribed()
    await client.clock('2024-04-02T09:10:00Z')
    await client.use('good', 1)
    await client.use('unknown', 1, 'nope')
    await client.use('text', 'many')
    await client.clock('2024-04-02T10:02:00Z')
    await client.use('late', 1, 'nope')
    await client.clock('2024-04-02T10:04:59Z')
    expect(await announced(client, 'events.errors')).toHaveLength(0)
    await client.clock('2024-04-02T10:06:00Z')
    expect(await announced(client, 'events.errors')).toMatchObject([
      {
        object_type: 'events_errors',
        events_errors: {
          invalid_code: ['unknown'],
          missing_aggregation_property: ['text'],
          missing_group_key: null,
          invalid_filter_values: [],
        },
      },
    ])
    await client.clock('2024-04-03T00:00:00Z')
    const messages = await announced(client, 'events.errors')
    expect(messages).toHaveLength(2)
    expect(messages[1].events_errors.invalid_code).toEqual(['late'])
  })

  const hear = async (client: Awaited<ReturnType<typeof subscribed>>, event_types: string[] | null) => {
    const { webhook_endpoints } = (await client.call('GET', '/webhook_endpoints')).body
    for (const { lago_id } of webhook_endpoints) await client.call('DELETE', `/webhook_endpoints/${lago_id}`)
    const endpoint = { webhook_url: 'http://127.0.0.1:9/hook', event_types }
    return (await client.call('POST', '/webhook_endpoints', { webhook_endpoint: endpoint })).body
  }

  it.each([
    ['made', null],
    ['widened', ['invoice.created']],
  ])('are told to an endpoint that was %s after the last of them', async (_how, first) => {
    const client = await subscribed()
    await hear(client, ['invoice.created'])
    await client.clock('2024-04-02T09:10:00Z')
    await client.use('before', 1, 'nope')
    await client.clock('2024-04-02T09:40:00Z')
    const { webhook_endpoint } = await hear(client, first)
    await client.call('PUT', `/webhook_endpoints/${webhook_endpoint.lago_id}`, {
      webhook_endpoint: { event_types: ['events.errors'] },
    })
    await client.clock('2024-04-02T10:06:00Z')
    const [message, ...others] = await announced(client, 'events.errors')
    expect(message.events_errors.invalid_code).toEqual(['before'])
    expect(others).toEqual([])
  })

  it('are reported to the first endpoint, created through the organization settings', async () => {
    const client = await subscribed()
    await hear(client, [])
    const [{ lago_id }] = (await client.call('GET', '/webhook_endpoints')).body.webhook_endpoints
    await client.call('DELETE', `/webhook_endpoints/${lago_id}`)
    await client.clock('2024-04-02T09:10:00Z')
    await client.use('before', 1, 'nope')
    await client.call('PUT', '/organizations', { organization: { webhook_url: 'http://127.0.0.1:9/first' } })
    await client.clock('2024-04-02T10:06:00Z')
    expect(await announced(client, 'events.errors')).toHaveLength(1)
  })

  it('are reported once when an endpoint is created between their hour and its check', async () => {
    const client = await subscribed()
    await hear(client, [])
    await client.clock('2024-04-02T09:10:00Z')
    await client.use('before', 1, 'nope')
    await client.clock('2024-04-02T10:03:00Z')
    await client.use('after', 1, 'nope')
    const { webhook_endpoint } = await hear(client, null)
    await client.clock('2024-04-02T10:05:00Z')
    await client.call('PUT', `/webhook_endpoints/${webhook_endpoint.lago_id}`, {
      webhook_endpoint: { name: 'told already' },
    })
    await client.clock('2024-04-02T13:00:00Z')
    const messages = await announced(client, 'events.errors')
    expect(messages.map((message) => message.events_errors.invalid_code)).toEqual([['before'], ['after']])
  })
})
