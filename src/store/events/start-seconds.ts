import { sql } from 'kysely'
import { floorToSecond } from '../../core/calendar/instant.ts'
import { isoText } from '../../core/calendar/iso-text.ts'
import type { UsageQuery } from '../../core/metering/usage.ts'
import type { Reads } from '../database.ts'
import { json } from '../values.ts'

/**
 * The queries, in order, with `takesStartSecond` set where the period starts with a subscription and no earlier one
 * with the external id was active in that second, so that an event in that second is counted once. Queries the
 * database only when a period starts partway through a second, which only a subscription's first one does.
 */
export async function withStartSeconds(
  reads: Reads,
  queries: readonly UsageQuery[],
): Promise<readonly UsageQuery[]> {
  const starts = new Map<string, { readonly s: string; readonly f: string }>()
  for (const { externalSubscriptionId, period } of queries) {
    if (floorToSecond(period.from) === period.from) continue
    starts.set(startKey(externalSubscriptionId, period.from), {
      s: externalSubscriptionId,
      f: isoText(period.from),
    })
  }
  if (starts.size === 0) return queries
  const { rows } = await sql<{ externalId: string; startedAt: number }>`
    select s.external_id, s.started_at
    from jsonb_to_recordset(${json([...starts.values()])}::jsonb) as x(s text, f timestamptz)
    join subscriptions s on s.external_id = x.s and s.started_at = x.f and s.status <> 'incomplete'
    where not exists (
      select from subscriptions o
      where o.external_id = s.external_id and o.started_at < s.started_at and o.status <> 'incomplete'
        and (o.terminated_at is null or o.terminated_at >= date_trunc('second', s.started_at)))`.execute(
    reads,
  )
  const found = new Set(rows.map(({ externalId, startedAt }) => startKey(externalId, startedAt)))
  return queries.map((query) =>
    found.has(startKey(query.externalSubscriptionId, query.period.from)) && query.after === undefined
      ? { ...query, takesStartSecond: true }
      : query,
  )
}

function startKey(externalSubscriptionId: string, from: number): string {
  return `${from} ${externalSubscriptionId}`
}
