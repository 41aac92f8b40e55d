import type { WorkerEvents } from 'graphile-worker'

/** Far more than writing down the last ended jobs takes. */
const PATIENCE_MS = 5000

/**
 * Resolves when a pool of workers has failed to write down how a job ended, and is still there a while after the last
 * of its jobs has ended. Such a pool shuts itself down, but may wait forever when several writes have failed: its count
 * of those under way goes below zero (graphile-worker 0.17, github.com/graphile/worker/issues/636).
 */
export function wedgedPool(events: WorkerEvents): Promise<void> {
  return new Promise((resolve) => {
    let running = 0
    let hasFailed = false
    let timer: NodeJS.Timeout | undefined
    const look = () => {
      clearTimeout(timer)
      if (hasFailed && running === 0) timer = setTimeout(resolve, PATIENCE_MS).unref()
    }
    const change = (by: number) => () => {
      running += by
      look()
    }
    events.on('job:start', change(1))
    events.on('job:complete', change(-1))
    // A job whose end the pool does not take any more.
    events.on('worker:fatalError', change(-1))
    events.on('pool:fatalError', () => {
      hasFailed = true
      look()
    })
  })
}
