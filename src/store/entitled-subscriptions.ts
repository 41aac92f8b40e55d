import type { Reads } from './database.ts'
import type { SubscriptionRow } from './subscriptions.ts'

/** The subscription with an external id and status, the latest if there are several. */
export async function subscriptionOfEntitlements(
  reads: Reads,
  externalId: string,
  status: string,
): Promise<SubscriptionRow | undefined> {
  return subscriptionsByStatus(reads, externalId, status).executeTakeFirst()
}

function subscriptionsByStatus(reads: Reads, externalId: string, status: string) {
  return reads
    .selectFrom('subscriptions')
    .selectAll()
    .where('externalId', '=', externalId)
    .where('status', '=', status)
    .orderBy('startedAt', (order) => order.desc().nullsLast())
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
}
