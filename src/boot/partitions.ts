import type { Context } from '../actions/context.ts'
import { ensureEventPartitions } from '../actions/events/make-partitions.ts'
import type { PinoLog } from './log.ts'

const EVERY_MS = 24 * 3_600_000
const AFTER_FAILURE_MS = 60_000

/**
 * Makes the coming months of the event log now and once a day, and again soon when that failed; events of months that
 * are not made have a place too.
 */
export async function startPartitions(parts: {
  readonly context: Context
  readonly log: PinoLog
}): Promise<{ stop: () => Promise<void> }> {
  const { context, log } = parts
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  let isStopping = false
  const make = async () => {
    let pauseMs = EVERY_MS
    try {
      const made = await ensureEventPartitions(context.database, context.systemNow())
      if (made.length > 0) log.info({ made }, 'months of the event log were made')
    } catch (error) {
      pauseMs = AFTER_FAILURE_MS
      log.error({ err: error }, 'the coming months of the event log could not be made; they are tried again')
    }
    if (isStopping) return
    timer = setTimeout(() => {
      running = make()
    }, pauseMs).unref()
  }
  running = make()
  return {
    stop: async () => {
      isStopping = true
      clearTimeout(timer)
      await running
    },
  }
}
