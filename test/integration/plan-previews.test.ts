import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

let harness: Harness

beforeAll(async () => {
  harness = await startHarness()
})

afterAll(async () => {
  await harness?.close()
})

// biome-ignore lint/suspicious/noExplicitAny: answers are read freely in tests
type Shown = any

type Draft = { readonly metric: string; readonly units: string; readonly events?: number } & Record<
  string,
  unknown
>

const OWN = '/api/weir/v1'
const tiers = (rows: readonly (readonly [number, number | null, string, string])[], price: string) =>
  rows.map(([from_value, to_value, each, flat_amount]) => ({
    from_value,
    to_value,
    [price]: each,
    flat_amount,
  }))

/** The eight worked examples of docs/rules/plans.md#previews, each with what it must come to in cents. */
const EXAMPLES: readonly (Draft & { readonly cents: number })[] = [
  { metric: 'sum', units: '12.5', charge_model: 'standard', properties: { amount: '0.30' }, cents: 375 },
  {
    metric: 'sum',
    units: '150',
    charge_model: 'graduated',
    properties: {
      graduated_ranges: tiers(
        [
          [0, 100, '1.00', '10'],
          [101, null, '0.50', '0'],
        ],
        'per_unit_amount',
      ),
    },
    cents: 13_500,
  },
  {
    metric: 'sum',
    units: '260',
    charge_model: 'package',
    properties: { amount: '5.00', package_size: 100, free_units: 50 },
    cents: 1500,
  },
  {
    metric: 'sum',
    units: '1000',
    events: 3,
    charge_model: 'percentage',
    properties: { rate: '2.9', fixed_amount: '0.30' },
    cents: 2990,
  },
  {
    metric: 'sum',
    units: '150',
    charge_model: 'volume',
    properties: {
      volume_ranges: tiers(
        [
          [0, 100, '1.00', '0'],
          [101, null, '0.80', '5'],
        ],
        'per_unit_amount',
      ),
    },
    cents: 12_500,
  },
  {
    metric: 'sum',
    units: '2500',
    charge_model: 'graduated_percentage',
    properties: {
      graduated_percentage_ranges: tiers(
        [
          [0, 1000, '5', '0'],
          [1001, null, '3', '10'],
        ],
        'rate',
      ),
    },
    cents: 10_500,
  },
]

async function catalogue(): Promise<{ client: Client; metricIds: Record<string, string> }> {
  const client = await harness.organization()
  await client.clock('2024-01-01T00:00:00Z')
  const metricIds: Record<string, string> = {}
  for (const [code, aggregation_type] of [
    ['sum', 'sum_agg'],
    ['count', 'count_agg'],
    ['max', 'max_agg'],
    ['users', 'unique_count_agg'],
    ['held', 'weighted_sum_agg'],
  ] as const) {
    const metric = {
      ...{ name: code, code, aggregation_type },
      ...(code === 'count' ? {} : { field_name: 'n' }),
      ...(code === 'held' ? { weighted_interval: 'seconds', recurring: true } : {}),
    }
    const { billable_metric } = await ok(client, 'POST', '/billable_metrics', { billable_metric: metric })
    metricIds[code] = billable_metric.lago_id
  }
  await ok(client, 'POST', '/taxes', {
    tax: { name: 'VAT', code: 'vat', rate: 19, applied_to_organization: true },
  })
  await ok(client, 'POST', '/taxes', { tax: { name: 'Levy', code: 'levy', rate: 2.5 } })
  return { client, metricIds }
}

const planOf = (metricIds: Record<string, string>, drafts: readonly Draft[], more: object = {}) => ({
  name: 'Mixed',
  code: 'mixed',
  interval: 'monthly',
  amount_cents: 4900,
  amount_currency: 'EUR',
  ...more,
  charges: drafts.map(({ metric, units: _units, events: _events, ...charge }) => ({
    ...charge,
    billable_metric_id: metricIds[metric],
  })),
})

const usageOf = (drafts: readonly Draft[]) =>
  drafts.map(({ units, events = 1 }, charge) => ({ charge, units, events_count: events }))

const preview = async (client: Client, body: object): Promise<Shown> =>
  (await ok(client, 'POST', `${OWN}/plan_previews`, body)).plan_preview

