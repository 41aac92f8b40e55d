import { addMs, DAY_MS } from '../core/calendar/instant.ts'
import { deleteAnswersBefore } from '../store/idempotent-answers.ts'
import type { Context } from './context.ts'

/** Longer than any queue of a client keeps a failed request to send it again. */
const KEPT_DAYS = 30
const BATCH = 5000

/**
 * Deletes the answers that requests with an Idempotency-Key got 30 days ago and before (docs/decisions/0011); gives
 * how many. By the system's time in sandboxes too: a request is repeated in real time, wherever their clock stands.
 */
export async function dropOldAnswers(context: Context): Promise<number> {
  const before = addMs(context.systemNow(), -KEPT_DAYS * DAY_MS)
  let dropped = 0
  for (;;) {
    const count = await deleteAnswersBefore(context.database, before, BATCH)
    dropped += count
    if (count < BATCH) return dropped
  }
}
