import type { Context } from '../actions/context.ts'
import { ensureEventPartitions } from '../actions/events/make-partitions.ts'
import type { PinoLog } from './log.ts'
import { type Repeating, repeat } from './repeating.ts'

const EVERY_MS = 24 * 3_600_000

/**
 * Creates the upcoming partitions of the event log now and once a day, with a retry soon after a failure. Events
 * without a partition go to a default one.
 */
export function startPartitions({ context, log }: { context: Context; log: PinoLog }): Repeating {
  return repeat(log, 'the upcoming partitions of the event log could not be created; retrying', async () => {
    const made = await ensureEventPartitions(context.database, context.systemNow())
    if (made.length > 0) log.info({ made }, 'partitions of the event log were created')
    return EVERY_MS
  })
}
