import { notFound } from '../core/refusal.ts'
import type { Reads } from '../store/database.ts'
import { isId } from '../store/ids.ts'
import type { PortalVisit } from '../store/portal.ts'
import { type SubscriptionRow, subscriptionsOf } from '../store/subscriptions.ts'

/** The subscriptions that a customer sees: those that are active or will be. */
export function ownSubscriptions(reads: Reads, { customer }: PortalVisit): Promise<SubscriptionRow[]> {
  return subscriptionsOf(reads, { customerId: customer.id }, ['active', 'pending'])
}

/** A subscription of the customer; 404 for one of anybody else, and for one that is over. */
export async function ownSubscription(
  reads: Reads,
  visit: PortalVisit,
  id: string,
): Promise<SubscriptionRow> {
  const row = isId(id) ? (await ownSubscriptions(reads, visit)).find((each) => each.id === id) : undefined
  if (!row) throw notFound('subscription')
  return row
}
