import type { Instant } from '../../core/calendar/instant.ts'
import type { Database } from '../../store/database.ts'
import { makePartition, partitionName } from '../../store/events/partitions.ts'

/** The previous month, for late events, and enough months ahead to survive a long downtime of this job. */
const MONTHS_BEHIND = 1
const MONTHS_AHEAD = 3

/**
 * Creates the event log's partitions for the months around now; called at startup and once a day. Returns the names
 * of those created. Events of other months are kept in events_elsewhere until their partition is created.
 */
export async function ensureEventPartitions(database: Database, now: Instant): Promise<readonly string[]> {
  const present = new Date(now)
  const made: string[] = []
  for (let offset = -MONTHS_BEHIND; offset <= MONTHS_AHEAD; offset += 1) {
    const first = new Date(Date.UTC(present.getUTCFullYear(), present.getUTCMonth() + offset, 1))
    const month = { year: first.getUTCFullYear(), month: first.getUTCMonth() + 1 }
    if (await makePartition(database, month)) made.push(partitionName(month))
  }
  return made
}
