import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findBreaches, INVARIANTS } from '../../src/store/invariants.ts'
import { ok, send, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

const HUGE = '100000000000000000000'
const SUM = { code: 'sum', aggregation_type: 'sum_agg', field_name: 'n' }
const COUNT = { code: 'count', aggregation_type: 'count_agg' }

describe('values beyond what money can hold', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())

  async function january(charges: Parameters<typeof subscribe>[1]['charges'], plan: object = {}) {
    client = await harness.organization()
    await client.clock('2024-01-01T00:00:00Z')
    await subscribe(client, { metrics: [SUM, COUNT], charges, plan })
    await client.clock('2024-01-10T00:00:00Z')
  }
  const use = (n: unknown) =>
    send(client, { code: 'sum', transaction_id: crypto.randomUUID(), properties: { n } })
  const count = () => send(client, { code: 'count', transaction_id: crypto.randomUUID() })
  const invoices = async () => {
    const { invoices: rows } = await ok(client, 'GET', '/invoices')
    return Promise.all(
      rows.map(
        async (row: { lago_id: string }) => (await ok(client, 'GET', `/invoices/${row.lago_id}`)).invoice,
      ),
    )
  }

  it('bills a flat amount for a trace of a unit', async () => {
    const graduated_ranges = [{ from_value: 0, to_value: null, per_unit_amount: '0', flat_amount: '10' }]
    await january([{ metric: 'sum', charge_model: 'graduated', properties: { graduated_ranges } }])
    await use('0.0000000000000000555')
    await client.clock('2024-02-01T00:00:00Z')
    const [invoice] = await invoices()
    expect(invoice.total_amount_cents).toBe(1000)
    const fee = invoice.fees.find((each: { item: { type: string } }) => each.item.type === 'charge')
    expect(fee).toMatchObject({ units: '0.0000000000000000555', amount_cents: 1000 })
    expect(fee.precise_unit_amount).toMatch(/^180180180180180180\.18018/)
    expect(invoice.error_details).toEqual([])
  })

  it('bills a package for a trace of a unit', async () => {
    const properties = { amount: '1', package_size: 10, free_units: 0 }
    await january([{ metric: 'sum', charge_model: 'package', properties }])
    await use('0.0000000000000001')
    await client.clock('2024-02-01T00:00:00Z')
    expect((await invoices())[0].total_amount_cents).toBe(100)
  })

  it('names a fee that no invoice can hold, and bills the rest', async () => {
    await january(
      [
        { metric: 'sum', properties: { amount: '1' } },
        { metric: 'count', properties: { amount: '2' } },
      ],
      { amount_cents: 500, minimum_commitment: { amount_cents: 100_000 } },
    )
    await use(HUGE)
    await count()
    const { customer_usage: usage } = await ok(
      client,
      'GET',
      '/customers/c/current_usage?external_subscription_id=s',
    )
    expect(usage.charges_usage.find((row: { units: string }) => row.units === `${HUGE}.0`)).toBeDefined()
    await client.clock('2024-02-01T00:00:00Z')
    const [invoice] = await invoices()
    // The usage meets the commitment, although it is not billed.
    expect(invoice.fees.map((fee: { amount_cents: number }) => fee.amount_cents).sort()).toEqual([200, 500])
    expect(invoice.total_amount_cents).toBe(700)
    expect(invoice.error_details).toEqual([
      {
        lago_id: expect.any(String),
        error_code: 'fee_amount_out_of_range',
        details: {
          fee_type: 'charge',
          lago_subscription_id: expect.any(String),
          lago_charge_id: expect.any(String),
          grouped_by: '{}',
          units: `${HUGE}.0`,
          amount_cents: `${HUGE}00`,
        },
      },
    ])
    const doctor = INVARIANTS.find((each) => each.code === 'unbilled_fees')
    if (!doctor) throw new Error('the doctor does not look')
    const { breaches } = await findBreaches(harness.context.database, doctor, 10)
    expect(breaches.map((each) => each.organizationId)).toEqual([client.organizationId])
    await count()
    await client.clock('2024-03-01T00:00:00Z')
    // Without such a value the commitment is owed.
    expect((await invoices()).map((each) => each.total_amount_cents)).toEqual([100_000, 700])
  })

  it('drops the fee when the draft is rebuilt without it', async () => {
    await january([{ metric: 'sum', properties: { amount: '1' } }])
    await ok(client, 'POST', '/customers', {
      customer: { external_id: 'c', billing_configuration: { invoice_grace_period: 5 } },
    })
    await use(HUGE)
    await client.clock('2024-02-01T00:00:00Z')
    const [draft] = await invoices()
    expect(draft).toMatchObject({ status: 'draft', total_amount_cents: 0 })
    expect(draft.error_details).toHaveLength(1)
    await send(client, {
      code: 'sum',
      transaction_id: 'back',
      timestamp: Date.parse('2024-01-20T00:00:00Z') / 1000,
      properties: { n: '-99999999999999999990' },
    })
    await client.clock('2024-02-06T00:00:00Z')
    const [final] = await invoices()
    expect(final).toMatchObject({ status: 'finalized', total_amount_cents: 1000, error_details: [] })
  })

  it('keeps an invoice of zero that lacks a fee', async () => {
    await january([{ metric: 'sum', properties: { amount: '1' } }])
    await ok(client, 'POST', '/customers', {
      customer: { external_id: 'c', finalize_zero_amount_invoice: 'skip' },
    })
    await client.clock('2024-02-01T00:00:00Z')
    expect(await invoices()).toEqual([])
    await use(HUGE)
    await client.clock('2024-03-01T00:00:00Z')
    expect((await invoices())[0].error_details).toHaveLength(1)
  })

  it('leaves thresholds alone that such usage passes, and bills the period', async () => {
    await january([{ metric: 'sum', properties: { amount: '1' } }], {
      amount_cents: 300,
      usage_thresholds: [{ amount_cents: 1000 }, { amount_cents: 1000, recurring: true }],
    })
    await use(HUGE)
    await client.clock('2024-01-11T00:00:00Z')
    expect(await invoices()).toEqual([])
    await client.clock('2024-02-01T00:00:00Z')
    expect((await invoices()).map((each) => each.total_amount_cents)).toEqual([300])
  })

  it('defers one event in advance and charges the others', async () => {
    await january([{ metric: 'sum', pay_in_advance: true, properties: { amount: '1' } }])
    await use(3)
    await use(HUGE)
    await use(4)
    const moved = await client.call('PUT', '/test_clock', { test_clock: { now: '2024-01-11T00:00:00Z' } })
    expect(moved.body.test_clock).toMatchObject({ status: 'failed', now: '2024-01-11T00:00:00.000Z' })
    expect(moved.body.test_clock.error).toMatch(/^deferred_event of .*FeeOutOfRange: a fee of 100000/)
    expect((await invoices()).map((each) => each.total_amount_cents).sort()).toEqual([300, 400])
  })

  it('counts, groups and bills values of any length', async () => {
    const value = Array.from({ length: 400 }, () => crypto.randomUUID()).join('')
    client = await harness.organization()
    await client.clock('2024-01-01T00:00:00Z')
    await subscribe(client, {
      metrics: [{ code: 'unique', aggregation_type: 'unique_count_agg', field_name: 'id' }],
      charges: [
        {
          metric: 'unique',
          properties: { amount: '1', pricing_group_keys: ['g'], presentation_group_keys: [{ value: 'p' }] },
        },
      ],
    })
    await client.clock('2024-01-10T00:00:00Z')
    for (const id of ['a', 'b', 'a']) {
      const properties = { id: `${value}${id}`, g: value, p: `${value}${id}`, operation_type: value }
      await send(client, { code: 'unique', transaction_id: crypto.randomUUID(), properties })
    }
    await client.clock('2024-02-01T00:00:00Z')
    expect((await invoices())[0].total_amount_cents).toBe(200)
  })

  it('charges an event in advance whose group value is long', async () => {
    const value = Array.from({ length: 400 }, () => crypto.randomUUID()).join('')
    await january([
      { metric: 'sum', pay_in_advance: true, properties: { amount: '1', pricing_group_keys: ['g'] } },
    ])
    for (const n of [3, -1, 2]) {
      await send(client, { code: 'sum', transaction_id: `t${n}`, properties: { n, g: value } })
    }
    await client.clock('2024-01-11T00:00:00Z')
    expect((await invoices()).map((each) => each.total_amount_cents).sort()).toEqual([0, 100, 300])
  })
})

