import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, send, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const filters = [{ key: 'ver', values: ['1.0', '2.50'] }]

/** JSON numbers are more than their doubles: a property is text to filters and groups, a bound may have an exponent. */
describe('numbers as they are written', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())

  const raw = async (method: 'GET' | 'POST', path: string, payload?: string) => {
    const headers = { authorization: `Bearer ${client.apiKey}`, 'content-type': 'application/json' }
    const url = `/api/v1${path}`
    return harness.app.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) })
  }

  it('200: properties keep their decimals, and filters and groups match them', async () => {
    client = await harness.organization()
    await client.clock('2024-01-05T00:00:00Z')
    const properties = { amount: '1', pricing_group_keys: ['g'] }
    await subscribe(client, {
      metrics: [{ code: 'calls', aggregation_type: 'count_agg', filters }],
      charges: [
        {
          metric: 'calls',
          properties,
          filters: [{ values: { ver: ['1.0'] }, properties }],
        },
      ],
    })
    const event = (id: string, properties: string) =>
      `{"transaction_id":"${id}","code":"calls","external_subscription_id":"s","properties":${properties}}`
    const one = await raw('POST', '/events', `{"event":${event('a', '{"ver":1.0,"g":2.50}')}}`)
    expect(one.body).toContain('"properties":{"ver":1.0,"g":2.50}')
    expect((await raw('GET', '/events/a')).body).toContain('"ver": 1.0')
    const two = `{"events":[${event('b', '{"ver":1,"g":2.5}')},${event('c', '{"ver":1.00}')}]}`
    expect((await raw('POST', '/events/batch', two)).body).toContain('"properties":{"ver":1.00}')
    const path = '/customers/c/current_usage?external_subscription_id=s'
    const [usage] = (await ok(client, 'GET', path)).customer_usage.charges_usage
    expect(usage.filters.map((row: { events_count: number }) => row.events_count)).toEqual([1, 2])
    const groups = usage.grouped_usage.map((row: { grouped_by: { g: string | null } }) => row.grouped_by.g)
    expect(groups.sort()).toEqual(['2.5', '2.50', null])
  })

  it('200: concat prints the digits of a property', async () => {
    const body =
      '{"expression":"concat(\'v\', event.properties.v)","event":{"code":"c","properties":{"v":1.10}}}'
    const answer = await raw('POST', '/billable_metrics/evaluate_expression', body)
    expect(answer.json()).toEqual({ expression_result: { value: 'v1.10' } })
  })

  it('200: counts and bounds of charges are numbers however they are written', async () => {
    const metric = (await ok(client, 'GET', '/billable_metrics/calls')).billable_metric.lago_id
    const charge = (model: string, properties: string) =>
      `{"billable_metric_id":"${metric}","charge_model":"${model}","properties":${properties}}`
    const range = (from: string, to: string) =>
      `{"from_value":${from},"to_value":${to},"per_unit_amount":"1","flat_amount":"0"}`
    const ranges = [
      range('0', '1e3'),
      range('1.001e3', '10000000000000000'),
      range('10000000000000000', '12345678901234567890.5'),
      range('12345678901234567890.5', 'null'),
    ]
    const charges = [
      charge('package', '{"amount":"1","package_size":1e3,"free_units":10.0}'),
      charge('percentage', '{"rate":"1","free_units_per_events":1E1}'),
      charge('graduated', `{"graduated_ranges":[${ranges.join(',')}]}`),
    ]
    const made = await raw(
      'POST',
      '/plans',
      `{"plan":{"name":"N","code":"n","interval":"monthly","amount_cents":1e3,"amount_currency":"EUR",
        "pay_in_advance":false,"charges":[${charges.join(',')}]}}`,
    )
    expect([made.statusCode, made.json().error_details]).toEqual([200, undefined])
    const [pack, percentage, graduated] = made.json().plan.charges
    expect(made.json().plan.amount_cents).toBe(1000)
    expect(pack.properties).toMatchObject({ package_size: 1000, free_units: 10 })
    expect(percentage.properties).toMatchObject({ free_units_per_events: 10 })
    const bounds = graduated.properties.graduated_ranges.map(
      (each: { from_value: unknown; to_value: unknown }) => [each.from_value, each.to_value],
    )
    expect(bounds).toEqual([
      [0, 1000],
      [1001, 10_000_000_000_000_000],
      [10_000_000_000_000_000, '12345678901234567890.5'],
      ['12345678901234567890.5', null],
    ])
  })

  it('422: a price is a text, whatever number is sent', async () => {
    const metric = (await ok(client, 'GET', '/billable_metrics/calls')).billable_metric.lago_id
    for (const amount of ['10', '1.0', '12345678901234567890']) {
      const charge = `{"billable_metric_id":"${metric}","charge_model":"standard","properties":{"amount":${amount}}}`
      const answer = await raw(
        'POST',
        '/plans',
        `{"plan":{"name":"N","code":"m","interval":"monthly","amount_cents":0,"amount_currency":"EUR",
          "pay_in_advance":false,"charges":[${charge}]}}`,
      )
      expect([answer.statusCode, answer.json().error_details]).toEqual([
        422,
        { properties: ['invalid_amount'] },
      ])
    }
  })
})

