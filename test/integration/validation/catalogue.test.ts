import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, subscribe } from '../../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../../support/harness.ts'
import { itRefuses, type RefusedCase } from '../../support/refusals.ts'

// Every error code of charges, filters, properties, thresholds, alerts, taxes, features and entitlements.

const MANDATORY = ['value_is_mandatory']
const INVALID = ['value_is_invalid']
const TAKEN = ['value_already_exist']

let harness: Harness
let client: Client
const ids = new Map<string, string>()

beforeAll(async () => {
  harness = await startHarness()
  client = await harness.organization()
  await client.clock('2024-03-05T00:00:00Z')
  const field_name = 'n'
  await subscribe(client, {
    metrics: [
      { code: 'count', aggregation_type: 'count_agg' },
      { code: 'sum', aggregation_type: 'sum_agg', field_name },
      { code: 'max', aggregation_type: 'max_agg', field_name },
      { code: 'latest', aggregation_type: 'latest_agg', field_name },
      { code: 'weighted', aggregation_type: 'weighted_sum_agg', field_name, weighted_interval: 'seconds' },
      { code: 'seats', aggregation_type: 'sum_agg', field_name, recurring: true },
      { code: 'cloud', aggregation_type: 'count_agg', filters: [{ key: 'cloud', values: ['aws', 'gcp'] }] },
    ],
    charges: [{ metric: 'count', code: 'used', properties: { amount: '1' } }],
  })
  for (const each of (await ok(client, 'GET', '/billable_metrics')).billable_metrics) {
    ids.set(each.code, each.lago_id)
  }
  await ok(client, 'POST', '/taxes', { tax: { name: 'VAT', code: 'vat', rate: 20 } })
  const privileges = [
    { code: 'max', value_type: 'integer' },
    { code: 'sso', value_type: 'boolean' },
    { code: 'word' },
    { code: 'level', value_type: 'select', config: { select_options: ['a', 'b'] } },
  ]
  await ok(client, 'POST', '/features', { feature: { code: 'seats', privileges } })
  await ok(client, 'POST', '/subscriptions/s/alerts', {
    alert: { code: 'first', alert_type: 'current_usage_amount', thresholds: [{ value: 1 }] },
  })
})
afterAll(() => harness.close())

type ChargeCase = {
  readonly name: string
  readonly metric?: string
  readonly charge: object
  readonly says: unknown
  readonly status?: number
}

/** The same charge is rejected with the same errors in a new plan and on its own. */
function itRefusesCharges(cases: readonly ChargeCase[]): void {
  it.each(cases.map((each) => [each.name, each] as const))('%s', async (_name, each) => {
    const { metric = 'count', charge, says, status = 422 } = each
    const billable_metric_id = ids.get(metric)
    const standard = { charge_model: 'standard', properties: { amount: '1' } }
    const whole = { billable_metric_id, code: 'new', ...standard, ...charge }
    const plan = { name: 'N', code: 'new', interval: 'monthly', amount_cents: 0, amount_currency: 'EUR' }
    const answers = [
      await client.call('POST', '/plans', { plan: { ...plan, pay_in_advance: false, charges: [whole] } }),
      await client.call('POST', '/plans/p/charges', { charge: whole }),
    ]
    const told = answers.map(({ status, body }) => [status, status === 422 ? body.error_details : body.code])
    expect(told).toEqual([
      [status, says],
      [status, says],
    ])
  })
}

const COMBINATION = ['invalid_aggregation_type_or_charge_model']
const PRORATION = { prorated: ['invalid_billable_metric_or_charge_model'] }
const ranges = [{ from_value: 0, to_value: null, per_unit_amount: '1', flat_amount: '0', rate: '1' }]
const VOLUME = { charge_model: 'volume', properties: { volume_ranges: ranges } }
const PERCENTAGE = { charge_model: 'percentage', properties: { rate: '1' } }
const TIERED = { charge_model: 'graduated_percentage', properties: { graduated_percentage_ranges: ranges } }
const PACKAGE = { charge_model: 'package', properties: { amount: '1', package_size: 1, free_units: 0 } }
const ADVANCE = { pay_in_advance: true }
const ONLY_PAID = { regroup_paid_fees: ['only_compatible_with_pay_in_advance_and_non_invoiceable'] }