describe('a failing customer in a sandbox', () => {
  let harness: Harness
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())

  it('does not stop the others, is reported, and is billed by the next move once possible', async () => {
    const client = await harness.organization()
    await client.clock('2024-01-01T00:00:00Z')
    await subscribe(client, { metrics: [COUNT], charges: [], plan: { amount_cents: 100 } })
    await ok(client, 'POST', '/customers', { customer: { external_id: 'd', currency: 'EUR' } })
    await ok(client, 'POST', '/subscriptions', {
      subscription: { external_customer_id: 'd', external_id: 'e', plan_code: 'p' },
    })
    // The trigger simulates any failure of a single customer.
    const { system } = harness.context.database
    const { sql } = await import('kysely')
    await sql`create function break_it() returns trigger language plpgsql as $$ begin
      if new.customer_id = (select id from customers where external_id = 'c') then raise exception 'broken'; end if;
      return new; end $$`.execute(system)
    await sql`create trigger break_it before insert on invoices for each row execute function break_it()`.execute(
      system,
    )
    const moved = await client.call('PUT', '/test_clock', { test_clock: { now: '2024-02-02T00:00:00Z' } })
    expect(moved.body.test_clock).toMatchObject({ status: 'failed', now: '2024-02-02T00:00:00.000Z' })
    expect(moved.body.test_clock.error).toMatch(/^subscription_billing of .*broken$/)
    expect((await ok(client, 'GET', '/invoices?external_customer_id=d')).invoices).toHaveLength(1)
    await sql`drop trigger break_it on invoices`.execute(system)
    await client.clock('2024-02-03T00:00:00Z')
    expect((await ok(client, 'GET', '/invoices?external_customer_id=c')).invoices).toHaveLength(1)
  })
})

