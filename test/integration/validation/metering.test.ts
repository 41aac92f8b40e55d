import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, send, subscribe } from '../../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../../support/harness.ts'
import { itRefuses, type RefusedCase } from '../../support/refusals.ts'

// Every error code of events, expressions, metrics, fees, usage and estimates.

const SUM = { aggregation_type: 'sum_agg', field_name: 'n' }
const MANDATORY = ['value_is_mandatory']
const FORMAT = ['invalid_format']
const TAKEN = ['value_already_exist']

let harness: Harness
let client: Client
let feeId: string

beforeAll(async () => {
  harness = await startHarness()
  client = await harness.organization()
  await client.clock('2024-03-05T00:00:00Z')
  await subscribe(client, {
    metrics: [
      { code: 'sum', ...SUM },
      { code: 'count', aggregation_type: 'count_agg' },
      { code: 'max', aggregation_type: 'max_agg', field_name: 'n' },
      { code: 'latest', aggregation_type: 'latest_agg', field_name: 'n' },
      { code: 'seats', ...SUM, recurring: true },
      { code: 'added', ...SUM, expression: 'event.properties.a + 1' },
      { code: 'free', ...SUM },
    ],
    charges: [
      { metric: 'sum', code: 'sum', properties: { amount: '1' }, pay_in_advance: true },
      { metric: 'seats', code: 'seats', properties: { amount: '1' }, prorated: true },
      { metric: 'max', code: 'max', properties: { amount: '1' } },
    ],
  })
  await send(client, { code: 'sum', transaction_id: 'stored', properties: { n: 1 } })
  await client.clock('2024-03-05T01:00:00Z')
  feeId = (await ok(client, 'GET', '/fees?event_transaction_id=stored')).fees[0].lago_id
  const later = { external_customer_id: 'c', plan_code: 'p', external_id: 'later' }
  await ok(client, 'POST', '/subscriptions', {
    subscription: { ...later, subscription_at: '2024-06-01T00:00:00Z' },
  })
})
afterAll(() => harness.close())

const good = { transaction_id: 't', code: 'sum', external_subscription_id: 's', properties: { n: 1 } }
const event = (name: string, over: object, says: unknown): RefusedCase => ({
  name,
  to: 'POST /events',
  body: { event: { ...good, ...over } },
  says,
})
const batch = (name: string, events: unknown, says: unknown): RefusedCase => ({
  name,
  to: 'POST /events/batch',
  body: { events },
  says,
})
const NO_VARIABLE = 'Variable: a not found'

describe('events', () => {
  itRefuses(
    [
      event('transaction_id: value_is_mandatory', { transaction_id: ' ' }, { transaction_id: MANDATORY }),
      event('code: value_is_mandatory', { code: null }, { code: MANDATORY }),
      event('timestamp: invalid_format, ISO text', { timestamp: '2024-03-05' }, { timestamp: FORMAT }),
      event('timestamp: invalid_format, empty', { timestamp: '' }, { timestamp: FORMAT }),
      event('timestamp: invalid_format, a word', { timestamp: 'abc' }, { timestamp: FORMAT }),
      event('transaction_id: value_already_exist', { transaction_id: 'stored' }, { transaction_id: TAKEN }),
      event('expression: the message as text', { code: 'added' }, NO_VARIABLE),
      batch('events: no_events, absent', undefined, { events: ['no_events'] }),
      batch('events: no_events, empty', [], { events: ['no_events'] }),
      batch('events: too_many_events', Array(101).fill(good), { events: ['too_many_events'] }),
      batch(
        'by index: invalid_format and value_is_mandatory, before any duplicate',
        [good, { ...good, transaction_id: 'stored' }, { ...good, timestamp: 'x' }, { ...good, code: '' }],
        { '2': { timestamp: FORMAT }, '3': { code: MANDATORY } },
      ),
      batch(
        'by index: value_already_exist, stored before or earlier in the batch',
        [good, { ...good, external_subscription_id: 'other' }, good, { ...good, transaction_id: 'stored' }],
        { '2': { transaction_id: TAKEN }, '3': { transaction_id: TAKEN } },
      ),
      batch('by index: the message of an expression', [good, { ...good, code: 'added' }], {
        '1': NO_VARIABLE,
      }),
      batch(
        'by index: the message of an expression beside what is malformed',
        [{ ...good, code: '' }, { ...good, code: 'added' }, good],
        { '0': { code: MANDATORY }, '1': NO_VARIABLE },
      ),
      {
        name: 'timestamp_from: cannot be used with timestamp_from_started_at',
        to: 'GET /events?external_subscription_id=s&timestamp_from=2024-01-01&timestamp_from_started_at=true',
        says: { timestamp_from: ['cannot be used with timestamp_from_started_at'] },
      },
      {
        name: 'external_subscription_id: required with timestamp_from_started_at',
        to: 'GET /events?timestamp_from_started_at=true',
        says: { external_subscription_id: ['required with timestamp_from_started_at'] },
      },
      {
        name: 'timestamp_from: unparseable',
        to: 'GET /events?timestamp_from=soon',
        says: { timestamp_from: ['invalid_date'] },
      },
      {
        name: 'timestamp_to: unparseable',
        to: 'GET /events?timestamp_to=soon',
        says: { timestamp_to: ['invalid_date'] },
      },
      { name: '404 event_not_found', to: 'GET /events/none', status: 404, says: 'event_not_found' },
      {
        name: '403 endpoint_not_available',
        to: 'GET /events_enriched',
        status: 403,
        says: 'endpoint_not_available',
      },
    ],
    () => client,
  )

  it('400 without the root event', async () => {
    const answer = await client.call('POST', '/events', { transaction_id: 't', code: 'sum' })
    expect([answer.status, answer.body.error]).toEqual([400, expect.stringMatching(/^BadRequest: .*event/)])
  })

  it('nothing of it was stored', async () => {
    expect((await ok(client, 'GET', '/events')).events).toHaveLength(1)
  })
})

