import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, send, subscribe } from '../../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../../support/harness.ts'

// Cases of docs/rules/cases.md checked by current usage after each event; each case has its own metric.

type Shown = { readonly units?: string; readonly amount_cents: number; readonly [field: string]: unknown }
type Row = {
  readonly name: string
  readonly code: string
  readonly metric: object
  readonly charge: object
  /** Properties of each event (and its fields under `$`), and what usage shows after it; null is not read. */
  readonly steps: readonly (readonly [
    properties: { readonly $?: object; readonly [key: string]: unknown },
    shown: Shown | null,
  ])[]
}

const SUM = { aggregation_type: 'sum_agg', field_name: 'n' }
const COUNT = { aggregation_type: 'count_agg' }
const LIMITS = { per_transaction_min_amount: '1.75', per_transaction_max_amount: '12' }
const CLOUD = [{ key: 'cloud', values: ['aws', 'gcp'] }]
const seconds = (text: string) => Date.parse(text) / 1000

/** A sum whose usage costs so many cents after each value. */
function cumulated(name: string, code: string, charge: object, ...after: readonly [number, number][]): Row {
  const steps = after.map(([n, cents]) => [{ n }, { amount_cents: cents }] as const)
  return { name, code, metric: SUM, charge, steps }
}
const packages = (free: number) => ({
  charge_model: 'package',
  properties: { amount: '100', package_size: 10, free_units: free },
})
const percentage = (properties: object) => ({ charge_model: 'percentage', properties })