describe('permitted combinations of a charge', () => {
  itRefusesCharges([
    {
      name: 'pay_in_advance: invalid_aggregation_type_or_charge_model, volume',
      charge: { ...VOLUME, ...ADVANCE },
      says: { pay_in_advance: COMBINATION },
    },
    ...['max', 'latest', 'weighted'].map((metric) => ({
      name: `pay_in_advance: invalid_aggregation_type_or_charge_model, ${metric}`,
      metric,
      charge: ADVANCE,
      says: { pay_in_advance: COMBINATION },
    })),
    {
      name: 'charge_model: invalid_aggregation_type_or_charge_model, dynamic',
      charge: { charge_model: 'dynamic', properties: {} },
      says: { charge_model: COMBINATION },
    },
    {
      name: 'charge_model: invalid_aggregation_type_or_charge_model, custom',
      charge: { charge_model: 'custom', properties: {} },
      says: { charge_model: COMBINATION },
    },
    {
      name: 'prorated: invalid_billable_metric_or_charge_model, not recurring',
      charge: { prorated: true },
      says: PRORATION,
    },
    {
      name: 'prorated: invalid_billable_metric_or_charge_model, a weighted sum',
      metric: 'weighted',
      charge: { prorated: true },
      says: PRORATION,
    },
    ...[
      ['package in arrears', PACKAGE],
      ['percentage in arrears', PERCENTAGE],
      [
        'graduated in advance',
        { charge_model: 'graduated', properties: { graduated_ranges: ranges }, ...ADVANCE },
      ],
    ].map(([how, charge]) => ({
      name: `prorated: invalid_billable_metric_or_charge_model, ${how}`,
      metric: 'seats',
      charge: { ...(charge as object), prorated: true },
      says: PRORATION,
    })),
    {
      name: 'min_amount_cents: not_compatible_with_pay_in_advance',
      charge: { ...ADVANCE, min_amount_cents: 1 },
      says: { min_amount_cents: ['not_compatible_with_pay_in_advance'] },
    },
    {
      name: 'min_amount_cents: value_is_out_of_range',
      charge: { min_amount_cents: -1 },
      says: { min_amount_cents: ['value_is_out_of_range'] },
    },
    {
      name: 'invoiceable: must_be_true_unless_pay_in_advance',
      charge: { invoiceable: false },
      says: { invoiceable: ['must_be_true_unless_pay_in_advance'] },
    },
    {
      name: 'regroup_paid_fees: only_compatible_with_pay_in_advance_and_non_invoiceable, in arrears',
      charge: { regroup_paid_fees: 'invoice' },
      says: ONLY_PAID,
    },
    {
      name: 'regroup_paid_fees: only_compatible_with_pay_in_advance_and_non_invoiceable, invoiceable',
      charge: { ...ADVANCE, regroup_paid_fees: 'invoice' },
      says: ONLY_PAID,
    },
    ...[PERCENTAGE, TIERED].map((charge) => ({
      name: `properties: invalid_value, latest with ${charge.charge_model}`,
      metric: 'latest',
      charge,
      says: { properties: ['invalid_value'] },
    })),
    {
      name: 'charge_model: value_is_invalid',
      charge: { charge_model: 'x' },
      says: { charge_model: INVALID },
    },
    { name: '404 tax_not_found', charge: { tax_codes: ['none'] }, status: 404, says: 'tax_not_found' },
  ])

  itRefuses(
    [
      {
        name: 'code: value_already_exist',
        to: 'POST /plans/p/charges',
        body: { charge: { code: 'used', charge_model: 'standard', billable_metric_id: '@count' } },
        says: { code: TAKEN },
      },
      {
        name: '404 billable_metrics_not_found',
        to: 'POST /plans',
        body: {
          plan: {
            ...{ name: 'N', code: 'n', interval: 'monthly', amount_cents: 0, amount_currency: 'EUR' },
            charges: [{ billable_metric_id: 'none', charge_model: 'standard' }],
          },
        },
        status: 404,
        says: 'billable_metrics_not_found',
      },
      {
        name: '404 billable_metric_not_found',
        to: 'POST /plans/p/charges',
        body: { charge: { code: 'n', billable_metric_id: 'none', charge_model: 'standard' } },
        status: 404,
        says: 'billable_metric_not_found',
      },
    ],
    // The id of a metric is known once it is made.
    () => ({
      ...client,
      call: (method, path, body) =>
        client.call(method, path, JSON.stringify(body).replace('@count', ids.get('count') ?? '')),
    }),
  )
})

