import { sql } from 'kysely'
import type { Database } from '../database.ts'

/** One calendar month in UTC: `2024` and 1 to 12. */
export type Month = { readonly year: number; readonly month: number }

/** How long creating a month may block storing events; the next call retries a failed attempt. */
const LOCK_TIMEOUT_MS = 5000

/** The name of a month's partition: `events_2024_03`. */
export function partitionName({ year, month }: Month): string {
  return `events_${String(year).padStart(4, '0')}_${String(month).padStart(2, '0')}`
}

/**
 * Creates a month's partition of the log unless it exists, and moves the month's earlier events out of
 * `events_elsewhere`, in one transaction. Returns true if it was created.
 *
 * An old month can be dropped or archived as a whole: `alter table events detach partition events_2024_03`, then dump
 * or drop that table. Duplicate keys (event_keys) and running state remain, so later billing and the rejection of
 * duplicates are not affected.
 */
export async function makePartition(database: Database, month: Month): Promise<boolean> {
  const name = partitionName(month)
  const [from, to] = boundsOf(month)
  return database.system.transaction().execute(async (tx) => {
    await sql`select set_config('lock_timeout', ${String(LOCK_TIMEOUT_MS)}, true)`.execute(tx)
    await sql`select pg_advisory_xact_lock(hashtextextended('events partitions', 0))`.execute(tx)
    const { rows } = await sql<{
      exists: boolean
    }>`select to_regclass(${name}) is not null as exists`.execute(tx)
    if (rows[0]?.exists) return false
    const table = sql.table(name)
    await sql`lock table events in access exclusive mode`.execute(tx)
    await sql`create table ${table} (like events including defaults including constraints)`.execute(tx)
    await sql`
      with moved as (
        delete from events_elsewhere
        where timestamp >= ${from}::timestamptz and timestamp < ${to}::timestamptz
        returning *
      )
      insert into ${table} select * from moved`.execute(tx)
    const bounds = sql.raw(`for values from ('${from}') to ('${to}')`)
    await sql`alter table events attach partition ${table} ${bounds}`.execute(tx)
    return true
  })
}

function boundsOf({ year, month }: Month): readonly [string, string] {
  return [0, 1].map((offset) => new Date(Date.UTC(year, month - 1 + offset, 1)).toISOString()) as [
    string,
    string,
  ]
}
