import {
  endLease as endStoredLease,
  freeJobsOfDeadWorkers,
  LEASE_SECONDS,
  renewLease,
} from '../../store/job-workers.ts'
import type { Context } from '../context.ts'

const LEASE_MS = LEASE_SECONDS * 1000

/**
 * When this process last found that leases could not be renewed. Others could not renew theirs either then, so nobody
 * is taken for dead until they had the time to.
 */
let outageAt: number | null = null

/** The lease of a worker of the queue, which is renewed while it lives; deliveries of a dead one are taken up. */
export class WorkerLease {
  private readonly context: Context
  private readonly poolId: string
  private renewedAt = performance.now()

  /** @param poolId the name under which the worker locks its jobs */
  constructor(context: Context, poolId: string) {
    this.context = context
    this.poolId = poolId
  }

  /** Renews the lease and frees the jobs of workers whose lease has ended. A failure is logged. */
  async renew(): Promise<void> {
    const { database, log } = this.context
    try {
      await renewLease(database, this.poolId)
      const now = performance.now()
      if (now - this.renewedAt > LEASE_MS) outageAt = now
      this.renewedAt = now
      if (outageAt !== null && now - outageAt < LEASE_MS) return
      const workers = await freeJobsOfDeadWorkers(database)
      if (workers > 0) log.warn({ workers }, 'jobs of dead workers were freed')
    } catch (error) {
      outageAt = performance.now()
      log.warn({ err: error }, 'the lease of the job queue could not be renewed')
    }
  }

  /** Gives the lease back; it ends by itself when that fails. */
  async end(): Promise<void> {
    await endStoredLease(this.context.database, this.poolId).catch((error: unknown) => {
      this.context.log.debug({ err: error }, 'the lease of the job queue ends by itself')
    })
  }
}
