import { sql } from 'kysely'
import type { Database } from './database.ts'

/** A worker that did not renew its lease for longer is dead. */
export const LEASE_SECONDS = 30
/** Jobs of workers without any lease: of a version of Weir that had none, or of one that died before its first. */
const UNKNOWN_SECONDS = 45

/** Says that the worker which locks its jobs under a name is there. */
export async function renewLease(database: Database, poolId: string): Promise<void> {
  await sql`
    insert into job_workers (pool_id, seen_at) values (${poolId}, now())
    on conflict (pool_id) do update set seen_at = excluded.seen_at`.execute(database.system)
}

/** Ends a lease: whatever the worker still holds is free at once. */
export async function endLease(database: Database, poolId: string): Promise<void> {
  await sql`update job_workers set seen_at = '-infinity' where pool_id = ${poolId}`.execute(database.system)
}

/** Frees the jobs of workers whose lease has ended; gives how many such workers there were. */
export async function freeJobsOfDeadWorkers(database: Database): Promise<number> {
  const { rows } = await sql<{ lockedBy: string }>`
    select distinct j.locked_by
    from graphile_worker.jobs j
    left join job_workers w on w.pool_id = j.locked_by
    where j.locked_by is not null and case
      when w.pool_id is null then j.locked_at < now() - make_interval(secs => ${UNKNOWN_SECONDS})
      else w.seen_at < now() - make_interval(secs => ${LEASE_SECONDS})
    end`.execute(database.system)
  if (rows.length > 0) {
    const dead = rows.map(({ lockedBy }) => lockedBy)
    await sql`select graphile_worker.force_unlock_workers(${dead}::text[])`.execute(database.system)
  }
  await sql`delete from job_workers where seen_at < now() - interval '1 day'`.execute(database.system)
  return rows.length
}
