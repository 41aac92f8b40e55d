import type { Reads } from './database.ts'

/**
 * The ids of a customer and of its active subscription with an external id; the latter is null when there is none.
 */
export type UsageSubject = { readonly customerId: string; readonly subscriptionId: string | null }

/** Undefined when the customer does not exist. */
export async function findUsageSubject(
  reads: Reads,
  externalCustomerId: string,
  externalSubscriptionId: string | undefined,
): Promise<UsageSubject | undefined> {
  const row = await reads
    .selectFrom('customers as c')
    .leftJoin('subscriptions as s', (join) =>
      join
        .onRef('s.customerId', '=', 'c.id')
        .on('s.externalId', '=', externalSubscriptionId ?? '')
        .on('s.status', '=', 'active'),
    )
    .select(['c.id as customerId', 's.id as subscriptionId'])
    .where('c.externalId', '=', externalCustomerId)
    .where('c.deletedAt', 'is', null)
    .executeTakeFirst()
  return row
}

/** The active subscription with an external id, of any customer. */
export async function findActiveSubscription(
  reads: Reads,
  externalId: string,
): Promise<{ readonly id: string; readonly customerId: string } | undefined> {
  return reads
    .selectFrom('subscriptions')
    .select(['id', 'customerId'])
    .where('externalId', '=', externalId)
    .where('status', '=', 'active')
    .executeTakeFirst()
}
