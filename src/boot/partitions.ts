import type { Context } from '../actions/context.ts'
import { ensureEventPartitions } from '../actions/events/make-partitions.ts'
import type { PinoLog } from './log.ts'

const EVERY_MS = 24 * 3_600_000
const AFTER_FAILURE_MS = 60_000

/**
 * Creates the upcoming partitions of the event log now and once a day, with a retry soon after a failure. Events
 * without a partition go to a default one.
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
      if (made.length > 0) log.info({ made }, 'partitions of the event log were created')
    } catch (error) {
      pauseMs = AFTER_FAILURE_MS
      log.error({ err: error }, 'the upcoming partitions of the event log could not be created; retrying')
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