/** Properties of a model with their defaults, and the codes that they get. */
const BASES: Readonly<Record<string, object>> = {
  standard: { amount: '1' },
  package: { amount: '1', package_size: 1, free_units: 0 },
  percentage: { rate: '1' },
}
function properties(model: string, codes: string, over: object, which = ''): ChargeCase {
  const charge = { charge_model: model, properties: { ...BASES[model], ...over } }
  const says = { properties: codes.split(', ') }
  return { name: `${model} properties: ${codes}${which && ` (${which})`}`, metric: 'sum', charge, says }
}
const one = (over: object) => [{ ...ranges[0], ...over }]
const two = (to: number, from: number, first = 0) => [
  { ...ranges[0], from_value: first, to_value: to },
  { ...ranges[0], from_value: from },
]
const RANGES: readonly [string, unknown][] = [
  ['the last is closed', one({ to_value: 5 })],
  ['does not begin at 0 or 1', one({ from_value: 2 })],
  ['a gap', two(10, 13)],
  ['an overlap', two(10, 9)],
  ['ends before it begins', two(0, 1)],
]

const TIERED_MODELS = [
  ['graduated', 'graduated_ranges', 'missing_graduated_ranges', 'invalid_graduated_ranges'],
  ['volume', 'volume_ranges', 'missing_volume_ranges', 'invalid_volume_ranges'],
  [
    'graduated_percentage',
    'graduated_percentage_ranges',
    'missing_graduated_percentage_ranges',
    'invalid_graduated_percentage_ranges',
  ],
] as const

