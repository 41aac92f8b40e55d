import { replaceActivationRules } from '../../store/activation-rules.ts'
import type { Tx } from '../../store/database.ts'
import { insertSubscription, type SubscriptionRow } from '../../store/subscriptions.ts'
import type { Caller } from '../context.ts'
import { saveOwnUnits } from '../fixed-charges/own-units.ts'
import { announceSubscription } from './announce-subscription.ts'
import { cancelSuccessor } from './end-subscription.ts'
import { type SubscriptionWish, successorColumns } from './succeed-subscription.ts'
import { writeOwnParts } from './write-own-parts.ts'

/**
 * Creates a pending subscription on a cheaper plan, which replaces the current one on its next billing day
 * (docs/rules/subscriptions.md#downgrade). An earlier pending one is canceled. Returns the current one.
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
  await writeOwnParts(tx, caller, next, wish.request)
  await replaceActivationRules(tx, next, wish.request.activationRules ?? [], caller.now)
  await announceSubscription(tx, caller, 'subscription.updated', current)
  return current
}
