import { setTimeout as sleep } from 'node:timers/promises'
import type { WorkerUtils } from 'graphile-worker'
import type { Log } from '../actions/context.ts'

const RENEW_EVERY_MS = 5000
/** A worker that did not renew its lease for longer is dead. */
const LEASE_SECONDS = 30
/** Jobs of workers without any lease: of a version of Weir that had none, or of one that died before its first. */
const UNKNOWN_SECONDS = 45

/**
 * When this process last found that a lease could not be renewed. Others could not renew theirs either then, so nobody
 * is taken for dead until they had the time to.
 */
let outageAt: number | null = null

/**
 * Renews the lease of a worker while it lives, and frees the jobs of workers whose lease has ended, so that they are
 * done within a minute; the queue itself would free them after four hours. Several processes may do so on one database.
 *
 * @param poolId the name under which the worker locks its jobs
 */
export async function keepLease(
  utils: WorkerUtils,
  poolId: string,
  log: Log,
): Promise<{ readonly stop: () => Promise<void> }> {
  const stopping = new AbortController()
  let renewedAt = performance.now()
  const renew = async () => {
    try {
      await writeLease(utils, poolId)
      const now = performance.now()
      if (now - renewedAt > LEASE_SECONDS * 1000) outageAt = now
      renewedAt = now
      if (outageAt !== null && now - outageAt < LEASE_SECONDS * 1000) return
      await freeJobs(utils, log)
    } catch (error) {
      outageAt = performance.now()
      log.warn({ err: error }, 'the lease of the job queue could not be renewed')
    }
  }
  await renew()
  const renewing = (async () => {
    while (!stopping.signal.aborted) {
      await sleep(RENEW_EVERY_MS, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined)
      if (!stopping.signal.aborted) await renew()
    }
  })()
  return {
    stop: async () => {
      stopping.abort()
      await renewing
      await endLease(utils, poolId).catch((error: unknown) => {
        log.debug({ err: error }, 'the lease of the job queue ends by itself')
      })
    },
  }
}

async function writeLease(utils: WorkerUtils, poolId: string): Promise<void> {
  const write = `insert into job_workers (pool_id, seen_at) values ($1, now())
    on conflict (pool_id) do update set seen_at = excluded.seen_at`
  await utils.withPgClient((client) => client.query(write, [poolId]))
}

/** Whatever the worker still holds is free at once. */
async function endLease(utils: WorkerUtils, poolId: string): Promise<void> {
  const end = `update job_workers set seen_at = '-infinity' where pool_id = $1`
  await utils.withPgClient((client) => client.query(end, [poolId]))
}

async function freeJobs(utils: WorkerUtils, log: Log): Promise<void> {
  const dead = `
    select distinct j.locked_by
    from graphile_worker.jobs j
    left join job_workers w on w.pool_id = j.locked_by
    where j.locked_by is not null and case
      when w.pool_id is null then j.locked_at < now() - make_interval(secs => $2)
      else w.seen_at < now() - make_interval(secs => $1)
    end`
  const { rows } = await utils.withPgClient((client) =>
    client.query<{ locked_by: string }>(dead, [LEASE_SECONDS, UNKNOWN_SECONDS]),
  )
  if (rows.length > 0) {
    await utils.forceUnlockWorkers(rows.map((row) => row.locked_by))
    log.warn({ workers: rows.length }, 'jobs of dead workers were freed')
  }
  await utils.withPgClient((client) =>
    client.query("delete from job_workers where seen_at < now() - interval '1 day'"),
  )
}
