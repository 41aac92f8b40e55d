import { repeatedIndexes } from '../../core/metering/event-check.ts'
import { takenEvents } from '../../store/events/event-keys.ts'
import type { Context } from '../context.ts'
import { duplicateRefusal, type PreparedUnit } from './arrivals.ts'

/**
 * Refuses batches that carry a transaction id twice, for whichever subscriptions, together with what of them is stored
 * already (metering-and-rating §1.2). Gives the other requests.
 */
export async function refuseRepeated(
  context: Context,
  prepared: readonly PreparedUnit[],
): Promise<readonly PreparedUnit[]> {
  const rest: PreparedUnit[] = []
  for (const each of prepared) {
    const repeated = repeatedIn(each)
    if (repeated.length === 0) {
      rest.push(each)
      continue
    }
    const taken = await context.database.read(each.unit.organizationId, (reads) =>
      takenEvents(reads, each.events),
    )
    each.unit.reject(duplicateRefusal(each, new Set([...repeated, ...taken])))
  }
  return rest
}

/** Ids of the events whose transaction id stands earlier in the batch. */
function repeatedIn({ unit, events }: PreparedUnit): readonly string[] {
  if (events.length < 2) return []
  return repeatedIndexes(events.map((event) => event.transactionId)).flatMap((index) => unit.ids[index] ?? [])
}
