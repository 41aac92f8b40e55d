import { addMs, DAY_MS } from '../core/calendar/instant.ts'
import { deleteAnswersBefore } from '../store/idempotent-answers.ts'
import type { Context } from './context.ts'

/** Longer than any client queue keeps a failed request for a retry. */
const KEPT_DAYS = 30
const BATCH = 5000

/**
 * Deletes responses to requests with an Idempotency-Key after 30 days (docs/decisions/0011); returns how many. Uses
 * the system time even for sandboxes, because requests are retried in real time.
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