const ROWS: readonly Row[] = [
  cumulated('case 7: packages, without free units', 'r7', packages(0), [3, 10_000], [12, 20_000]),
  cumulated('case 7: packages, with free units', 'r7f', packages(5), [3, 0], [9, 10_000]),
  cumulated(
    'case 14: free events',
    'r14',
    percentage({ rate: '1', fixed_amount: '5', free_units_per_events: 3 }),
    ...([10, 10, 10, 10].map((n, i) => [n, i === 3 ? 510 : 0]) as [number, number][]),
  ),
  cumulated(
    'case 15: a free total',
    'r15',
    percentage({ rate: '1', fixed_amount: '5', free_units_per_total_aggregation: '15' }),
    [4, 0],
    [4, 0],
    [4, 0],
    [4, 501],
    [10, 1011],
  ),
  cumulated(
    'case 16: free events within a free total',
    'r16',
    percentage({
      rate: '1',
      fixed_amount: '5',
      free_units_per_events: 3,
      free_units_per_total_aggregation: '15',
    }),
    [1, 0],
    [1, 0],
    [1, 0],
    [1, 501],
  ),
  cumulated(
    'case 17: a free total that ends before the free events',
    'r17',
    percentage({
      rate: '1',
      fixed_amount: '5',
      free_units_per_events: 3,
      free_units_per_total_aggregation: '15',
    }),
    [10, 0],
    [10, 505],
    [10, 1015],
  ),
  cumulated(
    'case 21: limits per transaction, cumulated',
    'r21',
    percentage({ rate: '1', fixed_amount: '1', ...LIMITS }),
    [100, 200],
    [1000, 1300],
    [10_000, 2500],
  ),
  {
    name: 'case 23: negative units',
    code: 'r23',
    metric: SUM,
    charge: { charge_model: 'package', properties: { amount: '100', package_size: 10, free_units: 0 } },
    steps: [
      [{ n: 3 }, { units: '3.0', amount_cents: 10_000 }],
      [{ n: -8 }, { units: '0.0', amount_cents: 0 }],
    ],
  },
  {
    name: 'case 23: a negative amount',
    code: 'r23d',
    metric: SUM,
    charge: { charge_model: 'dynamic', properties: {} },
    steps: [
      [
        { n: 3, $: { precise_total_amount_cents: '20' } },
        { units: '3.0', amount_cents: 20 },
      ],
      [
        { n: 3, $: { precise_total_amount_cents: '-21' } },
        { units: '0.0', amount_cents: 0 },
      ],
    ],
  },
  {
    name: 'case 66: a level from 5 March on',
    code: 'r66',
    metric: { aggregation_type: 'weighted_sum_agg', field_name: 'n', weighted_interval: 'seconds' },
    charge: { properties: { amount: '1' } },
    steps: [
      [
        { n: 2500, $: { timestamp: seconds('2023-03-05T00:00:00Z') } },
        {
          units: '2177.4193548387096774',
          amount_cents: 217_742,
          total_aggregated_units: '2500.0',
          events_count: 1,
        },
      ],
    ],
  },
  {
    name: 'case 68: two deltas at the start of the period',
    code: 'r68',
    metric: { aggregation_type: 'weighted_sum_agg', field_name: 'n', weighted_interval: 'seconds' },
    charge: { properties: { amount: '1' } },
    steps: [
      [{ n: 3, $: { timestamp: seconds('2023-03-01T00:00:00Z') } }, null],
      [
        { n: 3, $: { timestamp: seconds('2023-03-01T00:00:00Z') } },
        { units: '6.0', amount_cents: 600, events_count: 2 },
      ],
    ],
  },
  {
    name: 'case 69: the latest value',
    code: 'r69',
    metric: { aggregation_type: 'latest_agg', field_name: 'n' },
    charge: { properties: { amount: '5' } },
    steps: [
      [
        { n: 10, $: { timestamp: seconds('2023-03-02T00:00:00Z') } },
        { units: '10.0', amount_cents: 5000 },
      ],
      [
        { n: 3, $: { timestamp: seconds('2023-03-03T00:00:00Z') } },
        { units: '3.0', amount_cents: 1500 },
      ],
      [
        { n: 50, $: { timestamp: seconds('2023-03-04T00:00:00Z') } },
        { units: '50.0', amount_cents: 25_000 },
      ],
    ],
  },
  {
    name: 'case 70: the greatest value',
    code: 'r70',
    metric: { aggregation_type: 'max_agg', field_name: 'n' },
    charge: { properties: { amount: '10' } },
    steps: [
      [{ n: 5 }, { units: '5.0', amount_cents: 5000 }],
      [{ n: 20 }, { units: '20.0', amount_cents: 20_000 }],
      [{ n: 3 }, { units: '20.0', amount_cents: 20_000 }],
    ],
  },
  {
    name: 'case 71: a filter within another',
    code: 'r71',
    metric: { ...SUM, filters: CLOUD },
    charge: {
      properties: { amount: '0' },
      filters: [
        {
          invoice_display_name: 'all',
          values: { cloud: ['aws', 'gcp'] },
          properties: { amount: '5' },
        },
        { invoice_display_name: 'aws', values: { cloud: ['aws'] }, properties: { amount: '3' } },
      ],
    },
    steps: [
      [{ n: 10, cloud: 'aws' }, null],
      [
        { n: 7, cloud: 'gcp' },
        {
          amount_cents: 6500,
          filters: [
            { invoice_display_name: 'all', units: '7.0', amount_cents: 3500 },
            { invoice_display_name: 'aws', units: '10.0', amount_cents: 3000 },
            { values: null, units: '0.0', amount_cents: 0 },
          ],
        },
      ],
    ],
  },
  {
    name: 'case 73: every filter is listed, with the default',
    code: 'r73',
    metric: { ...COUNT, filters: [{ key: 'region', values: ['europe', 'usa'] }] },
    charge: {
      properties: { amount: '10' },
      filters: [
        { values: { region: ['europe'] }, properties: { amount: '20' } },
        { values: { region: ['usa'] }, properties: { amount: '50' } },
      ],
    },
    steps: [
      [{ region: 'europe' }, null],
      [
        { region: 'mars' },
        {
          amount_cents: 3000,
          filters: [
            { values: { region: ['europe'] }, units: '1.0', amount_cents: 2000 },
            { values: { region: ['usa'] }, units: '0.0', amount_cents: 0, events_count: 0 },
            { values: null, units: '1.0', amount_cents: 1000 },
          ],
        },
      ],
    ],
  },
  {
    name: 'case 75: a value of zero is an event',
    code: 'r75',
    metric: SUM,
    charge: { properties: { amount: '10' } },
    steps: [[{ n: 0 }, { units: '0.0', amount_cents: 0, events_count: 1 }]],
  },
  {
    name: 'case 77: each group has its own packages and free units',
    code: 'r77',
    metric: SUM,
    charge: {
      charge_model: 'package',
      properties: { amount: '1', package_size: 10, free_units: 10, pricing_group_keys: ['team'] },
    },
    steps: [
      [{ n: 11, team: 'a' }, { amount_cents: 100 }],
      [{ n: 10, team: 'b' }, { amount_cents: 100 }],
      [
        { n: 11, team: 'c' },
        {
          units: '32.0',
          amount_cents: 200,
          grouped_usage: [
            { grouped_by: { team: 'a' }, units: '11.0', amount_cents: 100 },
            { grouped_by: { team: 'b' }, units: '10.0', amount_cents: 0 },
            { grouped_by: { team: 'c' }, units: '11.0', amount_cents: 100 },
          ],
        },
      ],
    ],
  },
  {
    name: 'case 77: each group has its own free events',
    code: 'r77p',
    metric: SUM,
    charge: percentage({ rate: '10', free_units_per_events: 1, pricing_group_keys: ['team'] }),
    steps: [
      [{ n: 100, team: 'a' }, { amount_cents: 0 }],
      [{ n: 100, team: 'b' }, { amount_cents: 0 }],
      [{ n: 100, team: 'b' }, { amount_cents: 1000 }],
    ],
  },
]

