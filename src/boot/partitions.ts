import type { Context } from '../actions/context.ts'
import { ensureEventPartitions } from '../actions/events/make-partitions.ts'
import type { Log } from './log.ts'

const EVERY_MS = 24 * 3_600_000

/** Makes the coming months of the event log now and once a day; events of months that are not made have a place too. */
export async function startPartitions(parts: {
  readonly context: Context
  readonly log: Log
}): Promise<{ stop: () => Promise<void> }> {
  const { context, log } = parts
  let running: Promise<void> = Promise.resolve()
  const make = async () => {
    try {
      const made = await ensureEventPartitions(context.database, context.systemNow())
      if (made.length > 0) log.info({ made }, 'months of the event log were made')
    } catch (error) {
      log.error(
        { err: error },
        'the coming months of the event log could not be made; they are tried again tomorrow',
      )
    }
  }
  const timer = setInterval(() => {
    running = make()
  }, EVERY_MS)
  timer.unref()
  running = make()
  return {
    stop: async () => {
      clearInterval(timer)
      await running
    },
  }
}
