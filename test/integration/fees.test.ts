import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, send, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const NOBODY = '00000000-0000-4000-8000-000000000000'

describe('fees', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
    client = await harness.organization()
    await client.clock('2024-03-05T00:00:00Z')
    await subscribe(client, {
      metrics: [
        { code: 'm', aggregation_type: 'sum_agg', field_name: 'n', description: 'Sums' },
        { code: 'i', aggregation_type: 'count_agg' },
      ],
      charges: [
        { metric: 'm', pay_in_advance: true, invoiceable: false, properties: { amount: '0.015' } },
        { metric: 'i', pay_in_advance: true, invoiceable: true, properties: { amount: '1' } },
      ],
    })
    await send(client, { code: 'm', transaction_id: 'e0', properties: { n: '1234567890123.1' } })
    await client.clock('2024-03-06T00:00:00Z')
    await send(client, { code: 'i', transaction_id: 'e1' })
    await client.clock('2024-03-07T00:00:00Z')
  })
  afterAll(() => harness.close())

  const list = async (query: string) => (await ok(client, 'GET', `/fees${query}`)).fees

  it('200: the whole object', async () => {
    const [fee] = await list('?event_transaction_id=e0')
    expect(fee).toMatchObject({
      lago_invoice_id: null,
      lago_true_up_fee_id: null,
      external_customer_id: 'c',
      external_subscription_id: 's',
      item: {
        type: 'charge',
        code: 'm',
        name: 'm',
        description: 'Sums',
        invoice_display_name: 'm',
        filters: null,
        filter_invoice_display_name: null,
        item_type: 'BillableMetric',
        grouped_by: {},
      },
      amount_cents: 1851851835185,
      precise_amount: '18518518351.8465',
      units: '1234567890123.1',
      total_aggregated_units: '1234567890123.1',
      precise_coupons_amount_cents: '0.0',
      amount_details: {},
      self_billed: false,
      pricing_unit_details: null,
      presentation_breakdowns: [],
      event_transaction_id: 'e0',
      created_at: '2024-03-05T00:00:00Z',
      applied_taxes: [],
    })
  })

  it('200: lists by every filter, oldest first', async () => {
    const ids = async (query: string) =>
      (await list(query)).map((fee: { event_transaction_id: string }) => fee.event_transaction_id)
    expect(await ids('')).toEqual(['e0', 'e1'])
    expect(await ids('?billable_metric_code=i')).toEqual(['e1'])
    expect(await ids('?created_at_from=2024-03-06')).toEqual(['e1'])
    expect(await ids('?created_at_to=2024-03-05T00:00:00Z')).toEqual(['e0'])
    expect(await ids('?fee_type=subscription')).toEqual([])
    expect(await ids('?fee_type=charge&currency=EUR&payment_status=pending')).toEqual(['e0', 'e1'])
    expect(await ids('?external_customer_id=c&external_subscription_id=s&per_page=1&page=2')).toEqual(['e1'])
    expect(await ids('?external_subscription_id=x')).toEqual([])
    expect(await ids('?currency=USD')).toEqual([])
  })

  it('200: a status stamps its own time and clears the others; 405 on an invoice, 404 and 422', async () => {
    const [mine, invoiced] = await list('')
    const put = (id: string, status: unknown) =>
      client.call('PUT', `/fees/${id}`, { fee: { payment_status: status } })
    expect((await put(mine.lago_id, 'failed')).body.fee).toMatchObject({
      payment_status: 'failed',
      failed_at: '2024-03-07T00:00:00Z',
    })
    expect(await list('?failed_at_from=2024-03-07&payment_status=failed')).toHaveLength(1)
    expect((await put(mine.lago_id, 'refunded')).body.fee).toMatchObject({
      failed_at: null,
      refunded_at: '2024-03-07T00:00:00Z',
    })
    for (const status of ['lost', null, 1, [], {}]) {
      expect((await put(mine.lago_id, status)).body.error_details).toEqual({
        payment_status: ['value_is_invalid'],
      })
    }
    expect(await put(invoiced.lago_id, 'succeeded')).toMatchObject({
      status: 405,
      body: { code: 'invoiced_fee' },
    })
    expect((await client.call('DELETE', `/fees/${invoiced.lago_id}`)).status).toBe(405)
    for (const id of [NOBODY, 'x']) {
      expect(await put(id, 'succeeded')).toMatchObject({ status: 404, body: { code: 'fee_not_found' } })
      expect((await client.call('GET', `/fees/${id}`)).status).toBe(404)
    }
    expect((await ok(client, 'DELETE', `/fees/${mine.lago_id}`)).fee.lago_id).toBe(mine.lago_id)
    expect((await client.call('GET', `/fees/${mine.lago_id}`)).status).toBe(404)
    expect(await list('')).toHaveLength(1)
  })

  it('422 on a filter that says nothing', async () => {
    for (const [query, errors] of [
      ['fee_type=x', { fee_type: ['value_is_invalid'] }],
      ['payment_status=x', { payment_status: ['value_is_invalid'] }],
      ['created_at_from=x', { created_at_from: ['invalid_date'] }],
      ['succeeded_at_to=2024-13-01', { succeeded_at_to: ['invalid_date'] }],
    ] as const) {
      const { status, body } = await client.call('GET', `/fees?${query}`)
      expect([status, body.error_details]).toEqual([422, errors])
    }
  })
})