describe('properties of a charge', () => {
  const key = (value: string) => ({ value })
  itRefusesCharges([
    ...[10, 'abc', '-1', null].map((amount) =>
      properties('standard', 'invalid_amount', { amount }, JSON.stringify(amount)),
    ),
    ...TIERED_MODELS.flatMap(([model, list, missing, invalid]) => [
      properties(model, missing, { [list]: [] }, 'empty'),
      ...RANGES.map(([which, ranges]) => properties(model, invalid, { [list]: ranges }, which)),
      properties(model, 'invalid_amount', { [list]: one({ flat_amount: 1 }) }, 'flat'),
    ]),
    properties('volume', 'invalid_volume_ranges', { volume_ranges: two(10, 10) }, 'touching'),
    ...['graduated', 'volume'].map((model) =>
      properties(
        model,
        'invalid_amount',
        { [`${model}_ranges`]: one({ per_unit_amount: '-1' }) },
        'per unit',
      ),
    ),
    properties('graduated_percentage', 'invalid_rate', { graduated_percentage_ranges: one({ rate: 1 }) }),
    properties('package', 'invalid_amount', { amount: 1 }),
    ...[-1, 1.5, '1', null].map((free_units) =>
      properties('package', 'invalid_free_units', { free_units }, JSON.stringify(free_units)),
    ),
    ...[0, -1, 1.5, '1', null].map((package_size) =>
      properties('package', 'invalid_package_size', { package_size }, JSON.stringify(package_size)),
    ),
    ...[1, '-1', null].map((rate) =>
      properties('percentage', 'invalid_rate', { rate }, JSON.stringify(rate)),
    ),
    properties('percentage', 'invalid_fixed_amount', { fixed_amount: 1 }),
    ...[0, 1.5, '1'].map((free_units_per_events) =>
      properties(
        'percentage',
        'invalid_free_units_per_events',
        { free_units_per_events },
        JSON.stringify(free_units_per_events),
      ),
    ),
    properties('percentage', 'invalid_free_units_per_total_aggregation', {
      free_units_per_total_aggregation: '-1',
    }),
    properties('percentage', 'invalid_amount', { per_transaction_min_amount: 1 }, 'min'),
    properties('percentage', 'invalid_amount', { per_transaction_max_amount: 'x' }, 'max'),
    properties('percentage', 'per_transaction_max_lower_than_per_transaction_min', {
      per_transaction_min_amount: '2',
      per_transaction_max_amount: '1',
    }),
    properties('standard', 'invalid_type', { pricing_group_keys: 'region' }, 'pricing_group_keys'),
    properties('standard', 'invalid_type', { pricing_group_keys: [''] }, 'an empty key'),
    properties('standard', 'invalid_type', { presentation_group_keys: ['a'] }, 'presentation_group_keys'),
    properties('standard', 'too_many_keys', { presentation_group_keys: ['a', 'b', 'c'].map(key) }),
    properties('standard', 'value_is_duplicated', { presentation_group_keys: ['a', 'a'].map(key) }),
    properties('package', 'invalid_amount, invalid_free_units, invalid_package_size', {
      amount: 'x',
      free_units: null,
      package_size: 0,
    }),
  ])
})

describe('filters of a charge', () => {
  const filter = (name: string, values: unknown, says: unknown, over: object = {}): ChargeCase => ({
    name,
    metric: 'cloud',
    charge: { filters: [{ values, properties: { amount: '1' }, ...over }] },
    says,
  })
  itRefusesCharges([
    filter('values: value_is_mandatory', {}, { values: MANDATORY }),
    filter('values: value_is_mandatory, an empty list', { cloud: [] }, { values: MANDATORY }),
    filter('values: value_is_invalid, an undeclared value', { cloud: ['ibm'] }, { values: INVALID }),
    filter('values: value_is_invalid, an undeclared key', { region: ['eu'] }, { values: INVALID }),
    filter(
      'values: value_is_invalid, ALL with others',
      { cloud: ['__ALL_FILTER_VALUES__', 'aws'] },
      { values: INVALID },
    ),
    filter(
      'properties: invalid_amount',
      { cloud: ['aws'] },
      { properties: ['invalid_amount'] },
      { properties: { amount: 1 } },
    ),
  ])
})

describe('usage thresholds', () => {
  const cases: [string, object[]][] = [
    ['missing_amount_cents', [{ threshold_display_name: 'x' }]],
    ['duplicated_values', [{ amount_cents: 5 }, { amount_cents: 5 }]],
    [
      'multiple_recurring_thresholds',
      [
        { amount_cents: 5, recurring: true },
        { amount_cents: 6, recurring: true },
      ],
    ],
    ['value_is_out_of_range', [{ amount_cents: 0 }]],
  ]
  itRefuses(
    cases.flatMap(([code, usage_thresholds]) => [
      {
        name: `usage_thresholds: ${code}, on a plan`,
        to: 'PUT /plans/p',
        body: { plan: { usage_thresholds } },
        says: { usage_thresholds: [code] },
      },
      {
        name: `usage_thresholds: ${code}, on a subscription`,
        to: 'PUT /subscriptions/s',
        body: { subscription: { usage_thresholds } },
        says: { usage_thresholds: [code] },
      },
    ]),
    () => client,
  )
})

