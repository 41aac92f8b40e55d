import { setTimeout as sleep } from 'node:timers/promises'
import type { Worker } from '../jobs/worker.ts'
import { isDatabaseAway } from '../store/lost-connection.ts'
import type { PinoLog } from './log.ts'

const PAUSE_MS = 500

/**
 * Keeps a worker of the queue running: one that could not start because PostgreSQL was away, or that ended by itself,
 * is started again until it runs. Resolves once it runs or has to wait for PostgreSQL; throws what else keeps the first
 * one from starting.
 */
export async function keepWorker(start: () => Promise<Worker>, log: PinoLog): Promise<Pick<Worker, 'stop'>> {
  const stopping = new AbortController()
  let worker: Worker | null = null
  try {
    worker = await start()
  } catch (error) {
    if (!isDatabaseAway(error)) throw error
    log.warn({ err: error }, 'the job queue waits for PostgreSQL')
  }
  const startAgain = async (): Promise<Worker | null> => {
    await sleep(PAUSE_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    if (stopping.signal.aborted) return null
    try {
      const started = await start()
      log.info('the job queue runs again')
      return started
    } catch (error) {
      log.warn({ err: error }, 'the job queue could not be started; it is tried again')
      return null
    }
  }
  const keep = async () => {
    while (!stopping.signal.aborted) {
      await worker?.ended
      if (stopping.signal.aborted) return
      // What it still has, such as its timer.
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
      // One that was being started when it was to stop.
      await worker?.stop()
    },
  }
}
