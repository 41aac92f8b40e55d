import { deleteOldLogs } from '../../store/api-logs.ts'
import type { Context } from '../context.ts'

const KEPT_DAYS = 90
const BATCH = 5000

/** Deletes entries of the API log and the activity log after 90 days by their organization's time; returns how many. */
export async function dropOldLogs(context: Context): Promise<number> {
  const now = context.systemNow()
  let dropped = 0
  for (const table of ['api_logs', 'activity_logs'] as const) {
    for (;;) {
      const count = await deleteOldLogs(context.database, table, { now, days: KEPT_DAYS, limit: BATCH })
      dropped += count
      if (count < BATCH) break
    }
  }
  return dropped
}