describe('current usage in the hard cases', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
    client = await harness.organization()
    await client.clock('2023-02-01T00:00:00Z')
    const region = [{ key: 'region', values: ['europe'] }]
    await subscribe(client, {
      metrics: [
        ...ROWS.map(({ code, metric }) => ({ code, ...metric })),
        {
          code: 'r74',
          aggregation_type: 'unique_count_agg',
          field_name: 'id',
          recurring: true,
          filters: region,
        },
        { code: 'r72', ...SUM, filters: CLOUD },
        { code: 'r76', ...SUM },
      ],
      charges: [
        ...ROWS.map(({ code, charge }) => ({ metric: code, code, ...charge })),
        {
          metric: 'r74',
          code: 'r74',
          properties: { amount: '0' },
          filters: [{ values: { region: ['europe'] }, properties: { amount: '20' } }],
        },
        {
          metric: 'r72',
          code: 'r72',
          properties: { amount: '0' },
          filters: [{ values: { cloud: ['aws'] }, properties: { amount: '5' } }],
        },
        {
          metric: 'r76',
          code: 'r76',
          properties: { amount: '10', pricing_group_keys: ['workspace', 'user'] },
        },
      ],
    })
    await event('r74', { id: 'a', region: 'europe' })
    await client.clock('2023-03-10T12:00:00Z')
  })
  afterAll(() => harness.close())

  let sent = 0
  async function event(code: string, properties: object, fields: object = {}): Promise<void> {
    sent += 1
    await send(client, { code, transaction_id: `e${sent}`, properties, ...fields })
  }
  async function usage(code: string, query = '') {
    const path = `/customers/c/current_usage?external_subscription_id=s&charge_code=${code}${query}`
    const { charges_usage } = (await ok(client, 'GET', path)).customer_usage
    expect(charges_usage).toHaveLength(1)
    return charges_usage[0]
  }

  for (const { name, code, steps } of ROWS) {
    it(name, async () => {
      for (const [{ $: fields, ...properties }, shown] of steps) {
        await event(code, properties, fields)
        if (shown) expect(await usage(code)).toMatchObject(shown)
      }
    })
  }

  it('case 72: of two identical filters the older one takes all', async () => {
    const wider = { values: { cloud: ['aws', 'gcp'] }, properties: { amount: '3' } }
    await ok(client, 'POST', '/plans/p/charges/r72/filters', { filter: wider })
    // Without one of its values the newer filter is a twin of the older one.
    await ok(client, 'PUT', '/billable_metrics/r72', {
      billable_metric: { filters: [{ key: 'cloud', values: ['aws'] }] },
    })
    await event('r72', { n: 10, cloud: 'aws' })
    expect((await usage('r72')).filters).toMatchObject([
      { values: { cloud: ['aws'] }, units: '10.0', amount_cents: 5000 },
      { values: { cloud: ['aws'] }, units: '0.0', amount_cents: 0 },
      { values: null, units: '0.0', amount_cents: 0 },
    ])
    await ok(client, 'PUT', '/plans/p/charges/r72', {
      charge: { filters: [{ values: { cloud: ['aws'] }, properties: { amount: '4' } }] },
    })
    expect((await usage('r72')).filters).toMatchObject([
      { values: { cloud: ['aws'] }, units: '10.0', amount_cents: 4000 },
      { values: null, units: '0.0', amount_cents: 0 },
    ])
  })

  it('case 74: what came last month is still there, in its filter', async () => {
    const { units, amount_cents, filters } = await usage('r74')
    expect([units, amount_cents]).toEqual(['1.0', 2000])
    expect(filters).toMatchObject([
      { values: { region: ['europe'] }, units: '1.0', amount_cents: 2000 },
      { values: null, units: '0.0', amount_cents: 0 },
    ])
  })

  it('case 76: a group narrows to its events and leaves the other keys', async () => {
    const users = ['u1', 'u2', 'u3', 'u4', 'u5']
    for (const workspace of ['A', 'B']) {
      for (const user of users) await event('r76', { n: 3, workspace, user })
    }
    const narrowed = await usage('r76', '&group[workspace]=A')
    const told = narrowed.grouped_usage.map((each: Record<string, unknown>) => [
      each.grouped_by,
      each.units,
      each.amount_cents,
    ])
    expect(told).toEqual(users.map((user) => [{ user }, '3.0', 3000]))
    expect(await usage('r76', '&skip_grouping=true')).toMatchObject({
      units: '30.0',
      amount_cents: 30_000,
      grouped_usage: [],
    })
  })

  it('case 78: the year ends with the day of the customer', async () => {
    client = await harness.organization()
    await client.clock('2023-01-01T09:30:00Z')
    const plan = { name: 'Y', code: 'y', interval: 'yearly', amount_cents: 0, amount_currency: 'EUR' }
    await ok(client, 'POST', '/plans', { plan: { ...plan, pay_in_advance: false } })
    const ends: string[] = []
    for (const timezone of ['Europe/Berlin', 'America/Los_Angeles']) {
      await ok(client, 'POST', '/customers', { customer: { external_id: timezone, timezone } })
      const subscription = { external_customer_id: timezone, external_id: timezone, plan_code: 'y' }
      await ok(client, 'POST', '/subscriptions', { subscription })
      const id = encodeURIComponent(timezone)
      const path = `/customers/${id}/current_usage?external_subscription_id=${id}`
      const { customer_usage } = await ok(client, 'GET', path)
      expect(customer_usage.from_datetime).toBe('2023-01-01T09:30:00Z')
      ends.push(customer_usage.to_datetime)
    }
    expect(ends).toEqual(['2023-12-31T22:59:59Z', '2024-01-01T07:59:59Z'])
  })
})

