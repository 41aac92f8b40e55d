import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, subscribe } from '../../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../../support/harness.ts'

// The prorated graduated cases (docs/rules/cases.md#graduated-and-prorated) over the API, month by month.

const tier = (from: number, to: number | null, perUnit: string, flat: string) => ({
  from_value: from,
  to_value: to,
  per_unit_amount: perUnit,
  flat_amount: flat,
})
const RECURRING = { recurring: true }
const SUM = { aggregation_type: 'sum_agg', field_name: 'n', ...RECURRING }
const UNIQUE = { aggregation_type: 'unique_count_agg', field_name: 'id', ...RECURRING }
const charge = (metric: string, ...graduated_ranges: object[]) => ({
  metric,
  code: metric,
  charge_model: 'graduated',
  prorated: true,
  properties: { graduated_ranges },
})

describe('prorated graduated charges over months', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
    client = await harness.organization()
    await client.clock('2023-09-01T00:00:00Z')
    await subscribe(client, {
      metrics: [
        { code: 'sum', ...SUM },
        { code: 'ids', ...UNIQUE },
        { code: 'below', ...SUM },
        { code: 'back', ...SUM },
        { code: 'early', ...SUM },
      ],
      charges: [
        charge('sum', tier(0, 5, '10', '100'), tier(6, 15, '5', '50'), tier(16, null, '2', '0')),
        charge('ids', tier(0, 1, '10', '100'), tier(2, null, '5', '50')),
        charge('below', tier(0, 2, '0', '0'), tier(3, null, '150', '0')),
        charge('back', tier(0, 2, '0', '0'), tier(3, null, '150', '0')),
      ],
    })
  })
  afterAll(() => harness.close())

  let sent = 0
  async function event(code: string, day: string, properties: object, subscription = 's'): Promise<void> {
    sent += 1
    await ok(client, 'POST', '/events', {
      event: {
        transaction_id: `e${sent}`,
        code,
        external_subscription_id: subscription,
        timestamp: Date.parse(`${day}T12:00:00Z`) / 1000,
        properties,
      },
    })
  }
  /** Cents and units of a charge now. */
  async function usage(code: string, subscription = 's'): Promise<[number, string]> {
    const path = `/customers/c/current_usage?external_subscription_id=${subscription}&charge_code=${code}`
    const [shown] = (await ok(client, 'GET', path)).customer_usage.charges_usage
    return [shown.amount_cents, shown.units]
  }
  /** What was billed for a charge, oldest first. */
  async function billed(code: string): Promise<[number, string][]> {
    const { fees } = await ok(client, 'GET', `/fees?billable_metric_code=${code}`)
    return fees.map((fee: { amount_cents: number; units: string }) => [fee.amount_cents, fee.units])
  }

  it('case 34: a month of a sum', async () => {
    const changes: [string, number, number, string][] = [
      ['10', 2, 11_400, '2.0'],
      ['16', 5, 18_400, '7.0'],
      ['20', -6, 16_567, '1.0'],
      ['25', 10, 17_967, '11.0'],
      ['26', 4, 18_300, '15.0'],
      ['30', 60, 18_700, '75.0'],
    ]
    expect(await usage('sum')).toEqual([10_000, '0.0'])
    for (const [day, n, cents, units] of changes) {
      await event('sum', `2023-09-${day}`, { n })
      expect(await usage('sum')).toEqual([cents, units])
    }
  })

  it('cases 40 to 44: things that come and go', async () => {
    const changes: [string, string, string, number, string][] = [
      ['10', '1111', 'add', 10_700, '1.0'],
      ['12', '1111', 'remove', 10_100, '0.0'],
      ['14', '1111', 'add', 10_667, '1.0'],
      ['15', '2222', 'add', 15_933, '2.0'],
      ['16', '2222', 'add', 15_933, '2.0'],
    ]
    for (const [day, id, operation_type, cents, units] of changes) {
      await event('ids', `2023-09-${day}`, { id, operation_type })
      expect(await usage('ids')).toEqual([cents, units])
    }
  })

  it('cases 34, 45: the invoice of 1 October has what usage showed', async () => {
    await event('ids', '2023-09-20', { id: '3333' })
    expect(await usage('ids')).toEqual([16_117, '3.0'])
    for (const code of ['below', 'back']) {
      for (const day of ['03', '04', '05']) await event(code, `2023-09-${day}`, { n: -1 })
    }
    await client.clock('2023-10-01T02:00:00Z')
    expect(await billed('sum')).toEqual([[18_700, '75.0']])
    expect(await billed('ids')).toEqual([[16_117, '3.0']])
    const { invoices } = await ok(client, 'GET', '/invoices?external_customer_id=c')
    expect(invoices).toMatchObject([{ total_amount_cents: 18_700 + 16_117 }])
  })

  it('cases 35, 36: the carried quantity pays the full month as one movement', async () => {
    await client.clock('2023-10-16T00:00:00Z')
    expect(await usage('sum')).toEqual([37_000, '75.0'])
    await event('sum', '2023-10-17', { n: 20 })
    expect(await usage('sum')).toEqual([38_935, '95.0'])
  })

  it('cases 38, 39: units below zero cost nothing, nor does what comes back', async () => {
    const cents = async (code: string) => (await billed(code)).reduce((sum, [amount]) => sum + amount, 0)
    expect([await cents('below'), await cents('back')]).toEqual([0, 0])
    await event('back', '2023-09-06', { n: 1 })
    for (const code of ['below', 'back']) {
      for (const day of ['03', '04', '05', '06']) await event(code, `2023-10-${day}`, { n: 1 })
    }
    expect(await usage('below')).toEqual([0, '1.0'])
    expect(await usage('back')).toEqual([0, '2.0'])
  })

  it('case 46: October and November of what came in September', async () => {
    expect(await usage('ids')).toEqual([17_000, '3.0'])
    await event('ids', '2023-10-17', { id: '4444' })
    expect(await usage('ids')).toEqual([17_242, '4.0'])
    await client.clock('2023-11-01T02:00:00Z')
    expect(await usage('ids')).toEqual([17_500, '4.0'])
    expect((await billed('ids')).at(-1)).toEqual([17_242, '4.0'])
    expect((await billed('sum')).at(-1)).toEqual([38_935, '95.0'])
  })

  it('case 37: what is dated before the start pays each period', async () => {
    for (const day of ['01', '02']) await event('early', `2023-11-${day}`, { n: 5 }, 'late')
    await client.clock('2023-12-01T00:00:00Z')
    const { billable_metric: metric } = await ok(client, 'GET', '/billable_metrics/early')
    const { metric: _metric, ...early } = charge('early', tier(0, 5, '0', '0'), tier(6, null, '12', '0'))
    const plan = { name: 'Q', code: 'q', interval: 'monthly', amount_cents: 0, amount_currency: 'EUR' }
    const charges = [{ ...early, billable_metric_id: metric.lago_id }]
    await ok(client, 'POST', '/plans', { plan: { ...plan, pay_in_advance: false, charges } })
    const subscription = { external_customer_id: 'c', external_id: 'late', plan_code: 'q' }
    await ok(client, 'POST', '/subscriptions', { subscription })
    expect(await usage('early', 'late')).toEqual([6000, '10.0'])
    await client.clock('2024-01-05T00:00:00Z')
    expect(await billed('early')).toEqual([[6000, '10.0']])
    expect(await usage('early', 'late')).toEqual([6000, '10.0'])
    await event('early', '2024-01-06', { n: 2 }, 'late')
    expect(await usage('early', 'late')).toEqual([8013, '12.0'])
  })
})
