import { lockCustomerById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { finishItem } from '../../store/due-items.ts'
import { findItem } from '../../store/subscription-due-items.ts'
import { readSubscription } from '../../store/subscriptions.ts'
import { billDueSubscriptions } from '../billing/bill-periodic.ts'
import type { Caller, Context } from '../context.ts'
import type { DueAction } from '../due/due-action.ts'
import { giveUpSuccessor } from './cancel-gate.ts'
import { endSubscription } from './end-subscription.ts'

/**
 * Terminates a subscription at its end: the local midnight of the date of its `endingAt`
 * (docs/rules/subscriptions.md#end). Earlier periods still waiting for a retry are billed first.
 */
export const endDueSubscription: DueAction = async (context, tx, caller, subscriptionId) => {
  const { customerId } = await readSubscription(tx, subscriptionId)
  await lockCustomerById(tx, customerId)
  await giveUpSuccessor(tx, caller, await readSubscription(tx, subscriptionId))
  await billClosedPeriods(context, tx, caller, subscriptionId)
  const row = await readSubscription(tx, subscriptionId)
  if (row.status === 'active' && row.endingAt !== null) await endSubscription(context, tx, caller, row)
}

/**
 * Bills earlier due periods that failed: the end would remove them from the list, and they would never be billed. If
 * a bill fails again, the end waits.
 */
export async function billClosedPeriods(
  context: Context,
  tx: Tx,
  caller: Caller,
  subscriptionId: string,
): Promise<void> {
  for (;;) {
    const item = await findItem(tx, 'subscription_billing', subscriptionId)
    if (!item || item.dueAt >= caller.now) return
    await finishItem(tx, item.id)
    await billDueSubscriptions(context, tx, { ...caller, now: item.dueAt }, subscriptionId)
  }
}