const evaluate = (name: string, body: object, says: unknown): RefusedCase => ({
  name,
  to: 'POST /billable_metrics/evaluate_expression',
  body,
  says,
})
const INVALID_EVENT = { event: ['invalid_event'] }

describe('expressions', () => {
  itRefuses(
    [
      evaluate('expression: value_is_mandatory', { expression: '' }, { expression: MANDATORY }),
      ...['1 +', '.5', '1e3', 'foo(1)', 'round(1, 2, 3)', 'event.properties.é', '1\t+ 1', "'open"].map(
        (expression) =>
          evaluate(
            `expression: invalid_expression, ${JSON.stringify(expression)}`,
            { expression, event: { code: 'c', properties: {} } },
            { expression: ['invalid_expression'] },
          ),
      ),
      evaluate(
        'event: invalid_event, a property is missing',
        { expression: 'event.properties.a', event: { code: 'c', properties: {} } },
        INVALID_EVENT,
      ),
      evaluate(
        'event: invalid_event, arithmetic on a text',
        { expression: 'event.properties.a + 1', event: { code: 'c', properties: { a: 'x' } } },
        INVALID_EVENT,
      ),
      evaluate('event: invalid_event, absent', { expression: 'event.properties.a' }, INVALID_EVENT),
    ],
    () => client,
  )
})

const metric = (name: string, over: object, says: unknown, status = 422): RefusedCase => ({
  name,
  to: 'POST /billable_metrics',
  body: { billable_metric: { name: 'M', code: 'new', ...SUM, ...over } },
  status,
  says,
})

describe('billable metrics', () => {
  const notRecurring = { recurring: ['not_compatible_with_aggregation_type'] }
  itRefuses(
    [
      metric('name: value_is_mandatory', { name: '' }, { name: MANDATORY }),
      metric('code: value_is_mandatory', { code: null }, { code: MANDATORY }),
      metric('code: value_already_exist', { code: 'sum' }, { code: TAKEN }),
      metric(
        'aggregation_type: value_is_invalid',
        { aggregation_type: 'avg_agg' },
        { aggregation_type: ['value_is_invalid'] },
      ),
      ...['sum_agg', 'max_agg', 'unique_count_agg', 'latest_agg'].map((aggregation_type) =>
        metric(
          `field_name: value_is_mandatory, ${aggregation_type}`,
          { aggregation_type, field_name: '' },
          { field_name: MANDATORY },
        ),
      ),
      ...['count_agg', 'max_agg', 'latest_agg'].map((aggregation_type) =>
        metric(
          `recurring: not_compatible_with_aggregation_type, ${aggregation_type}`,
          { aggregation_type, recurring: true },
          notRecurring,
        ),
      ),
      metric(
        'weighted_interval: value_is_invalid',
        { aggregation_type: 'weighted_sum_agg' },
        { weighted_interval: ['value_is_invalid'] },
      ),
      metric(
        'rounding_function: value_is_invalid',
        { rounding_function: 'up' },
        { rounding_function: ['value_is_invalid'] },
      ),
      metric('expression: invalid_expression', { expression: '1 +' }, { expression: ['invalid_expression'] }),
      metric('values: value_is_mandatory', { filters: [{ key: 'k', values: [] }] }, { values: MANDATORY }),
      metric('403 feature_unavailable', { aggregation_type: 'custom_agg' }, 'feature_unavailable', 403),
      ...['GET', 'PUT', 'DELETE'].map((method) => ({
        name: `404 billable_metric_not_found, ${method}`,
        to: `${method} /billable_metrics/none`,
        body: method === 'PUT' ? { billable_metric: { name: 'x' } } : undefined,
        status: 404,
        says: 'billable_metric_not_found',
      })),
    ],
    () => client,
  )
})

