import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { instant } from '../../src/core/calendar/instant.ts'
import type { UsageQuery } from '../../src/core/metering/usage.ts'
import { answerUsages } from '../../src/store/events/usage.ts'
import { eventsSelect } from '../../src/store/events/usage-sql.ts'
import { type Client, type Harness, startHarness } from '../support/harness.ts'

let harness: Harness
let client: Client
let owner: pg.Client

beforeAll(async () => {
  harness = await startHarness()
  client = await harness.organization()
  owner = new pg.Client({ connectionString: harness.databaseUrl })
  await owner.connect()
})
afterAll(async () => {
  await owner?.end()
  await harness?.close()
})

/** A question about the current month of each of some subscriptions. */
function questions(subscriptions: number): readonly UsageQuery[] {
  const now = Date.now()
  return Array.from({ length: subscriptions }, (_, n) => ({
    externalSubscriptionId: `s${n}`,
    code: 'gb',
    aggregation: 'count_agg',
    fieldName: null,
    period: { from: instant(now - 60_000), to: instant(now + 60_000) },
    recurring: false,
    match: { include: {}, exclude: [] },
    groupBy: [],
    detail: 'totals',
  }))
}

describe('the plans of usage', () => {
  it('read the events of a subscription by its index while the month is young', async () => {
    // A hundred rows, which PostgreSQL knows: the first analysis of a table comes as early as that.
    await owner.query(
      `insert into events (organization_id, id, external_subscription_id, code, timestamp, transaction_id,
        properties, created_at)
      select $1, gen_random_uuid(), 's' || n, 'gb', now() - n * interval '1 ms', 't' || n, '{}', now()
      from generate_series(1, 100) as n`,
      [client.organizationId],
    )
    await owner.query('analyze events')
    const [first] = questions(1)
    if (!first) throw new Error('no question')
    const { rows } = await harness.context.database.read(client.organizationId, (reads) =>
      sql<Record<string, string>>`explain (costs off) ${eventsSelect(first, questions(100))}`.execute(reads),
    )
    const lines = rows.flatMap((row) => Object.values(row))
    const scans = lines.filter((line) => line.includes(' on events_elsewhere '))
    expect(scans).toHaveLength(1)
    expect(scans[0]).toMatch(/Index Scan using events_\w+_code_external_subscription/)
  })

  it('are made anew for many subscriptions, and kept for one', async () => {
    const prepared = async (subscriptions: number) =>
      harness.context.database.read(client.organizationId, async (reads) => {
        for (let times = 0; times < 5; times += 1) await answerUsages(reads, questions(subscriptions))
        const { rows } = await sql<{ count: number }>`
          select count(*)::integer as count from pg_prepared_statements where statement like '%waiting_sums%'`.execute(
          reads,
        )
        return rows[0]?.count
      })
    expect(await prepared(20)).toBe(0)
    expect(await prepared(1)).toBe(1)
  })
})
