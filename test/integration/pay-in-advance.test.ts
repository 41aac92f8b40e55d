import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, send, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

type Row = {
  readonly name: string
  readonly metric: object
  readonly charge: object
  readonly events: readonly object[]
  /** Cents and, where given, units of each fee in order. */
  readonly fees: readonly (readonly [number, string?])[]
}

const SUM = { aggregation_type: 'sum_agg', field_name: 'n' }
const COUNT = { aggregation_type: 'count_agg' }
const UNIQUE = { aggregation_type: 'unique_count_agg', field_name: 'id' }
const sums = (...values: readonly (number | string)[]) => values.map((n) => ({ properties: { n } }))
const items = (...moves: readonly string[]) =>
  moves.map((move) => ({
    properties: {
      id: move.slice(1),
      operation_type: move.startsWith('-') ? 'remove' : 'add',
    },
  }))
const tier = (from: number, to: number | null, perUnit: string, flat: string) => ({
  from_value: from,
  to_value: to,
  per_unit_amount: perUnit,
  flat_amount: flat,
})
const percentages = {
  graduated_percentage_ranges: [
    { from_value: 0, to_value: 100, rate: '20', flat_amount: '10' },
    { from_value: 101, to_value: 200, rate: '30', flat_amount: '7' },
    { from_value: 201, to_value: null, rate: '40', flat_amount: '5' },
  ],
}

/** The cases of docs/rules/cases.md#charges-in-advance with one fee per event. */
const ROWS: readonly Row[] = [
  {
    name: 'case 47: count at a standard price',
    metric: COUNT,
    charge: { properties: { amount: '10' } },
    events: [{}, {}],
    fees: [
      [1000, '1.0'],
      [1000, '1.0'],
    ],
  },
  {
    name: 'case 48: three events of one instant over two tiers',
    metric: COUNT,
    charge: {
      charge_model: 'graduated',
      properties: { graduated_ranges: [tier(0, 2, '0', '0'), tier(3, null, '2', '0')] },
    },
    events: [{ timestamp: 1694304000 }, { timestamp: 1694304000 }, { timestamp: 1694304000 }],
    fees: [[0], [0], [200]],
  },
  {
    name: 'case 49: what comes back is free until the period ends',
    metric: UNIQUE,
    charge: { properties: { amount: '12' } },
    events: items('+id1', '-id1', '+id1', '+id2', '+id2', '+id3', '-id3'),
    fees: [
      [1200, '1.0'],
      [0, '0.0'],
      [0, '1.0'],
      [1200, '1.0'],
      [0, '0.0'],
      [1200, '1.0'],
      [0, '0.0'],
    ],
  },
  {
    name: 'case 50: a sum pays what rises above its maximum',
    metric: SUM,
    charge: { properties: { amount: '1' } },
    events: sums(10, -4, 8),
    fees: [
      [1000, '10.0'],
      [0, '0.0'],
      [400, '4.0'],
    ],
  },
  {
    name: 'case 51: packages',
    metric: SUM,
    charge: {
      charge_model: 'package',
      properties: { amount: '100', package_size: 2, free_units: 3 },
    },
    events: sums(3, 1, 2),
    fees: [[0], [10_000], [10_000]],
  },
  {
    name: 'case 52: the first flat amount is paid by the first event only',
    metric: SUM,
    charge: {
      charge_model: 'graduated',
      properties: { graduated_ranges: [tier(0, 5, '0.02', '0.01'), tier(6, null, '0.01', '0.01')] },
    },
    events: sums(3, 1, 2),
    fees: [[7], [2], [4]],
  },
  {
    name: 'case 53: a percentage with free events',
    metric: SUM,
    charge: {
      charge_model: 'percentage',
      properties: { rate: '5', fixed_amount: '1', free_units_per_events: 2 },
    },
    events: sums(8, 5, 3),
    fees: [[0], [0], [115]],
  },
  {
    name: 'case 54: a percentage with a free total',
    metric: SUM,
    charge: {
      charge_model: 'percentage',
      properties: { rate: '5', fixed_amount: '1', free_units_per_total_aggregation: '120' },
    },
    events: sums(100, 10, 20, 20),
    fees: [[0], [0], [150], [200]],
  },
  {
    name: 'case 55: a free total that the first event passes',
    metric: SUM,
    charge: {
      charge_model: 'percentage',
      properties: { rate: '5', fixed_amount: '1', free_units_per_total_aggregation: '3' },
    },
    events: sums(5, 1),
    fees: [[110], [105]],
  },
  {
    name: 'case 56: limits per transaction',
    metric: SUM,
    charge: {
      charge_model: 'percentage',
      properties: {
        rate: '1',
        fixed_amount: '0.5',
        per_transaction_min_amount: '1.75',
        per_transaction_max_amount: '2',
      },
    },
    events: sums(100, 1000, 10_000),
    fees: [[175], [200], [200]],
  },
  {
    name: 'case 57: a dynamic charge costs what the event says',
    metric: SUM,
    charge: { charge_model: 'dynamic', properties: {} },
    events: [
      { properties: { n: 5 }, precise_total_amount_cents: '1234.56' },
      { properties: { n: 1 }, precise_total_amount_cents: '2.1' },
    ],
    fees: [[1235], [2]],
  },
  {
    name: 'case 58: a free event of a counted percentage',
    metric: COUNT,
    charge: {
      charge_model: 'percentage',
      properties: { rate: '1', fixed_amount: '1', free_units_per_events: 1 },
    },
    events: [{}],
    fees: [[0]],
  },
  {
    name: 'case 59: graduated percentage',
    metric: SUM,
    charge: { charge_model: 'graduated_percentage', properties: percentages },
    events: sums(50, 100, 300),
    fees: [[2000], [3200], [12_000]],
  },
  {
    name: 'case 65: a seat that replaces a removed one',
    metric: UNIQUE,
    charge: { properties: { amount: '1' } },
    events: items('+seat1', '-seat1', '+seat2'),
    fees: [[100], [0], [0, '1.0']],
  },
]

