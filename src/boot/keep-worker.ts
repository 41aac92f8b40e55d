import { setTimeout as sleep } from 'node:timers/promises'
import type { Worker } from '../jobs/worker.ts'
import { isDatabaseAway } from '../store/lost-connection.ts'
import type { PinoLog } from './log.ts'

const PAUSE_MS = 500

/**
 * Keeps a queue worker running: if it cannot start because PostgreSQL is down, or stops by itself, it is restarted
 * until it runs. Resolves once it runs or waits for PostgreSQL; throws any other error of the first start.
 */
export async function keepWorker(start: () => Promise<Worker>, log: PinoLog): Promise<Pick<Worker, 'stop'>> {
  const stopping = new AbortController()
  let worker: Worker | null = null
  try {
    worker = await start()
  } catch (error) {
    if (!isDatabaseAway(error)) throw error
    log.warn({ err: error }, 'the job queue is waiting for PostgreSQL')
  }
  const startAgain = async (): Promise<Worker | null> => {
    await sleep(PAUSE_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    if (stopping.signal.aborted) return null
    try {
      const started = await start()
      log.info('the job queue is running again')
      return started
    } catch (error) {
      log.warn({ err: error }, 'the job queue could not be started; retrying')
      return null
    }
  }
  const keep = async () => {
    while (!stopping.signal.aborted) {
      await worker?.ended
      if (stopping.signal.aborted) return
      // Releases what it still holds, such as its timer.
      await worker?.stop()
      worker = await startAgain()
    }
  }
  const keeping = keep()
  return {
    stop: async () => {
      stopping.abort()
      await worker?.stop()
      await keeping
      // A worker that was still starting when it was told to stop.
      await worker?.stop()
    },
  }
}
