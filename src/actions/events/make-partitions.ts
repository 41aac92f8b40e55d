import type { Instant } from '../../core/calendar/instant.ts'
import type { Database } from '../../store/database.ts'
import { makePartition, partitionName } from '../../store/events/partitions.ts'

/** The month before the present one, for late events, and enough months ahead to survive a long quiet time. */
const MONTHS_BEHIND = 1
const MONTHS_AHEAD = 3

/**
 * Makes the parts of the event log for the months around now; to be called at start and once a day. Gives the names
 * of those that it made. Events outside of the made months are kept in events_elsewhere and move when theirs is made.
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
