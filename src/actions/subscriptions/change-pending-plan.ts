import { replaceActivationRules } from '../../store/activation-rules.ts'
import type { Tx } from '../../store/database.ts'
import { deleteUnitsOverrides } from '../../store/fixed-charge-units.ts'
import { type SubscriptionRow, updateSubscription } from '../../store/subscriptions.ts'
import { ts } from '../../store/values.ts'
import type { Caller } from '../context.ts'
import { saveOwnUnits } from '../fixed-charges/own-units.ts'
import { announceSubscription } from './announce-subscription.ts'
import type { SubscriptionWish } from './succeed-subscription.ts'
import { writeOwnParts } from './write-own-parts.ts'

/**
 * Changes the plan, and the name if given, of a subscription that has not started
 * (docs/rules/subscriptions.md#upgrade and docs/rules/subscriptions.md#downgrade). Nothing was sold yet, so it needs
 * no successor.
 */
export async function changePendingPlan(
  tx: Tx,
  caller: Caller,
  pending: SubscriptionRow,
  wish: SubscriptionWish,
): Promise<SubscriptionRow> {
  const { name } = wish.request
  const row = await updateSubscription(tx, pending.id, {
    planId: wish.plan.id,
    ...(name === undefined ? {} : { name }),
    updatedAt: ts(caller.now),
  })
  await deleteUnitsOverrides(tx, row.id)
  await saveOwnUnits(tx, caller, row, wish.ownUnits)
  await writeOwnParts(tx, caller, row, wish.request)
  const { activationRules } = wish.request
  if (activationRules) await replaceActivationRules(tx, row, activationRules, caller.now)
  await announceSubscription(tx, caller, 'subscription.updated', row)
  return row
}