describe('what is left of usage on invoices', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
    client = await harness.organization()
    await client.clock('2023-03-01T00:00:00Z')
  })
  afterAll(() => harness.close())

  it('cases 66, 67, 75: a level carries into the next month, a zero fee with an event is kept', async () => {
    const weighted = {
      aggregation_type: 'weighted_sum_agg',
      field_name: 'n',
      recurring: true,
      weighted_interval: 'seconds',
    }
    await subscribe(client, {
      metrics: [
        { code: 'level', ...weighted },
        { code: 'zero', ...SUM },
        { code: 'none', ...SUM },
      ],
      charges: ['level', 'zero', 'none'].map((metric) => ({
        metric,
        code: metric,
        properties: { amount: '1' },
      })),
    })
    const level = (transaction_id: string, n: number, at: string) =>
      send(client, { code: 'level', transaction_id, properties: { n }, timestamp: seconds(at) })
    await level('up', 2500, '2023-03-05T00:00:00Z')
    await send(client, { code: 'zero', transaction_id: 'zero', properties: { n: 0 } })
    await client.clock('2023-04-01T02:00:00Z')
    const fees = async (code: string) => (await ok(client, 'GET', `/fees?billable_metric_code=${code}`)).fees
    expect(await fees('level')).toMatchObject([
      { units: '2177.4193548387096774', amount_cents: 217_742, total_aggregated_units: '2500.0' },
    ])
    expect(await fees('zero')).toMatchObject([{ units: '0.0', amount_cents: 0, events_count: 1 }])
    expect(await fees('none')).toEqual([])
    await level('down', -2000, '2023-04-04T00:00:00Z')
    await level('more down', -200, '2023-04-06T00:00:00Z')
    const path = '/customers/c/current_usage?external_subscription_id=s&charge_code=level'
    const [shown] = (await ok(client, 'GET', path)).customer_usage.charges_usage
    expect(Number(shown.units).toFixed(5)).toBe('533.33333')
    expect(shown).toMatchObject({ amount_cents: 53_333, total_aggregated_units: '300.0', events_count: 2 })
    await client.clock('2023-05-01T02:00:00Z')
    const april = (await fees('level')).at(-1)
    expect(april).toMatchObject({ units: shown.units, amount_cents: 53_333, total_aggregated_units: '300.0' })
  })
})