describe('fees', () => {
  const one = async (method: string, body?: object) => {
    const answer = await client.call(method, `/fees/${feeId}`, body)
    return [answer.status, answer.body.code]
  }
  it('405 invoiced_fee, PUT', async () => {
    const paid = { fee: { payment_status: 'succeeded' } }
    expect(await one('PUT', paid)).toEqual([405, 'invoiced_fee'])
  })
  it('405 invoiced_fee, DELETE', async () => {
    expect(await one('DELETE')).toEqual([405, 'invoiced_fee'])
  })
  itRefuses(
    [
      {
        name: 'payment_status: value_is_invalid',
        to: 'GET /fees?payment_status=lost',
        says: { payment_status: ['value_is_invalid'] },
      },
      {
        name: 'fee_type: value_is_invalid',
        to: 'GET /fees?fee_type=odd',
        says: { fee_type: ['value_is_invalid'] },
      },
      ...['GET', 'PUT', 'DELETE'].map((method) => ({
        name: `404 fee_not_found, ${method}`,
        to: `${method} /fees/none`,
        body: method === 'PUT' ? { fee: { payment_status: 'succeeded' } } : undefined,
        status: 404,
        says: 'fee_not_found',
      })),
    ],
    () => client,
  )
})

const usage = (name: string, path: string, status: number, says: unknown): RefusedCase => ({
  name,
  to: `GET /customers/${path}`,
  status,
  says,
})
const CURRENT = 'c/current_usage?external_subscription_id=s'
const NOT_ALLOWED = 'full_usage_not_allowed'
const EXTERNAL = { external_subscription_id: MANDATORY }

describe('usage', () => {
  itRefuses(
    [
      usage(
        '404 customer_not_found',
        'x/current_usage?external_subscription_id=s',
        404,
        'customer_not_found',
      ),
      usage('405 no_active_subscription, absent', 'c/current_usage', 405, 'no_active_subscription'),
      usage(
        '405 no_active_subscription, pending',
        'c/current_usage?external_subscription_id=later',
        405,
        'no_active_subscription',
      ),
      usage('404 charge_not_found, charge_id', `${CURRENT}&charge_id=none`, 404, 'charge_not_found'),
      usage('404 charge_not_found, charge_code', `${CURRENT}&charge_code=none`, 404, 'charge_not_found'),
      usage(
        '404 charge_not_found, billable_metric_code',
        `${CURRENT}&billable_metric_code=count`,
        404,
        'charge_not_found',
      ),
      usage('405 full_usage_not_allowed, nothing chosen', `${CURRENT}&full_usage=true`, 405, NOT_ALLOWED),
      usage(
        '405 full_usage_not_allowed, a prorated charge',
        `${CURRENT}&full_usage=true&charge_code=seats`,
        405,
        NOT_ALLOWED,
      ),
      usage('external_subscription_id: value_is_mandatory', 'c/past_usage', 422, EXTERNAL),
      usage(
        '404 billable_metric_not_found',
        'c/past_usage?external_subscription_id=s&billable_metric_code=none',
        404,
        'billable_metric_not_found',
      ),
      usage(
        '405 no_active_subscription',
        'c/projected_usage?external_subscription_id=later',
        405,
        'no_active_subscription',
      ),
      {
        name: '404 subscription_not_found',
        to: 'GET /subscriptions/none/lifetime_usage',
        status: 404,
        says: 'subscription_not_found',
      },
      {
        name: '404 lifetime_usage_not_found',
        to: 'GET /subscriptions/later/lifetime_usage',
        status: 404,
        says: 'lifetime_usage_not_found',
      },
      {
        name: 'external_historical_usage_amount_cents: value_is_out_of_range',
        to: 'PUT /subscriptions/s/lifetime_usage',
        body: { lifetime_usage: { external_historical_usage_amount_cents: -1 } },
        says: { external_historical_usage_amount_cents: ['value_is_out_of_range'] },
      },
    ],
    () => client,
  )
})

/** Each case has every later error as well; only the first is reported. */
const estimate = (name: string, path: string, over: object, says: unknown, status = 422): RefusedCase => {
  const event = {
    external_subscription_id: 's',
    timestamp: 'x',
    code: 'none',
    properties: { n: 'x' },
    ...over,
  }
  const body = path.startsWith('batch') ? { events: [event] } : { event }
  return { name: `${name}, ${path}`, to: `POST /events/${path}`, body, status, says }
}

describe('estimates, in the order of the rules', () => {
  const paths = ['estimate_fees', 'estimate_instant_fees']
  const NOT_NUMBER = { properties: ['value_is_not_valid_number'] }
  itRefuses(
    paths.flatMap((path) => [
      ...[undefined, 'none', 'later'].map((external_subscription_id) =>
        estimate(
          `404 subscription_not_found (${external_subscription_id})`,
          path,
          { external_subscription_id },
          'subscription_not_found',
          404,
        ),
      ),
      estimate('timestamp: invalid_format', path, {}, { timestamp: FORMAT }),
      estimate('404 billable_metric_not_found', path, { timestamp: 1 }, 'billable_metric_not_found', 404),
      ...['sum', 'max', 'latest'].map((code) =>
        estimate(`properties: value_is_not_valid_number (${code})`, path, { timestamp: 1, code }, NOT_NUMBER),
      ),
      estimate(
        'code: does_not_match_an_instant_charge',
        path,
        { timestamp: 1, code: 'free', properties: { n: 1 } },
        { code: ['does_not_match_an_instant_charge'] },
      ),
    ]),
    () => client,
  )
})
