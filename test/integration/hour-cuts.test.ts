import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { BUSY_EVENTS, cutBusyHours } from '../../src/actions/events/hour-cuts.ts'
import { compareUsage } from '../../src/actions/usage/compare-usage.ts'
import { HOUR_MS, instant } from '../../src/core/calendar/instant.ts'
import type { UsageHour } from '../../src/store/events/usage-cuts.ts'
import { ok, subscribe } from '../support/billing-fixtures.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

describe('busy hours in which windows begin or end', () => {
  let harness: Harness
  let client: Client
  beforeAll(async () => {
    harness = await startHarness()
  })
  afterAll(() => harness.close())
  beforeEach(async () => {
    client = await harness.organization()
  })

  const metrics = [
    { code: 'sum', aggregation_type: 'sum_agg', field_name: 'n' },
    { code: 'values', aggregation_type: 'unique_count_agg', field_name: 'n' },
  ]
  const charges = ['sum', 'values'].map((metric) => ({ metric, properties: { amount: '1' } }))

  let sent = 0
  /** As many events of each metric, one second after the other, with values that repeat after a hundred. */
  async function fill(from: string, count: number): Promise<void> {
    const events = Array.from({ length: count }, (_, index) =>
      metrics.map(({ code }) => ({
        transaction_id: `e${++sent}`,
        code,
        external_subscription_id: 's',
        timestamp: Date.parse(from) / 1000 + index,
        properties: { n: index % 100 },
      })),
    ).flat()
    for (let start = 0; start < events.length; start += 100) {
      await ok(client, 'POST', '/events/batch', { events: events.slice(start, start + 100) })
    }
  }

  async function hours(at: string): Promise<UsageHour[]> {
    const startsAt = instant(Math.floor(Date.parse(at) / HOUR_MS) * HOUR_MS)
    const trackers = await harness.context.database.read(client.organizationId, (reads) =>
      reads.selectFrom('usageTrackers').select('id').where('isCurrent', '=', true).execute(),
    )
    return trackers.map(({ id }) => ({ trackerId: id, externalSubscriptionId: 's', startsAt }))
  }

  const cut = async (at: string) =>
    (await cutBusyHours(harness.context, client.organizationId, await hours(at))).cutCount
  const cuts = async () => {
    const { rows } = await harness.context.database.read(client.organizationId, (reads) =>
      sql<{ at: number }>`select distinct cut_at as at from usage_cuts order by 1`.execute(reads),
    )
    return rows.map(({ at }) => new Date(at).toISOString())
  }
  /** Adds up what waits, as a busy hour has it. */
  async function fold(): Promise<void> {
    for (let isMore = true; isMore; ) {
      const { rows } = await harness.context.database.pool.query<{ more: boolean }>(
        'select weir_fold_usage($1) as more',
        [client.organizationId],
      )
      isMore = rows[0]?.more ?? false
    }
  }
  const units = async () => {
    const path = '/customers/c/current_usage?external_subscription_id=s'
    const { customer_usage } = await ok(client, 'GET', path)
    return customer_usage.charges_usage.map((each: { units: string }) => each.units)
  }

  it('are kept in two parts where the subscription began, and stay right while events come', async () => {
    await client.clock('2024-03-05T10:10:10.500Z')
    await subscribe(client, { metrics, charges })
    await fill('2024-03-05T10:00:00Z', BUSY_EVENTS + 100)
    await fold()
    // The events of 490 seconds lie after the start, and that of its whole second.
    const before = await units()
    expect(before).toEqual(
      [String(sumOf(610, 1100)), '100.0'].map((text, i) => (i === 0 ? `${text}.0` : text)),
    )
    expect(await cut('2024-03-05T10:00:00Z')).toBe(2)
    expect(await cuts()).toEqual(['2024-03-05T10:10:10.500Z'])
    expect(await units()).toEqual(before)
    expect(await cut('2024-03-05T10:00:00Z')).toBe(0)
    await fill('2024-03-05T10:10:09Z', 200)
    expect(await units()).toEqual([`${sumOf(610, 1100) + sumOf(1, 200)}.0`, '100.0'])
    await fold()
    expect(await units()).toEqual([`${sumOf(610, 1100) + sumOf(1, 200)}.0`, '100.0'])
    // A charge that needs another key has the state built anew, with the same cuts.
    await ok(client, 'PUT', '/plans/p/charges/sum_charge', {
      charge: { properties: { amount: '1', pricing_group_keys: ['region'] } },
    })
    expect(await cuts()).toEqual(['2024-03-05T10:10:10.500Z'])
    expect(await units()).toEqual([`${sumOf(610, 1100) + sumOf(1, 200)}.0`, '100.0'])
    const { differences } = await compareUsage(harness.context, 100)
    expect(differences.filter((each) => each.organizationId === client.organizationId)).toEqual([])
  })

  it('are kept in two parts where a period begins half past', async () => {
    await client.clock('2024-03-05T10:00:00Z')
    await subscribe(client, { metrics, charges, customer: { timezone: 'Asia/Kolkata' } })
    await client.clock('2024-03-31T18:30:00Z')
    await fill('2024-03-31T18:20:00Z', BUSY_EVENTS + 100)
    await fold()
    const before = await units()
    expect(before).toEqual([`${sumOf(600, 1100)}.0`, '100.0'])
    expect(await cut('2024-03-31T18:20:00Z')).toBe(2)
    expect(await cuts()).toEqual(['2024-03-31T18:30:00.000Z'])
    expect(await units()).toEqual(before)
    // No window begins in the next hour.
    await fill('2024-03-31T19:00:00Z', BUSY_EVENTS)
    await fold()
    expect(await cut('2024-03-31T19:00:00Z')).toBe(0)
  })

  it('are left alone while few events make them quick to read', async () => {
    await client.clock('2024-03-05T10:10:10.500Z')
    await subscribe(client, { metrics, charges })
    await fill('2024-03-05T10:11:00Z', 50)
    await fold()
    expect(await cut('2024-03-05T10:00:00Z')).toBe(0)
    expect(await cuts()).toEqual([])
  })
})

/** What the values of the events from one place to another add up to. */
function sumOf(from: number, to: number): number {
  let sum = 0
  for (let index = from; index < to; index += 1) sum += index % 100
  return sum
}
