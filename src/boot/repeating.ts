import type { PinoLog } from './log.ts'

const AFTER_FAILURE_MS = 60_000

/** Work that goes on until it is stopped. */
export type Repeating = { readonly stop: () => Promise<void> }

/**
 * Does work now and again and again, never twice at once. `work` returns the milliseconds until the next time. When it
 * fails, `failure` is logged and it is tried again after a minute. `stop` waits for what is under way.
 */
export function repeat(log: PinoLog, failure: string, work: () => Promise<number>): Repeating {
  let timer: NodeJS.Timeout | undefined
  let isStopping = false
  const once = async () => {
    const pauseMs = await work().catch((error: unknown) => {
      log.error({ err: error }, failure)
      return AFTER_FAILURE_MS
    })
    if (isStopping) return
    timer = setTimeout(() => {
      running = once()
    }, pauseMs).unref()
  }
  let running = once()
  return {
    stop: async () => {
      isStopping = true
      clearTimeout(timer)
      await running
    },
  }
}
