import { lockCustomerById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { readSubscription, type SubscriptionOwner, subscriptionsOf } from '../../store/subscriptions.ts'
import type { Caller, Context } from '../context.ts'
import { cancelGate, giveUpSuccessor } from './cancel-gate.ts'
import { billClosedPeriods } from './end-due-subscription.ts'
import { cancelSubscription, endSubscription } from './end-subscription.ts'
import { notBefore } from './lock-subscription.ts'

/**
 * Terminates the active subscriptions of a customer, or of customers on some plans, and cancels those that have not
 * started.
 */
export async function endAll(
  context: Context,
  tx: Tx,
  caller: Caller,
  owner: SubscriptionOwner,
): Promise<void> {
  for (const each of await subscriptionsOf(tx, owner, ['active', 'pending', 'incomplete'])) {
    await lockCustomerById(tx, each.customerId)
    const row = await readSubscription(tx, each.id)
    const then = await notBefore(tx, caller, row)
    if (row.status === 'active') {
      await giveUpSuccessor(tx, then, row)
      await billClosedPeriods(context, tx, then, row.id)
      await endSubscription(context, tx, then, row)
    }
    if (row.status === 'pending') await cancelSubscription(tx, then, row)
    if (row.status === 'incomplete') await cancelGate(tx, then, row, 'given_up')
  }
}
