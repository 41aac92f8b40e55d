import { sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Database } from './database.ts'
import { ts } from './values.ts'

/** A backlog: how many are waiting, how many of them failed before, and the age of the oldest in ms. */
export type Lag = { readonly waiting: number; readonly failing: number; readonly oldestMs: number }

type LagRow = { waiting: bigint; failing: bigint; oldest: Instant | null }

/** The backlog of due work, for organizations on system time. */
export async function lagOfDueItems(database: Database, now: Instant): Promise<Lag> {
  const { rows } = await sql<LagRow>`
    select count(*) as waiting, count(*) filter (where d.attempts > 0) as failing, min(d.due_at) as oldest
    from due_items d join organizations o on o.id = d.organization_id
    where d.due_at <= ${ts(now)} and o.clock_at is null`.execute(database.system)
  return toLag(rows[0], now)
}

/** The backlog of queued jobs that could run now, without those out of attempts. */
export async function lagOfJobs(database: Database, now: Instant): Promise<Lag> {
  const { rows } = await sql<LagRow>`
    select count(*) as waiting, count(*) filter (where attempts > 0) as failing, min(run_at) as oldest
    from graphile_worker.jobs
    where run_at <= ${ts(now)} and locked_at is null and attempts < max_attempts`.execute(database.system)
  return toLag(rows[0], now)
}

function toLag(row: LagRow | undefined, now: Instant): Lag {
  const oldest = row?.oldest ?? now
  return {
    waiting: Number(row?.waiting ?? 0),
    failing: Number(row?.failing ?? 0),
    oldestMs: Math.max(0, now - oldest),
  }
}
