import type { Context } from '../actions/context.ts'
import { foldDays } from '../store/days.ts'
import type { PinoLog } from './log.ts'
import { type Repeating, repeat } from './repeating.ts'

const EVERY_MS = 5000

/** Puts the sums by day together every few seconds, and without a pause while there is more to do. */
export function startFoldingDays({ context, log }: { context: Context; log: PinoLog }): Repeating {
  return repeat(log, 'the sums by day could not be put together; retrying', async () =>
    (await foldDays(context.database)) ? 0 : EVERY_MS,
  )
}
