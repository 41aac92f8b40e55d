import type { Instant } from '../../core/calendar/instant.ts'
import { openUsageWindow } from '../../core/subscriptions/open-window.ts'
import type { UsageWindow, Window } from '../../core/subscriptions/windows.ts'
import { windowsOfMovedCustomer } from '../../store/billed-windows.ts'
import {
  type BillingSnapshot,
  readBillingSnapshot,
  type SubscriptionSnapshot,
} from '../../store/billing-snapshot.ts'
import type { Reads } from '../../store/database.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'

/** A subscription with the window of usage that is open. */
export type OpenSubscription = {
  readonly snapshot: BillingSnapshot
  readonly subscription: SubscriptionSnapshot
  readonly open: UsageWindow
}

/** A started subscription with the window of usage that is open at an instant; undefined when it has not started. */
export async function openSubscription(
  reads: Reads,
  row: SubscriptionRow,
  at: Instant,
): Promise<OpenSubscription | undefined> {
  const snapshot = await readBillingSnapshot(reads, row.customerId, [row.id])
  const subscription = snapshot?.subscriptions[0]
  if (!snapshot || !subscription) return undefined
  return openAt(reads, snapshot, subscription, at)
}

/** After which arrival usage of the first instant of a window counts; null when all of it does. */
export function usageAfter({ billing, shared }: SubscriptionSnapshot, window: Window): string | null {
  return window.from === billing.startedAt ? (shared?.usageAfter ?? null) : null
}

/** A subscription of a snapshot with the window of usage that an instant lies in. */
export async function openAt(
  reads: Reads,
  snapshot: BillingSnapshot,
  subscription: SubscriptionSnapshot,
  at: Instant,
): Promise<OpenSubscription> {
  const { billingPlan: plan, billing, row } = subscription
  const { zone } = snapshot
  const billed = await windowsOfMovedCustomer(reads, row.id, zone)
  return { snapshot, subscription, open: openUsageWindow({ plan, subscription: billing, at, zone }, billed) }
}