describe('estimates', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
    client = await harness.organization()
    await client.clock('2024-03-05T00:00:00Z')
    const sum = { aggregation_type: 'sum_agg', field_name: 'n' }
    const filters = [{ key: 'region', values: ['eu'] }]
    await subscribe(client, {
      metrics: [
        { code: 'm', ...sum, filters, rounding_function: 'ceil', rounding_precision: 0 },
        { code: 'arrears', ...sum },
      ],
      charges: [
        {
          metric: 'm',
          charge_model: 'percentage',
          pay_in_advance: true,
          properties: {
            rate: '1',
            fixed_amount: '0.5',
            free_units_per_events: 3,
            per_transaction_max_amount: '2',
          },
          filters: [{ values: { region: ['eu'] }, properties: { rate: '2' } }],
        },
        { metric: 'arrears', properties: { amount: '1' } },
      ],
    })
  })
  afterAll(() => harness.close())

  const estimate = (kind: string, event: object) =>
    client.call('POST', `/events/${kind}`, {
      event: { code: 'm', external_subscription_id: 's', ...event },
    })

  it('200: an instant price knows no history and no free units', async () => {
    const { body } = await estimate('estimate_instant_fees', { transaction_id: 't', properties: { n: 9.2 } })
    expect(body.fees).toHaveLength(1)
    expect(body.fees[0]).toMatchObject({
      units: '10.0',
      amount_cents: '60.0',
      precise_amount: '0.6',
      precise_unit_amount: '6.0',
      amount_details: null,
      event_transaction_id: 't',
      item: { grouped_by: {}, filters: null },
    })
    const capped = await estimate('estimate_instant_fees', { properties: { n: 1000 } })
    expect(capped.body.fees[0].amount_cents).toBe('200.0')
    const filtered = await estimate('estimate_instant_fees', { properties: { n: 10, region: 'eu' } })
    expect(filtered.body.fees[0]).toMatchObject({
      amount_cents: '20.0',
      item: { filters: { region: ['eu'] } },
    })
    const nothing = await estimate('estimate_instant_fees', {})
    expect(nothing.body.fees[0]).toMatchObject({ units: '0.0', amount_cents: '50.0' })
  })

  it('200: the full estimate gives free events, and stores nothing', async () => {
    const { body } = await estimate('estimate_fees', { properties: { n: 9.2 } })
    expect(body.fees[0]).toMatchObject({ lago_id: null, amount_cents: 0, units: '9.2', events_count: 1 })
    expect((await ok(client, 'GET', '/fees')).fees).toEqual([])
  })

  it('refuses in order: subscription, timestamp, metric, number, charge', async () => {
    for (const kind of ['estimate_fees', 'estimate_instant_fees']) {
      const refusal = async (event: object) => {
        const { status, body } = await estimate(kind, event)
        return [status, body.error_details ?? body.code]
      }
      const bad = { timestamp: 'x', code: 'none', properties: { n: 'x' } }
      expect(await refusal({ ...bad, external_subscription_id: 'x' })).toEqual([
        404,
        'subscription_not_found',
      ])
      expect(await refusal(bad)).toEqual([422, { timestamp: ['invalid_format'] }])
      expect(await refusal({ code: 'none' })).toEqual([404, 'billable_metric_not_found'])
      expect(await refusal({ code: 'arrears', properties: { n: 'x' } })).toEqual([
        422,
        { properties: ['value_is_not_valid_number'] },
      ])
      expect(await refusal({ code: 'arrears', properties: { n: 1 } })).toEqual([
        422,
        { code: ['does_not_match_an_instant_charge'] },
      ])
    }
  })

  it('200: a batch gives the fees of each subscription together, each in the order of its events', async () => {
    const subscription = { external_customer_id: 'grouped', external_id: 'grouped', plan_code: 'p' }
    await ok(client, 'POST', '/customers', { customer: { external_id: 'grouped', currency: 'EUR' } })
    await ok(client, 'POST', '/subscriptions', { subscription })
    const events = ['s', 'grouped', 's', 'grouped'].map((external_subscription_id, n) => ({
      transaction_id: `b${n}`,
      code: 'm',
      external_subscription_id,
      properties: { n: 10 },
    }))
    const { fees } = await ok(client, 'POST', '/events/batch_estimate_instant_fees', { events })
    expect(fees.map((fee: { event_transaction_id: string }) => fee.event_transaction_id)).toEqual([
      'b0',
      'b2',
      'b1',
      'b3',
    ])
  })

  it('400 without an event, 200 for a batch whose events match nothing', async () => {
    for (const [path, body] of [
      ['estimate_fees', {}],
      ['estimate_instant_fees', { event: {} }],
      ['batch_estimate_instant_fees', { events: [] }],
      ['batch_estimate_instant_fees', []],
    ] as const) {
      expect((await client.call('POST', `/events/${path}`, body)).status).toBe(400)
    }
    const event = { code: 'arrears', external_subscription_id: 's', properties: { n: 1 } }
    const batch = await ok(client, 'POST', '/events/batch_estimate_instant_fees', { events: [event, event] })
    expect(batch.fees).toEqual([])
  })
})