describe('bounds at the door', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
    client = await harness.organization()
    await subscribe(client, { metrics: [SUM], charges: [] })
  })
  afterAll(() => harness.close())

  it.each([
    [
      '/billable_metrics',
      { billable_metric: { ...SUM, name: 'x', code: 'x', rounding_precision: -20 } },
      'rounding_precision',
      'value_is_out_of_range',
    ],
    [
      '/billable_metrics',
      { billable_metric: { ...SUM, name: 'x', code: 'x', rounding_precision: 16 } },
      'rounding_precision',
      'value_is_out_of_range',
    ],
    [
      '/events',
      { event: { transaction_id: 'a', code: 'sum', precise_total_amount_cents: '1'.repeat(25) } },
      'precise_total_amount_cents',
      'invalid_format',
    ],
    [
      '/events',
      { event: { transaction_id: 'a', code: 'sum', timestamp: 253402300800 } },
      'timestamp',
      'invalid_format',
    ],
  ])('422 %s %#', async (path, body, field, code) => {
    const answer = await client.call('POST', path, body)
    expect([answer.status, answer.body.error_details]).toEqual([422, { [field]: [code] }])
  })

  it('422 a price of 16 digits before the point, 200 one of 15', async () => {
    const metric = (await ok(client, 'GET', '/billable_metrics/sum')).billable_metric.lago_id
    const create = (code: string, amount: string) =>
      client.call('POST', '/plans', {
        plan: {
          ...{
            name: 'P',
            code,
            interval: 'monthly',
            amount_cents: 0,
            amount_currency: 'EUR',
            pay_in_advance: false,
          },
          charges: [{ billable_metric_id: metric, charge_model: 'standard', properties: { amount } }],
        },
      })
    expect((await create('q', '999999999999999.99999999999999999999')).status).toBe(200)
    for (const amount of ['1000000000000000', '1'.repeat(30), '1e15']) {
      const answer = await create('r', amount)
      expect([answer.status, answer.body.error_details]).toEqual([422, { properties: ['invalid_amount'] }])
    }
  })
})
