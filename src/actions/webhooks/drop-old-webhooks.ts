import { deleteOldWebhooks } from '../../store/webhooks.ts'
import type { Context } from '../context.ts'

const KEPT_DAYS = 90
const BATCH = 5000

/** Deletes messages older than 90 days by their organization's time; returns how many. */
export async function dropOldWebhooks(context: Context): Promise<number> {
  const now = context.systemNow()
  let dropped = 0
  for (;;) {
    const count = await deleteOldWebhooks(context.database, { now, days: KEPT_DAYS, limit: BATCH })
    dropped += count
    if (count < BATCH) return dropped
  }
}
