import type { Instant } from '../core/calendar/instant.ts'
import type { SubscriptionStatus } from '../core/subscriptions/lifecycle.ts'
import type { Reads, Tx } from './database.ts'
import { ts } from './values.ts'

/** The fields of a subscription that determine its prices. */
export type PricedSubscription = {
  readonly id: string
  readonly externalId: string
  readonly customerId: string
  readonly planId: string
}

/** The latest subscription with an external id and one of the statuses, in order of preference. */
export async function findPricedSubscription(
  reads: Reads,
  externalId: string,
  statuses: readonly SubscriptionStatus[],
): Promise<PricedSubscription | undefined> {
  const rows = await priced(reads, externalId, statuses).execute()
  return firstOf(rows, statuses)
}

/** Moves a subscription to its own copy of its plan. */
export async function movePricedSubscription(
  tx: Tx,
  id: string,
  planId: string,
  now: Instant,
): Promise<void> {
  await tx
    .updateTable('subscriptions')
    .set({ planId, updatedAt: ts(now) })
    .where('id', '=', id)
    .execute()
}

function priced(reads: Reads, externalId: string, statuses: readonly SubscriptionStatus[]) {
  return reads
    .selectFrom('subscriptions')
    .select(['id', 'externalId', 'customerId', 'planId', 'status'])
    .where('externalId', '=', externalId)
    .where('status', 'in', [...statuses])
    .orderBy('startedAt', (order) => order.desc().nullsLast())
    .orderBy('createdAt', 'desc')
    .orderBy('id', 'desc')
}

function firstOf<T extends { readonly status: string }>(
  rows: readonly T[],
  statuses: readonly SubscriptionStatus[],
): T | undefined {
  for (const status of statuses) {
    const row = rows.find((each) => each.status === status)
    if (row) return row
  }
  return undefined
}