describe('what estimates take for a number', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
    client = await harness.organization()
    await client.clock('2024-01-05T00:00:00Z')
    await subscribe(client, {
      metrics: [{ code: 'sum', aggregation_type: 'sum_agg', field_name: 'n' }],
      charges: [{ metric: 'sum', pay_in_advance: true, properties: { amount: '1' } }],
    })
  })
  afterAll(() => harness.close())

  it.each([
    ['estimate_fees', 10_000],
    ['estimate_instant_fees', '10000.0'],
  ])('422 %s: is what rating takes for one', async (kind, amount) => {
    const estimate = (n: unknown) =>
      client.call('POST', `/events/${kind}`, {
        event: { code: 'sum', external_subscription_id: 's', properties: { n } },
      })
    for (const n of ['1e2', '+2', '.5', ' 3', '', 'x', {}, true]) {
      const { status, body } = await estimate(n)
      expect([n, status, body.error_details]).toEqual([n, 422, { properties: ['value_is_not_valid_number'] }])
    }
    for (const n of ['100', 100, 1e2]) {
      expect((await estimate(n)).body.fees[0].amount_cents).toBe(amount)
    }
  })
})

describe('events that a deleted metric leaves', () => {
  let harness: Harness
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())

  it('deletes those of subscriptions on plans that used it, and no others', async () => {
    const client = await harness.organization()
    await client.clock('2024-01-05T00:00:00Z')
    const metric = { code: 'calls', aggregation_type: 'count_agg' }
    await subscribe(client, {
      metrics: [metric],
      charges: [{ metric: 'calls', properties: { amount: '1' } }],
    })
    const plan = { name: 'Q', code: 'q', interval: 'monthly', amount_cents: 0, amount_currency: 'EUR' }
    await ok(client, 'POST', '/plans', { plan: { ...plan, pay_in_advance: false } })
    await ok(client, 'POST', '/subscriptions', {
      subscription: { external_customer_id: 'c', external_id: 'unused', plan_code: 'q' },
    })
    await send(client, { code: 'calls', transaction_id: 'used' })
    await send(client, { code: 'calls', transaction_id: 'unused', external_subscription_id: 'unused' })
    await send(client, { code: 'calls', transaction_id: 'stranger', external_subscription_id: 'nobody' })
    // A charge that is deleted since has used it too.
    await ok(client, 'DELETE', '/plans/p/charges/calls_charge')
    await ok(client, 'DELETE', '/billable_metrics/calls')
    const found = await Promise.all(
      ['used', 'unused', 'stranger'].map((id) => client.call('GET', `/events/${id}`)),
    )
    expect(found.map((answer) => answer.status)).toEqual([404, 200, 200])
    expect((await ok(client, 'GET', '/events')).meta.total_count).toBe(2)
    // A new metric of the code counts what is left.
    const made = await ok(client, 'POST', '/billable_metrics', { billable_metric: { name: 'N', ...metric } })
    await ok(client, 'POST', '/plans/q/charges', {
      charge: {
        code: 'again',
        billable_metric_id: made.billable_metric.lago_id,
        charge_model: 'standard',
        properties: { amount: '2' },
      },
    })
    const usage = await ok(client, 'GET', '/customers/c/current_usage?external_subscription_id=unused')
    expect(usage.customer_usage.charges_usage[0]).toMatchObject({ events_count: 1, amount_cents: 200 })
  })
})
