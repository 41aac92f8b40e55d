import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ok, send, subscribe } from '../../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../../support/harness.ts'

// The alert cases (docs/rules/cases.md#minimums-progressive-billing-and-alerts), checked by their webhooks; one cent
// is one unit.

type Told = { readonly values: string[]; readonly previous: string; readonly current: string }

describe('alerts in the hard cases', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())

  async function start(alert: object): Promise<void> {
    client = await harness.organization()
    await client.clock('2024-04-01T00:00:00Z')
    await subscribe(client, {
      metrics: [{ code: 'm', aggregation_type: 'sum_agg', field_name: 'n' }],
      charges: [{ metric: 'm', properties: { amount: '0.01' } }],
    })
    const endpoint = { webhook_url: 'http://127.0.0.1:9/hook' }
    await ok(client, 'POST', '/webhook_endpoints', { webhook_endpoint: endpoint })
    await ok(client, 'POST', '/subscriptions/s/alerts', { alert: { code: 'a', ...alert } })
  }
  async function use(n: number, at: string): Promise<void> {
    await client.clock(at)
    await send(client, { code: 'm', transaction_id: at, properties: { n } })
    await client.clock(at.replace('T00:00', 'T01:00'))
  }
  /** Every alert that was told, oldest first. */
  async function told(): Promise<Told[]> {
    const rows = await harness.context.database.read(client.organizationId, (reads) =>
      reads
        .selectFrom('webhooks')
        .select('payload')
        .where('webhookType', '=', 'alert.triggered')
        .orderBy('createdAt')
        .orderBy('id')
        .execute(),
    )
    return rows.map(({ payload }) => {
      const message = typeof payload === 'string' ? JSON.parse(payload) : payload
      const { crossed_thresholds, previous_value, current_value } = message.triggered_alert
      const values = crossed_thresholds.map(({ value, recurring }: { value: string; recurring: boolean }) =>
        recurring ? `${value} recurring` : value,
      )
      return { values, previous: previous_value, current: current_value }
    })
  }

  const amount = (...thresholds: object[]) => ({ alert_type: 'current_usage_amount', thresholds })

  it('case 89: one message for two thresholds', async () => {
    await start(amount({ value: 1500 }, { value: 3000 }, { value: 5000 }))
    await use(1000, '2024-04-02T00:00:00Z')
    expect(await told()).toEqual([])
    await use(2000, '2024-04-03T00:00:00Z')
    expect(await told()).toEqual([{ values: ['1500.0', '3000.0'], previous: '1000.0', current: '3000.0' }])
  })

  it('case 90: recurring steps after the fixed thresholds', async () => {
    await start(amount({ value: 1500 }, { value: 3000 }, { value: 1000, recurring: true }))
    await use(3500, '2024-04-02T00:00:00Z')
    await use(2000, '2024-04-03T00:00:00Z')
    expect(await told()).toEqual([
      { values: ['1500.0', '3000.0'], previous: '0.0', current: '3500.0' },
      { values: ['4000.0 recurring', '5000.0 recurring'], previous: '3500.0', current: '5500.0' },
    ])
  })

  it('case 91: recurring steps alone', async () => {
    await start(amount({ value: 1000, recurring: true }))
    await use(3500, '2024-04-02T00:00:00Z')
    await use(2000, '2024-04-03T00:00:00Z')
    expect((await told()).map(({ values }) => values)).toEqual([
      ['1000.0 recurring', '2000.0 recurring', '3000.0 recurring'],
      ['4000.0 recurring', '5000.0 recurring'],
    ])
  })

  it('case 92: steps count from the largest fixed threshold', async () => {
    await start({
      alert_type: 'billable_metric_current_usage_units',
      billable_metric_code: 'm',
      thresholds: [10, 30, 50, 100].map((value) => ({ value, recurring: value === 100 })),
    })
    await use(33, '2024-04-02T00:00:00Z')
    await use(318, '2024-04-03T00:00:00Z')
    expect((await told()).at(-1)).toEqual({
      values: ['50.0', '150.0 recurring', '250.0 recurring', '350.0 recurring'],
      previous: '33.0',
      current: '351.0',
    })
  })

  it('case 95: units of a metric', async () => {
    await start({
      alert_type: 'billable_metric_current_usage_units',
      billable_metric_code: 'm',
      thresholds: [{ value: 90 }],
    })
    await use(89, '2024-04-02T00:00:00Z')
    expect(await told()).toEqual([])
    await use(5, '2024-04-03T00:00:00Z')
    expect(await told()).toEqual([{ values: ['90.0'], previous: '89.0', current: '94.0' }])
  })

  it('case 96: lifetime usage over months', async () => {
    await start({ alert_type: 'lifetime_usage_amount', thresholds: [{ value: 15_000 }] })
    await use(5000, '2024-04-02T00:00:00Z')
    await use(5000, '2024-05-02T00:00:00Z')
    await client.clock('2024-06-01T02:00:00Z')
    expect(await told()).toEqual([])
    await use(5500, '2024-06-02T00:00:00Z')
    await use(100, '2024-06-03T00:00:00Z')
    await client.clock('2024-07-02T00:00:00Z')
    expect(await told()).toMatchObject([{ values: ['15000.0'], current: '15500.0' }])
  })
})