describe('charges in advance', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())

  async function start(metric: object, charge: object): Promise<void> {
    client = await harness.organization()
    await client.clock('2023-09-01T00:00:00Z')
    await subscribe(client, {
      metrics: [{ code: 'm', ...metric }],
      charges: [{ metric: 'm', pay_in_advance: true, invoiceable: false, ...charge }],
    })
  }

  // biome-ignore lint/suspicious/noExplicitAny: answers are read freely in tests
  async function feesOf(transactionId: string): Promise<any[]> {
    return (await ok(client, 'GET', `/fees?event_transaction_id=${transactionId}`)).fees
  }

  for (const row of ROWS) {
    it(row.name, async () => {
      await start(row.metric, row.charge)
      for (const [index, event] of row.events.entries()) {
        await client.clock(`2023-09-10T00:0${index}:00Z`)
        await send(client, { code: 'm', transaction_id: `e${index}`, ...event })
      }
      await client.clock('2023-09-10T01:00:00Z')
      for (const [index, [cents, units]] of row.fees.entries()) {
        const [fee, ...others] = await feesOf(`e${index}`)
        expect(others).toEqual([])
        expect(fee).toMatchObject({
          amount_cents: cents,
          events_count: 1,
          pay_in_advance: true,
          payment_status: 'pending',
          lago_invoice_id: null,
          from_date: '2023-09-01T00:00:00Z',
          to_date: '2023-09-30T23:59:59Z',
          ...(units === undefined ? {} : { units }),
        })
      }
    })
  }

  it('case 60: the filter that an event matches prices it, the charge what matches none', async () => {
    await start(
      { ...SUM, filters: [{ key: 'region', values: ['europe'] }] },
      {
        properties: { amount: '10' },
        filters: [{ properties: { amount: '20' }, values: { region: ['europe'] } }],
      },
    )
    await send(client, { code: 'm', transaction_id: 'e0', properties: { n: 10, region: 'europe' } })
    await send(client, { code: 'm', transaction_id: 'e1', properties: { n: 10, region: 'asia' } })
    await client.clock('2023-09-01T01:00:00Z')
    expect((await feesOf('e0'))[0]).toMatchObject({
      amount_cents: 20_000,
      item: { filters: { region: ['europe'] }, filter_invoice_display_name: 'europe' },
    })
    expect((await feesOf('e1'))[0]).toMatchObject({ amount_cents: 10_000, lago_charge_filter_id: null })
  })

  it('case 62: a prorated item pays for the days that are left', async () => {
    await start({ ...UNIQUE, recurring: true }, { properties: { amount: '10' }, prorated: true })
    const moves = [
      ['2023-09-02T00:00:00Z', '+a', 967],
      ['2023-09-03T00:00:00Z', '+a', 0],
      ['2023-09-05T00:00:00Z', '+b', 867],
      ['2023-09-06T00:00:00Z', '-b', 0],
    ] as const
    for (const [index, [at, move]] of moves.entries()) {
      await client.clock(at)
      await send(client, { code: 'm', transaction_id: `e${index}`, ...items(move)[0] })
    }
    await client.clock('2023-09-07T00:00:00Z')
    const fees = await Promise.all(moves.map((_, index) => feesOf(`e${index}`)))
    expect(fees.map(([fee]) => fee.amount_cents)).toEqual(moves.map(([, , cents]) => cents))
  })

  it('case 61: a prorated sum is estimated for the days that are left, after what is stored', async () => {
    await start({ ...SUM, recurring: true }, { properties: { amount: '10' }, prorated: true })
    const estimate = async () =>
      (
        await ok(client, 'POST', '/events/estimate_fees', {
          event: { code: 'm', external_subscription_id: 's', properties: { n: 4 } },
        })
      ).fees[0]
    await client.clock('2023-09-02T00:00:00Z')
    expect(await estimate()).toMatchObject({ amount_cents: 3867, units: '4.0', lago_id: null })
    await client.clock('2023-09-03T00:00:00Z')
    await send(client, { code: 'm', transaction_id: 'e0', properties: { n: 4 } })
    await client.clock('2023-09-04T00:00:00Z')
    expect(await estimate()).toMatchObject({ amount_cents: 3600, units: '4.0' })
    expect((await ok(client, 'GET', '/fees')).fees).toHaveLength(1)
  })

  it('an invoiceable charge makes an invoice for each event, with taxes, and announces both', async () => {
    client = await harness.organization()
    await client.clock('2023-09-01T00:00:00Z')
    await ok(client, 'POST', '/taxes', {
      tax: { name: 'VAT', code: 'vat', rate: '20', applied_to_organization: true },
    })
    await subscribe(client, {
      metrics: [{ code: 'm', ...SUM }],
      charges: [{ metric: 'm', pay_in_advance: true, invoiceable: true, properties: { amount: '1' } }],
    })
    await ok(client, 'POST', '/webhook_endpoints', {
      webhook_endpoint: { webhook_url: 'http://127.0.0.1:9/hook' },
    })
    await send(client, { code: 'm', transaction_id: 'e0', properties: { n: 5 } })
    await send(client, { code: 'm', transaction_id: 'e1', properties: { n: 0 } })
    await client.clock('2023-09-01T01:00:00Z')
    const { invoices } = await ok(client, 'GET', '/invoices?external_customer_id=c')
    expect(
      invoices.map((invoice: { total_amount_cents: number }) => invoice.total_amount_cents).sort(),
    ).toEqual([0, 600])
    const [fee] = await feesOf('e0')
    expect(fee).toMatchObject({ amount_cents: 500, taxes_amount_cents: 100, taxes_rate: 20 })
    expect(fee.applied_taxes).toMatchObject([
      { tax_code: 'vat', amount_cents: 100, lago_fee_id: fee.lago_id },
    ])
    const { webhooks } = await ok(
      client,
      'GET',
      `/webhook_endpoints/${(await ok(client, 'GET', '/webhook_endpoints')).webhook_endpoints[0].lago_id}/webhooks`,
    )
    const types = webhooks.map((each: { webhook_type: string }) => each.webhook_type)
    expect(types.filter((type: string) => type === 'fee.created')).toHaveLength(2)
    expect(types.filter((type: string) => type === 'invoice.created')).toHaveLength(2)
  })

  it('a late event of a count does not pay the first flat amount again', async () => {
    await start(COUNT, {
      charge_model: 'graduated',
      properties: { graduated_ranges: [tier(0, 5, '1', '10'), tier(6, null, '0.5', '3')] },
    })
    const times = [
      '2023-09-10T00:00:00Z',
      '2023-09-05T00:00:00Z',
      '2023-09-20T00:00:00Z',
      '2023-09-02T00:00:00Z',
    ]
    for (const [index, at] of times.entries()) {
      await client.clock(`2023-09-21T00:0${index}:00Z`)
      await send(client, { code: 'm', transaction_id: `e${index}`, timestamp: Date.parse(at) / 1000 })
    }
    await client.clock('2023-09-21T01:00:00Z')
    const fees = await Promise.all(times.map((_, index) => feesOf(`e${index}`)))
    expect(fees.map(([fee]) => fee.amount_cents)).toEqual([1100, 100, 100, 100])
    const { customer_usage: usage } = await ok(
      client,
      'GET',
      '/customers/c/current_usage?external_subscription_id=s',
    )
    expect(usage).toMatchObject({ amount_cents: 1400, charges_usage: [{ units: '4.0', events_count: 4 }] })
  })

  it('events without a wallet form their own group, in fees and in current usage', async () => {
    await start(SUM, {
      charge_model: 'graduated',
      accepts_target_wallet: true,
      properties: { graduated_ranges: [tier(0, 10, '1', '5'), tier(11, null, '2', '3')] },
    })
    const sent = [{ n: 8, target_wallet_code: 'a' }, { n: 1 }, { n: 3 }, { n: -2 }, { n: 1 }]
    for (const [index, properties] of sent.entries()) {
      await client.clock(`2023-09-10T00:0${index}:00Z`)
      await send(client, { code: 'm', transaction_id: `e${index}`, properties })
    }
    await client.clock('2023-09-10T01:00:00Z')
    const fees = await Promise.all(sent.map((_, index) => feesOf(`e${index}`)))
    expect(fees.map(([fee]) => [fee.amount_cents, fee.item.grouped_by])).toEqual([
      [1300, { target_wallet_code: 'a' }],
      [600, {}],
      [300, {}],
      [0, {}],
      [0, {}],
    ])
    const { customer_usage: usage } = await ok(
      client,
      'GET',
      '/customers/c/current_usage?external_subscription_id=s',
    )
    expect(usage).toMatchObject({
      amount_cents: 2200,
      charges_usage: [{ grouped_usage: [{ amount_cents: 1300 }, { amount_cents: 900, units: '3.0' }] }],
    })
  })

  it('usage read without its groups shows what was charged in each', async () => {
    await start(SUM, { properties: { amount: '1', pricing_group_keys: ['w', 'u'] } })
    const sent = [
      { n: 8, w: 'A', u: '1' },
      { n: -3, w: 'A', u: '1' },
      { n: 5, w: 'A', u: '2' },
      { n: 7, w: 'B', u: '2' },
      { n: -7, w: 'B', u: '2' },
    ]
    for (const [index, properties] of sent.entries()) {
      await client.clock(`2023-09-10T00:0${index}:00Z`)
      await send(client, { code: 'm', transaction_id: `e${index}`, properties })
    }
    await client.clock('2023-09-10T01:00:00Z')
    const amounts = async (query: string) => {
      const answer = await ok(client, 'GET', `/customers/c/current_usage?external_subscription_id=s${query}`)
      const [{ amount_cents, units, grouped_usage }] = answer.customer_usage.charges_usage
      return [amount_cents, units, grouped_usage.map((group: { amount_cents: number }) => group.amount_cents)]
    }
    expect(await amounts('')).toEqual([2000, '10.0', [800, 500, 700]])
    expect(await amounts('&skip_grouping=true')).toEqual([2000, '10.0', []])
    expect(await amounts('&group[w]=A')).toEqual([1300, '10.0', [800, 500]])
    expect(await amounts('&group[w]=B&group[u]=2')).toEqual([700, '0.0', []])
  })

  it('an event that arrives after its subscription ended is billed for the days up to the end', async () => {
    await start({ ...SUM, recurring: true }, { properties: { amount: '30' }, prorated: true })
    await client.clock('2023-09-15T10:00:00Z')
    await ok(client, 'DELETE', '/subscriptions/s')
    await client.clock('2023-09-16T00:00:00Z')
    const late = { timestamp: Date.parse('2023-09-12T08:00:00Z') / 1000, properties: { n: 1 } }
    await send(client, { code: 'm', transaction_id: 'e0', ...late })
    await client.clock('2023-09-16T01:00:00Z')
    const [fee] = await feesOf('e0')
    expect(fee).toMatchObject({
      amount_cents: 400,
      units: '1.0',
      from_date: '2023-09-01T00:00:00Z',
      to_date: '2023-09-15T10:00:00Z',
    })
  })

  it('full usage shows what was charged in all periods', async () => {
    await start(SUM, { properties: { amount: '1' } })
    const sent = [
      ['2023-09-10T00:00:00Z', 8],
      ['2023-09-11T00:00:00Z', -3],
      ['2023-10-10T00:00:00Z', 7],
      ['2023-10-11T00:00:00Z', -7],
    ] as const
    for (const [index, [at, n]] of sent.entries()) {
      await client.clock(at)
      await send(client, { code: 'm', transaction_id: `e${index}`, properties: { n } })
    }
    await client.clock('2023-10-12T00:00:00Z')
    const amounts = async (query: string) => {
      const path = `/customers/c/current_usage?external_subscription_id=s&charge_code=m_charge${query}`
      const { charges_usage } = (await ok(client, 'GET', path)).customer_usage
      return [charges_usage[0].amount_cents, charges_usage[0].units]
    }
    expect(await amounts('')).toEqual([700, '0.0'])
    expect(await amounts('&full_usage=true')).toEqual([1500, '5.0'])
  })

  it('prices an event once, however often it runs', async () => {
    await start(SUM, { properties: { amount: '1' } })
    await send(client, { code: 'm', transaction_id: 'e0', properties: { n: 5 } })
    await client.clock('2023-09-01T01:00:00Z')
    await harness.context.database.writeAs(client.organizationId, async (tx) => {
      const { id, subscriptionId } = await tx
        .selectFrom('fees')
        .select(['eventId as id', 'subscriptionId'])
        .executeTakeFirstOrThrow()
      const event = await tx.selectFrom('events').select('timestamp').executeTakeFirstOrThrow()
      await tx
        .insertInto('advanceEvents')
        .values({
          organizationId: client.organizationId,
          eventId: id ?? '',
          subscriptionId: subscriptionId ?? '',
          timestamp: new Date(event.timestamp).toISOString() as never,
        })
        .execute()
    })
    await send(client, { code: 'm', transaction_id: 'e1', properties: { n: 7 } })
    await client.clock('2023-09-01T02:00:00Z')
    expect((await feesOf('e0')).map((fee) => fee.amount_cents)).toEqual([500])
    expect((await feesOf('e1')).map((fee) => fee.amount_cents)).toEqual([700])
  })

  it('groups are priced separately, and each event shows its own presentation', async () => {
    await start(SUM, {
      charge_model: 'package',
      properties: {
        amount: '1',
        package_size: 10,
        free_units: 10,
        pricing_group_keys: ['region'],
        presentation_group_keys: [
          { value: 'team', options: { display_in_invoice: true } },
          { value: 'user' },
        ],
      },
    })
    const properties = (region: string | null, n: number) => ({ region, n, team: 't', user: 'u' })
    await send(client, { code: 'm', transaction_id: 'e0', properties: properties('eu', 15) })
    await send(client, { code: 'm', transaction_id: 'e1', properties: properties('us', 5) })
    await send(client, { code: 'm', transaction_id: 'e2', properties: properties(null, 11) })
    await send(client, { code: 'm', transaction_id: 'e3', properties: properties('us', 6) })
    await client.clock('2023-09-01T02:00:00Z')
    const fees = await Promise.all(['e0', 'e1', 'e2', 'e3'].map(async (id) => (await feesOf(id))[0]))
    expect(fees.map((fee) => [fee.amount_cents, fee.item.grouped_by])).toEqual([
      [100, { region: 'eu' }],
      [0, { region: 'us' }],
      [100, { region: null }],
      [100, { region: 'us' }],
    ])
    expect(fees[0].presentation_breakdowns).toEqual([{ presentation_by: { team: 't' }, units: '15.0' }])
  })

  it('current usage shows what has been charged however it is narrowed, split or stretched', async () => {
    const groups = {
      properties: { amount: '1', pricing_group_keys: ['w', 'u'] },
      accepts_target_wallet: true,
    }
    await start(SUM, groups)
    let sent = 0
    const use = async (w: string, u: string, n: number) => {
      sent += 1
      await send(client, { code: 'm', transaction_id: `e${sent}`, properties: { w, u, n } })
    }
    const amountOf = async (query: string) =>
      (await ok(client, 'GET', `/customers/c/current_usage?external_subscription_id=s${query}`))
        .customer_usage.amount_cents
    for (const [w, u, n] of [
      ['A', '1', 10],
      ['A', '1', -4],
      ['A', '2', 5],
      ['B', '1', 7],
      ['B', '1', -7],
    ] as const) {
      await use(w, u, n)
    }
    await client.clock('2023-09-01T02:00:00Z')
    expect(await amountOf('')).toBe(2200)
    expect(await amountOf('&group[w]=A')).toBe(1500)
    expect(await amountOf('&group[w]=B')).toBe(700)
    expect(await amountOf('&skip_grouping=true')).toBe(2200)
    await client.clock('2023-10-05T00:00:00Z')
    await use('A', '1', 3)
    await use('A', '1', -2)
    await client.clock('2023-10-05T01:00:00Z')
    expect(await amountOf('')).toBe(300)
    expect(await amountOf('&full_usage=true&billable_metric_code=m')).toBe(2500)
  })

  it('case 64: current usage shows what has been charged', async () => {
    await start({ ...UNIQUE, recurring: true }, { properties: { amount: '1' }, prorated: true })
    await client.clock('2023-09-24T00:00:00Z')
    await send(client, { code: 'm', transaction_id: 'e0', ...items('+a')[0] })
    const usage = async () => {
      const { customer_usage } = await ok(
        client,
        'GET',
        '/customers/c/current_usage?external_subscription_id=s',
      )
      return [customer_usage.amount_cents, customer_usage.charges_usage[0].units]
    }
    await client.clock('2023-09-24T01:00:00Z')
    expect(await usage()).toEqual([23, '1.0'])
    await send(client, { code: 'm', transaction_id: 'e1', ...items('-a')[0] })
    await client.clock('2023-09-24T02:00:00Z')
    expect(await usage()).toEqual([23, '0.0'])
    await send(client, { code: 'm', transaction_id: 'e2', ...items('-a')[0] })
    await client.clock('2023-09-24T03:00:00Z')
    expect(await usage()).toEqual([23, '0.0'])
  })

  it('paid fees go on an invoice of their currency, their billing entity and their order number', async () => {
    const charge = { regroup_paid_fees: 'invoice', properties: { amount: '0.33' } }
    await start({ aggregation_type: 'count_agg' }, charge)
    await ok(client, 'POST', '/taxes', {
      tax: { name: 'T', code: 't', rate: 7.7, applied_to_organization: true },
    })
    await ok(client, 'POST', '/billing_entities', { billing_entity: { name: 'Two', code: 'two' } })
    const metric = (await ok(client, 'GET', '/billable_metrics/m')).billable_metric
    const advance = { charge_model: 'standard', pay_in_advance: true, invoiceable: false, ...charge }
    const inDollars = [{ ...advance, billable_metric_id: metric.lago_id }]
    const plan = { name: 'D', code: 'd', interval: 'monthly', amount_cents: 0, amount_currency: 'USD' }
    await ok(client, 'POST', '/plans', { plan: { ...plan, charges: inDollars } })
    for (const [external_id, plan_code, other] of [
      ['dollars', 'd', {}],
      ['moved', 'p', {}],
      ['issued', 'p', { billing_entity_code: 'two' }],
      ['ordered', 'p', { purchase_order_number: 'PO 1' }],
    ] as const) {
      const subscription = { external_customer_id: 'c', external_id, plan_code, ...other }
      await ok(client, 'POST', '/subscriptions', { subscription })
    }
    for (const external_subscription_id of ['s', 'dollars', 'moved', 'issued', 'ordered']) {
      await send(client, {
        code: 'm',
        transaction_id: `1-${external_subscription_id}`,
        external_subscription_id,
      })
      await send(client, {
        code: 'm',
        transaction_id: `2-${external_subscription_id}`,
        external_subscription_id,
      })
    }
    await client.clock('2023-09-10T00:00:00Z')
    for (const fee of (await ok(client, 'GET', '/fees')).fees) {
      await ok(client, 'PUT', `/fees/${fee.lago_id}`, { fee: { payment_status: 'succeeded' } })
    }
    const subscription = { plan_overrides: { amount_currency: 'USD' } }
    await ok(client, 'PUT', '/subscriptions/moved', { subscription })
    await client.clock('2023-10-01T00:10:00Z')
    const { invoices } = await ok(client, 'GET', '/invoices?invoice_type=advance_charges')
    const own = (await ok(client, 'GET', '/billing_entities')).billing_entities.find(
      (entity: { is_default: boolean }) => entity.is_default,
    ).code
    const told = invoices.map((invoice: Record<string, unknown>) =>
      [
        invoice.currency,
        invoice.billing_entity_code === own ? 'own' : invoice.billing_entity_code,
        invoice.purchase_order_number,
        invoice.fees_amount_cents,
        invoice.taxes_amount_cents,
        invoice.total_paid_amount_cents,
      ].join(' '),
    )
    expect(told.sort()).toEqual([
      'EUR own  132 12 144',
      'EUR own PO 1 66 6 72',
      'EUR two  66 6 72',
      'USD own  66 6 72',
    ])
  })
})