/** Each case also violates every later rule, so the order of the checks decides which error is reported. */
function alert(name: string, over: object, says: unknown, status = 422): RefusedCase {
  const last = { code: '', alert_type: 'billable_metric_current_usage_units', billable_metric_code: 'none' }
  const body = { alert: { ...last, thresholds: [{ value: 'x' }, { value: 'x' }], ...over } }
  return { name, to: 'POST /subscriptions/s/alerts', body, status, says }
}
const value = (code: string) => ({ 'thresholds:value': [code] })
const fine = { thresholds: [{ value: 1 }] }

describe('alerts, in the order of the rules', () => {
  const many = Array.from({ length: 21 }, () => ({ value: 'x' }))
  itRefuses(
    [
      alert(
        'alert_type: value_is_mandatory and value_is_invalid',
        { alert_type: '' },
        {
          alert_type: ['value_is_mandatory', 'value_is_invalid'],
        },
      ),
      alert('alert_type: invalid_type, unknown', { alert_type: 'x' }, { alert_type: ['invalid_type'] }),
      alert(
        'alert_type: invalid_type, of a wallet',
        { alert_type: 'wallet_balance_amount' },
        {
          alert_type: ['invalid_type'],
        },
      ),
      alert('thresholds: value_is_mandatory', { thresholds: [] }, { thresholds: MANDATORY }),
      alert(
        'thresholds: too_many_thresholds',
        { thresholds: many },
        {
          thresholds: ['too_many_thresholds'],
        },
      ),
      alert('thresholds: duplicate_threshold_values', {}, { thresholds: ['duplicate_threshold_values'] }),
      alert('thresholds:value: value_is_mandatory', { thresholds: [{}] }, value('value_is_mandatory')),
      alert(
        'thresholds:value: value_is_invalid',
        { thresholds: [{ value: 'x' }] },
        value('value_is_invalid'),
      ),
      alert(
        'thresholds:value: recurring_value_is_negative',
        { thresholds: [{ value: 0, recurring: true }] },
        value('recurring_value_is_negative'),
      ),
      alert('404 billable_metric_not_found', fine, 'billable_metric_not_found', 404),
      alert(
        'code: value_is_mandatory, billable_metric: value_is_mandatory',
        { ...fine, billable_metric_code: null },
        { code: MANDATORY, billable_metric: MANDATORY },
      ),
      alert(
        'billable_metric: value_must_be_blank',
        { ...fine, code: 'n', alert_type: 'lifetime_usage_amount', billable_metric_code: 'count' },
        { billable_metric: ['value_must_be_blank'] },
      ),
      alert(
        'code: value_already_exist',
        { ...fine, code: 'first', billable_metric_code: 'count' },
        { code: TAKEN },
      ),
      alert(
        'base: alert_already_exists',
        { ...fine, code: 'n', alert_type: 'current_usage_amount', billable_metric_code: null },
        { base: ['alert_already_exists'] },
      ),
    ],
    () => client,
  )

  it('by index: invalid_type and billable_metric_not_found, all or nothing', async () => {
    const alerts = [
      { code: 'b1', alert_type: 'lifetime_usage_amount', ...fine },
      { code: 'b2', alert_type: 'x', ...fine },
      {
        code: 'b3',
        alert_type: 'billable_metric_current_usage_units',
        billable_metric_code: 'none',
        ...fine,
      },
    ]
    const { status, body } = await client.call('POST', '/subscriptions/s/alerts', { alerts })
    expect(status).toBe(422)
    expect(Object.keys(body.error_details)).toEqual(['1', '2'])
    expect(body.error_details['1'].params).toMatchObject({ code: 'b2' })
    expect(body.error_details['1'].errors).toContain('invalid_type')
    expect(body.error_details['2'].errors).toContain('billable_metric_not_found')
    expect((await ok(client, 'GET', '/subscriptions/s/alerts')).meta.total_count).toBe(1)
  })

  it('400 without alert and alerts', async () => {
    const { status, body } = await client.call('POST', '/subscriptions/s/alerts', { alerts: [] })
    expect([status, body.error]).toEqual([400, expect.stringMatching(/^BadRequest: /)])
  })
})

