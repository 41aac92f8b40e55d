import type { SubscriptionFacts } from '../../core/billing/snapshot.ts'
import type { Instant } from '../../core/calendar/instant.ts'
import { openUsageWindow } from '../../core/subscriptions/open-window.ts'
import type { UsageWindow } from '../../core/subscriptions/windows.ts'
import { windowsOfMovedCustomer } from '../../store/billed-windows.ts'
import { type CustomerSnapshot, readCustomerSnapshot } from '../../store/billing/read-snapshot.ts'
import type { Reads } from '../../store/database.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'

/** A subscription with its open usage window. */
export type OpenSubscription = {
  readonly snapshot: CustomerSnapshot
  readonly subscription: SubscriptionFacts
  readonly open: UsageWindow
}

/** A started subscription with the usage window open at an instant; undefined when it has not started. */
export async function openSubscription(
  reads: Reads,
  row: SubscriptionRow,
  at: Instant,
): Promise<OpenSubscription | undefined> {
  const snapshot = await readCustomerSnapshot(reads, row.customerId, [row.id])
  const subscription = snapshot?.subscriptions[0]
  if (!snapshot || !subscription) return undefined
  return openAt(reads, snapshot, subscription, at)
}

/** A subscription in a snapshot with the usage window containing an instant. */
export async function openAt(
  reads: Reads,
  snapshot: CustomerSnapshot,
  subscription: SubscriptionFacts,
  at: Instant,
): Promise<OpenSubscription> {
  const { plan, billing } = subscription
  const { zone } = snapshot.customer
  const billed = await windowsOfMovedCustomer(reads, subscription.id, zone)
  return { snapshot, subscription, open: openUsageWindow({ plan, subscription: billing, at, zone }, billed) }
}
