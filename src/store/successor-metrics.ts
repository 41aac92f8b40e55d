import type { BillingSubscription } from '../core/subscriptions/subscription.ts'
import type { Reads } from './database.ts'

/**
 * The metrics that the plan of an upgrade's successor charges, whether the successor is on a bill or not
 * (subscriptions-and-invoicing §2.6); none for a subscription that no upgrade ended.
 */
export async function successorMetrics(
  reads: Reads,
  { endedBy }: Pick<BillingSubscription, 'endedBy'>,
  subscriptionId: string,
): Promise<ReadonlySet<string>> {
  if (endedBy !== 'upgrade') return new Set()
  const rows = await reads
    .selectFrom('subscriptions as s')
    .innerJoin('charges as c', 'c.planId', 's.planId')
    .select('c.billableMetricId')
    .distinct()
    .where('s.previousSubscriptionId', '=', subscriptionId)
    .where('s.status', '<>', 'canceled')
    .where('c.deletedAt', 'is', null)
    .execute()
  return new Set(rows.map((row) => row.billableMetricId))
}