describe('POST /plan_previews', () => {
  it.each(EXAMPLES)('prices the worked example of $charge_model', async (example) => {
    const { client, metricIds } = await catalogue()
    const { cents, ...draft } = example
    const shown = await preview(client, { plan: planOf(metricIds, [draft]), usage: usageOf([draft]) })
    const [base, line] = shown.lines
    expect([base.type, base.amount_cents]).toEqual(['subscription', 4900])
    expect(line.amount_cents).toBe(cents)
    expect(shown.sub_total_excluding_taxes_amount_cents).toBe(4900 + cents)
    expect(shown.applied_taxes).toMatchObject([{ tax_code: 'vat' }])
  })

  it('is the invoice that the plan then makes, line by line', async () => {
    for (const more of [
      { pay_in_advance: false, minimum_commitment: { amount_cents: 60_000 } },
      { pay_in_advance: true, minimum_commitment: { amount_cents: 90_001, tax_codes: ['levy'] } },
      { pay_in_advance: true, tax_codes: ['levy'] },
    ]) {
      const { client, metricIds } = await catalogue()
      const drafts: Draft[] = EXAMPLES.map(({ cents: _cents, ...draft }, n) => ({
        ...draft,
        metric: 'sum',
        min_amount_cents: n === 0 ? 777 : 0,
        units: '333.333',
        events: 1,
      }))
      const plan = planOf(metricIds, drafts, more)
      const shown = await preview(client, { plan, usage: usageOf(drafts) })
      await ok(client, 'POST', '/plans', { plan })
      await ok(client, 'POST', '/customers', { customer: { external_id: 'c', currency: 'EUR' } })
      await ok(client, 'POST', '/subscriptions', {
        subscription: { external_customer_id: 'c', external_id: 's', plan_code: 'mixed' },
      })
      await client.clock('2024-02-01T01:00:00Z')
      const event = {
        transaction_id: 't',
        external_subscription_id: 's',
        code: 'sum',
        timestamp: Date.UTC(2024, 1, 10) / 1000,
        properties: { n: '333.333' },
      }
      await client.clock('2024-02-10T01:00:00Z')
      await ok(client, 'POST', '/events', { event })
      await client.clock('2024-03-01T01:00:00Z')
      const { invoices } = await ok(client, 'GET', '/invoices?per_page=10')
      const newest = invoices.sort((a: Shown, b: Shown) => b.sequential_id - a.sequential_id)[0]
      const { invoice } = await ok(client, 'GET', `/invoices/${newest.lago_id}`)
      const figures = (list: Shown[], typeOf: (each: Shown) => string) =>
        list.map((each) => [typeOf(each), Number(each.units), each.amount_cents]).sort()
      expect(figures(shown.lines, (line) => line.type)).toEqual(figures(invoice.fees, (fee) => fee.item.type))
      expect(shown.taxes_amount_cents).toBe(invoice.taxes_amount_cents)
      expect(shown.total_amount_cents).toBe(invoice.total_amount_cents)
    }
  })

  it('prices the usage of a filter at the filter’s price, and the rest at the charge’s', async () => {
    const { client } = await catalogue()
    const { billable_metric } = await ok(client, 'POST', '/billable_metrics', {
      billable_metric: {
        name: 'Calls',
        code: 'calls',
        aggregation_type: 'sum_agg',
        field_name: 'n',
        filters: [{ key: 'region', values: ['eu', 'us'] }],
      },
    })
    const filters = [{ values: { region: ['eu'] }, properties: { amount: '3' } }]
    const charge = { billable_metric_id: billable_metric.lago_id, charge_model: 'standard', filters }
    const shown = await preview(client, {
      plan: {
        interval: 'monthly',
        amount_currency: 'EUR',
        charges: [{ ...charge, properties: { amount: '1' } }],
      },
      usage: [
        { charge: 0, filter: 0, units: 2 },
        { charge: 0, filter: null, units: 5 },
      ],
    })
    const lines = shown.lines.filter((line: Shown) => line.type === 'charge')
    expect(lines.map((line: Shown) => [line.filter, line.filter_name, line.amount_cents])).toEqual([
      [0, 'eu', 600],
      [null, null, 500],
    ])
  })

  it('draws the curve on both sides of every bound', async () => {
    const { client, metricIds } = await catalogue()
    const draft = EXAMPLES[1] as Draft
    const shown = await preview(client, {
      plan: planOf(metricIds, [draft]),
      usage: usageOf([draft]),
      with_curves: true,
    })
    const at = new Map(shown.curves[0].map((point: Shown) => [point.units, point.amount]))
    expect([at.get('100.0'), at.get('101.0')]).toEqual(['110.0', '110.5'])
    const amounts = shown.curves[0].map((point: Shown) => Number(point.amount))
    expect(amounts).toEqual([...amounts].sort((a, b) => a - b))
  })

  it.each([
    { charge_model: 'standard', properties: { amount: '0.30' }, cents: 45_000 },
    { charge_model: 'percentage', properties: { rate: '0.4' }, cents: 600 },
    {
      charge_model: 'graduated_percentage',
      properties: {
        graduated_percentage_ranges: tiers(
          [
            [0, 1000, '0.2', '0'],
            [1001, null, '0.1', '5'],
          ],
          'rate',
        ),
      },
      cents: 750,
    },
  ])('draws $charge_model of a weighted sum by the units of a whole period', async ({ cents, ...charge }) => {
    const { client, metricIds } = await catalogue()
    // In the middle of a second, as the clock of a real organization is.
    await client.clock('2024-01-15T10:20:30.400Z')
    const draft: Draft = { metric: 'held', units: '1500', ...charge }
    const shown = await preview(client, {
      plan: planOf(metricIds, [draft]),
      usage: usageOf([draft]),
      with_curves: true,
    })
    expect(shown.lines[1].amount_cents).toBe(cents)
    const at = new Map<string, string>(
      shown.curves[0].map((point: Shown) => [point.units, point.amount] as const),
    )
    expect([Number(at.get('0.0')), Number(at.get('1500.0'))]).toEqual([0, cents / 100])
    expect(Number(at.get('3000.0'))).toBeGreaterThan(cents / 100)
  })

  it('answers 422 with the place of the charge, and stores nothing', async () => {
    const { client, metricIds } = await catalogue()
    const wrong = { metric: 'sum', units: '1', charge_model: 'standard', properties: { amount: 'x' } }
    const body = { plan: planOf(metricIds, [wrong]), usage: [{ charge: 0, units: '-1' }] }
    const usage = await client.call('POST', `${OWN}/plan_previews`, body)
    expect([usage.status, usage.body.error_details]).toEqual([
      422,
      { 'usage.units': ['value_is_out_of_range'] },
    ])
    const charge = await client.call('POST', `${OWN}/plan_previews`, { ...body, usage: [] })
    expect([charge.status, charge.body.error_details]).toEqual([
      422,
      { 'charges.0.properties': ['invalid_amount'] },
    ])
    expect((await ok(client, 'GET', '/plans')).plans).toEqual([])
  })

  it('answers 404 for unknown metrics and taxes', async () => {
    const { client, metricIds } = await catalogue()
    const draft = EXAMPLES[0] as Draft
    const plan = planOf(metricIds, [draft])
    const unknown = { ...plan, charges: [{ ...plan.charges[0], billable_metric_id: crypto.randomUUID() }] }
    const metric = await client.call('POST', `${OWN}/plan_previews`, { plan: unknown })
    expect([metric.status, metric.body.code]).toEqual([404, 'billable_metrics_not_found'])
    const taxed = { plan: { ...plan, tax_codes: ['none'] } }
    const tax = await client.call('POST', `${OWN}/plan_previews`, taxed)
    expect([tax.status, tax.body.code]).toEqual([404, 'tax_not_found'])
  })
})

