import type { Tx } from '../../store/database.ts'
import {
  insertSubscription,
  replaceSubscriptionThresholds,
  type SubscriptionRow,
} from '../../store/subscriptions.ts'
import type { Caller } from '../context.ts'
import { saveOwnUnits } from '../fixed-charges/own-units.ts'
import { announceSubscription } from './announce-subscription.ts'
import { cancelSuccessor } from './end-subscription.ts'
import { type SubscriptionWish, successorColumns } from './succeed-subscription.ts'

/**
 * Lets a subscription on a cheaper plan wait for the end of the period of the current one, whose next billing
 * day puts it in its place (docs/rules/subscriptions.md#downgrade). One that waited before is canceled. Gives
 * the current one.
 */
export async function downgradeSubscription(
  tx: Tx,
  caller: Caller,
  current: SubscriptionRow,
  wish: SubscriptionWish,
): Promise<SubscriptionRow> {
  await cancelSuccessor(tx, caller, current)
  const next = await insertSubscription(tx, {
    ...(await successorColumns(tx, caller, current, wish)),
    status: 'pending',
    startedBy: 'downgrade',
  })
  await saveOwnUnits(tx, caller, next, wish.ownUnits)
  const { usageThresholds } = wish.request
  if (usageThresholds) await replaceSubscriptionThresholds(tx, next, usageThresholds, caller.now)
  await announceSubscription(tx, caller, 'subscription.updated', current)
  return current
}
