import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, send, subscribe } from '../../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../../support/harness.ts'

// Cases of charges in advance (docs/rules/cases.md#charges-in-advance) besides the fee of each event.

const SUM = { aggregation_type: 'sum_agg', field_name: 'n' }
const UNIQUE = { aggregation_type: 'unique_count_agg', field_name: 'id' }
const COUNT = { aggregation_type: 'count_agg' }
const inAdvance = (metric: string, charge: object) => ({
  metric,
  code: metric,
  pay_in_advance: true,
  invoiceable: false,
  ...charge,
})
const tier = (from: number, to: number | null, perUnit: string) => ({
  from_value: from,
  to_value: to,
  per_unit_amount: perUnit,
  flat_amount: '0',
})

describe('charges in advance in the hard cases', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
    client = await harness.organization()
    await client.clock('2024-02-01T00:00:00Z')
    await subscribe(client, {
      metrics: [
        { code: 'r47', ...COUNT },
        { code: 'r47g', ...COUNT },
        { code: 'r56', ...SUM },
        { code: 'r63', ...SUM },
        { code: 'r64', ...UNIQUE, recurring: true },
        { code: 'r65', ...UNIQUE, recurring: true },
      ],
      charges: [
        inAdvance('r47', { properties: { amount: '10' } }),
        inAdvance('r47g', {
          charge_model: 'graduated',
          properties: { graduated_ranges: [tier(0, 1, '0'), tier(2, null, '2')] },
        }),
        inAdvance('r56', {
          charge_model: 'percentage',
          properties: {
            rate: '1',
            fixed_amount: '0.5',
            per_transaction_min_amount: '1.75',
            per_transaction_max_amount: '2',
          },
        }),
        inAdvance('r63', {
          charge_model: 'percentage',
          properties: { rate: '0.5', per_transaction_min_amount: '12' },
        }),
        inAdvance('r64', { prorated: true, properties: { amount: '1' } }),
        inAdvance('r65', { properties: { amount: '1' } }),
      ],
    })
  })
  afterAll(() => harness.close())

  let sent = 0
  /** Sends an event and gives the cents and units of its fee. */
  async function fee(code: string, properties: object, at: string): Promise<[number, string][]> {
    sent += 1
    const transaction_id = `e${sent}`
    await send(client, { code, transaction_id, properties, timestamp: Date.parse(at) / 1000 })
    const { body } = await client.call('GET', '/test_clock')
    await client.clock(new Date(Date.parse(body.test_clock.now) + 60_000).toISOString())
    const { fees } = await ok(client, 'GET', `/fees?event_transaction_id=${transaction_id}`)
    return fees.map((each: { amount_cents: number; units: string }) => [each.amount_cents, each.units])
  }
  async function usage(code: string): Promise<[number, string]> {
    const path = `/customers/c/current_usage?external_subscription_id=s&charge_code=${code}`
    const [shown] = (await ok(client, 'GET', path)).customer_usage.charges_usage
    return [shown.amount_cents, shown.units]
  }
  async function estimate(code: string, n: number) {
    const event = { code, external_subscription_id: 's', properties: { n } }
    return (await ok(client, 'POST', '/events/estimate_fees', { event })).fees
  }

  it('case 47: an event dated later than the current one is ignored', async () => {
    expect(await fee('r47', {}, '2024-02-20T00:00:00Z')).toEqual([[1000, '1.0']])
    expect(await fee('r47', {}, '2024-02-10T00:00:00Z')).toEqual([[1000, '1.0']])
    // A second tier tells whether the later one was counted: the event of the 10th is the first until then.
    expect(await fee('r47g', {}, '2024-02-20T00:00:00Z')).toEqual([[0, '1.0']])
    expect(await fee('r47g', {}, '2024-02-10T00:00:00Z')).toEqual([[0, '1.0']])
    expect(await fee('r47g', {}, '2024-02-15T00:00:00Z')).toEqual([[200, '1.0']])
  })

  it('case 56: limits per transaction hold in current usage, a later event included', async () => {
    expect(await fee('r56', { n: 100 }, '2024-02-02T00:00:00Z')).toEqual([[175, '100.0']])
    expect(await fee('r56', { n: 1000 }, '2024-02-03T00:00:00Z')).toEqual([[200, '1000.0']])
    expect(await fee('r56', { n: 10_000 }, '2024-02-04T00:00:00Z')).toEqual([[200, '10000.0']])
    await fee('r56', { n: 333 }, '2024-02-05T00:00:00Z')
    expect(await usage('r56')).toEqual([775, '11433.0'])
  })

  it('case 63: an estimate takes its own minimum, before and after what is stored', async () => {
    expect(await estimate('r63', 4)).toMatchObject([{ amount_cents: 1200, lago_id: null }])
    expect(await fee('r63', { n: 4 }, '2024-02-03T00:00:00Z')).toEqual([[1200, '4.0']])
    expect(await estimate('r63', 20_000)).toMatchObject([{ amount_cents: 10_000, units: '20000.0' }])
  })

  it('cases 64, 65: current usage shows what was charged, not what is left', async () => {
    const add = (id: string) => ({ id, operation_type: 'add' })
    const remove = (id: string) => ({ id, operation_type: 'remove' })
    await client.clock('2024-02-23T00:00:00Z')
    await fee('r64', add('seat1'), '2024-02-23T00:00:00Z')
    expect(await usage('r64')).toEqual([24, '1.0'])
    await fee('r65', add('seat1'), '2024-02-23T00:00:00Z')
    expect(await usage('r65')).toEqual([100, '1.0'])
    await client.clock('2024-02-26T00:00:00Z')
    await fee('r65', remove('seat1'), '2024-02-26T00:00:00Z')
    expect(await usage('r65')).toEqual([100, '0.0'])
    expect(await fee('r65', add('seat2'), '2024-02-26T01:00:00Z')).toEqual([[0, '1.0']])
    expect(await usage('r65')).toEqual([100, '1.0'])
    await client.clock('2024-02-29T00:00:00Z')
    await fee('r64', remove('seat1'), '2024-02-29T00:00:00Z')
    expect(await usage('r64')).toEqual([24, '0.0'])
    await fee('r64', remove('seat1'), '2024-02-29T01:00:00Z')
    expect(await usage('r64')).toEqual([24, '0.0'])
  })
})
