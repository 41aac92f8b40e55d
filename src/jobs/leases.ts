import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../actions/context.ts'
import { WorkerLease } from '../actions/webhooks/keep-lease.ts'

const RENEW_EVERY_MS = 5000

/**
 * Renews the lease of a worker while it lives, and frees the jobs of workers whose lease has ended, so that they are
 * done within a minute; the queue itself would free them after four hours. Several processes may do so on one database.
 *
 * @param poolId the name under which the worker locks its jobs
 */
export async function keepLease(
  context: Context,
  poolId: string,
): Promise<{ readonly stop: () => Promise<void> }> {
  const stopping = new AbortController()
  const lease = new WorkerLease(context, poolId)
  await lease.renew()
  const renewing = (async () => {
    while (!stopping.signal.aborted) {
      await sleep(RENEW_EVERY_MS, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined)
      if (!stopping.signal.aborted) await lease.renew()
    }
  })()
  return {
    stop: async () => {
      stopping.abort()
      await renewing
      await lease.end()
    },
  }
}