describe('taxes', () => {
  const tax = (name: string, over: object, says: unknown): RefusedCase => ({
    name,
    to: 'POST /taxes',
    body: { tax: { name: 'N', code: 'n', rate: 1, ...over } },
    says,
  })
  itRefuses(
    [
      tax('tax name: value_is_mandatory', { name: '' }, { name: MANDATORY }),
      tax('tax code: value_is_mandatory', { code: null }, { code: MANDATORY }),
      tax('tax code: value_already_exist', { code: 'vat' }, { code: TAKEN }),
      tax('tax rate: value_is_mandatory', { rate: null }, { rate: MANDATORY }),
      ...['GET', 'PUT', 'DELETE'].map((method) => ({
        name: `tax 404 tax_not_found, ${method}`,
        to: `${method} /taxes/none`,
        body: method === 'PUT' ? { tax: { name: 'x' } } : undefined,
        status: 404,
        says: 'tax_not_found',
      })),
    ],
    () => client,
  )
})

describe('features and entitlements', () => {
  const feature = (name: string, over: object, says: unknown): RefusedCase => ({
    name,
    to: 'POST /features',
    body: { feature: { code: 'new', ...over } },
    says,
  })
  const select = (config: unknown) => ({ privileges: [{ code: 'x', value_type: 'select', config }] })
  const FORMAT = { 'privilege.config': ['invalid_format'] }
  const PLACES = [
    'POST /plans/p/entitlements',
    'PATCH /plans/p/entitlements',
    'PATCH /subscriptions/s/entitlements',
  ]
  const given: [string, object, unknown, number?][] = [
    ['max_privilege_value: value_is_invalid', { max: '010' }, { max_privilege_value: INVALID }],
    ['max_privilege_value: value_is_invalid, a fraction', { max: '1.5' }, { max_privilege_value: INVALID }],
    ['sso_privilege_value: value_is_invalid', { sso: 'yes' }, { sso_privilege_value: INVALID }],
    ['word_privilege_value: value_is_invalid', { word: 5 }, { word_privilege_value: INVALID }],
    [
      'level_privilege_value: value_not_in_select_options',
      { level: 'c' },
      { level_privilege_value: ['value_not_in_select_options'] },
    ],
    ['404 privilege_not_found', { none: 1 }, 'privilege_not_found', 404],
  ]
  itRefuses(
    [
      feature('feature code: value_already_exist', { code: 'seats' }, { code: TAKEN }),
      feature('feature code: value_is_mandatory', { code: ' ' }, { code: MANDATORY }),
      feature(
        'privilege.code: value_is_duplicated',
        { privileges: [{ code: 'x' }, { code: 'x' }] },
        { 'privilege.code': ['value_is_duplicated'] },
      ),
      feature(
        'privilege.code: value_is_mandatory',
        { privileges: [{ code: '' }] },
        {
          'privilege.code': MANDATORY,
        },
      ),
      feature(
        'privilege.value_type: value_is_invalid',
        { privileges: [{ code: 'x', value_type: 'float' }] },
        { 'privilege.value_type': INVALID },
      ),
      ...[{}, { select_options: [] }, { select_options: [1] }, { select_options: ['a'], more: 1 }].map(
        (config) =>
          feature(`privilege.config: invalid_format, ${JSON.stringify(config)}`, select(config), FORMAT),
      ),
      feature(
        'privilege.config: invalid_format, not a select',
        { privileges: [{ code: 'x', value_type: 'integer', config: { select_options: ['a'] } }] },
        FORMAT,
      ),
      ...PLACES.flatMap((to) => [
        ...given.map(([name, privileges, says, status = 422]) => ({
          name: `${name}, ${to}`,
          to,
          body: { entitlements: { seats: privileges } },
          status,
          says,
        })),
        {
          name: `404 feature_not_found, ${to}`,
          to,
          body: { entitlements: { none: {} } },
          status: 404,
          says: 'feature_not_found',
        },
      ]),
    ],
    () => client,
  )
})
