import type { Reads, Tx } from './database.ts'
import type { SubscriptionRow } from './subscriptions.ts'

/** The subscription with an external id and status, the latest if there are several. */
export async function subscriptionOfEntitlements(
  reads: Reads,
  externalId: string,
  status: string,
): Promise<SubscriptionRow | undefined> {
  return subscriptionsByStatus(reads, externalId, status).executeTakeFirst()
}

/** The same, locked, so that changes to a subscription's entitlements are serialized. */
export async function lockSubscriptionOfEntitlements(
  tx: Tx,
  externalId: string,
  status: string,
): Promise<SubscriptionRow | undefined> {
  return subscriptionsByStatus(tx, externalId, status).forUpdate().executeTakeFirst()
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
