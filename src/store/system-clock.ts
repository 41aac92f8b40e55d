import { sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Database } from './database.ts'
import { ts } from './values.ts'

/** The latest time that a process has told while it ran; undefined before the first. */
export async function readLatestTime(database: Database): Promise<Instant | undefined> {
  const row = await database.system.selectFrom('systemClock').select('latestAt').executeTakeFirst()
  return row?.latestAt
}

/** Keeps the present as the latest time, unless a later one is kept. */
export async function keepLatestTime(database: Database, now: Instant): Promise<void> {
  await sql`
    insert into system_clock as c (latest_at) values (${ts(now)})
    on conflict (singleton) do update set latest_at = excluded.latest_at
    where c.latest_at < excluded.latest_at`.execute(database.system)
}