describe('POST /metric_previews', () => {
  const units = async (client: Client, billable_metric: object, list: readonly object[]): Promise<Shown> => {
    const events = list.map((properties) => ({ properties }))
    return (await ok(client, 'POST', `${OWN}/metric_previews`, { billable_metric, events })).metric_preview
  }

  it.each([
    ['count_agg', ['1.0', '2.0', '3.0', '4.0', '5.0']],
    ['sum_agg', ['2.0', '7.0', '9.0', '10.5', '10.5']],
    ['max_agg', ['2.0', '5.0', '5.0', '5.0', '5.0']],
    ['latest_agg', ['2.0', '5.0', '2.0', '1.5', '1.5']],
    ['unique_count_agg', ['1.0', '2.0', '2.0', '3.0', '4.0']],
  ])('gives the units after each event of %s', async (aggregation_type, expected) => {
    const { client } = await catalogue()
    const list = [{ n: 2 }, { n: 5 }, { n: 2 }, { n: '1.5' }, { n: 'none' }]
    const shown = await units(client, { aggregation_type, field_name: 'n' }, list)
    expect(shown.events.map((event: Shown) => event.units)).toEqual(expected)
    expect(shown.units).toBe(expected.at(-1))
  })

  it('weighs by the days that are left, and refuses a day outside of the period', async () => {
    const { client } = await catalogue()
    const preview = (...days: unknown[]) =>
      client.call('POST', `${OWN}/metric_previews`, {
        billable_metric: { aggregation_type: 'weighted_sum_agg', field_name: 'n' },
        events: days.map((day, n) => ({ properties: { n: n === 0 ? 10 : -4 }, day })),
      })
    // 10 for 30 of 30 days, and 4 less for the last 15 of them.
    const { body } = await preview(0, 15)
    expect(body.metric_preview.events.map((event: Shown) => event.units)).toEqual(['10.0', '8.0'])
    for (const [day, code] of [
      [30, 'value_is_out_of_range'],
      [-1, 'value_is_out_of_range'],
      ['x', 'value_is_invalid'],
    ]) {
      const { status, body: refusal } = await preview(0, day)
      expect([status, refusal.error_details]).toEqual([422, { 'events.1.day': [code] }])
    }
  })

  it('computes expressions, rounds, and names filters', async () => {
    const { client } = await catalogue()
    const metric = {
      aggregation_type: 'sum_agg',
      field_name: 'total',
      expression: 'event.properties.a * event.properties.b',
      rounding_function: 'ceil',
      filters: [{ key: 'region', values: ['eu'] }],
    }
    const shown = await units(client, metric, [{ a: 2, b: '1.25', region: 'eu' }])
    expect(shown).toEqual({
      units: '3.0',
      events: [{ units: '3.0', counts: true, value: '2.5', filters: ['region: eu'] }],
    })
  })

  it('answers 422 for what is no metric', async () => {
    const { client } = await catalogue()
    const body = { billable_metric: { aggregation_type: 'mean', expression: '1 +' } }
    const answer = await client.call('POST', `${OWN}/metric_previews`, body)
    expect([answer.status, answer.body.error_details]).toEqual([
      422,
      { aggregation_type: ['value_is_invalid', 'value_is_mandatory'], expression: ['invalid_expression'] },
    ])
  })
})
