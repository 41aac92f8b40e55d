import type { Reads } from '../database.ts'

/**
 * The external ids of each customer's active subscriptions, by the customer's external id; unknown customers are
 * absent.
 */
export async function subscriptionsOfCustomers(
  reads: Reads,
  externalCustomerIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (externalCustomerIds.length === 0) return new Map()
  const rows = await reads
    .selectFrom('customers as c')
    .leftJoin('subscriptions as s', (join) =>
      join
        .onRef('s.organizationId', '=', 'c.organizationId')
        .onRef('s.customerId', '=', 'c.id')
        .on('s.status', '=', 'active'),
    )
    .select(['c.externalId as customer', 's.externalId as subscription'])
    .where('c.externalId', 'in', [...new Set(externalCustomerIds)])
    .where('c.deletedAt', 'is', null)
    .execute()
  const found = new Map<string, string[]>()
  for (const { customer, subscription } of rows) {
    const subscriptions = found.get(customer) ?? []
    if (subscription !== null) subscriptions.push(subscription)
    found.set(customer, subscriptions)
  }
  return found
}
