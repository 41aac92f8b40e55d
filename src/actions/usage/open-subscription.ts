import type { Instant } from '../../core/calendar/instant.ts'
import { currentChargesWindow } from '../../core/subscriptions/windows.ts'
import { readBillingSnapshot } from '../../store/billing-snapshot.ts'
import type { Reads } from '../../store/database.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'
import type { OpenSubscription } from './read-current-usage.ts'

/** A started subscription with the window of usage that is open at an instant; undefined when it has not started. */
export async function openSubscription(
  reads: Reads,
  row: SubscriptionRow,
  at: Instant,
): Promise<OpenSubscription | undefined> {
  const snapshot = await readBillingSnapshot(reads, row.customerId, [row.id])
  const subscription = snapshot?.subscriptions[0]
  if (!snapshot || !subscription) return undefined
  const { billingPlan: plan, billing } = subscription
  const open = currentChargesWindow({ plan, subscription: billing, at, zone: snapshot.zone })
  return { snapshot, subscription, open }
}
