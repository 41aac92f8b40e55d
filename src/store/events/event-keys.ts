import type { Reads } from '../database.ts'
import type { ArrivedEvent } from './ingest.ts'

/** The ids of those events whose transaction id their subscription has already (metering-and-rating §1.3). */
export async function takenEvents(
  reads: Reads,
  events: readonly ArrivedEvent[],
): Promise<ReadonlySet<string>> {
  const rows = await reads
    .selectFrom('eventKeys')
    .select(['transactionId', 'externalSubscriptionId'])
    .where('transactionId', 'in', [...new Set(events.map((event) => event.transactionId))])
    .where('externalSubscriptionId', 'is not', null)
    .execute()
  const taken = new Set(rows.map((row) => JSON.stringify([row.transactionId, row.externalSubscriptionId])))
  const isTaken = ({ transactionId, externalSubscriptionId }: ArrivedEvent) =>
    taken.has(JSON.stringify([transactionId, externalSubscriptionId]))
  return new Set(events.filter(isTaken).map((event) => event.id))
}
