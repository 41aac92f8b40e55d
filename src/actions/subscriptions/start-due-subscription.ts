import { lockCustomerById } from '../../store/customers.ts'
import { stateOf } from '../../store/subscription-states.ts'
import { isTakenByAnother, readSubscription, updateSubscription } from '../../store/subscriptions.ts'
import { ts } from '../../store/values.ts'
import type { DueAction } from '../due/due-action.ts'
import { cancelSubscription } from './end-subscription.ts'
import { mustWait, openGate, waitingColumns } from './open-gate.ts'
import { activeColumns, afterStart, billStart } from './start-subscription.ts'

/**
 * Starts a pending subscription on its day, as of the local midnight, its due instant
 * (docs/rules/subscriptions.md#start). It is canceled if another customer now has an active subscription with its
 * external id (docs/rules/subscriptions.md#states), and waits if its rules say so.
 */
export const startDueSubscription: DueAction = async (context, tx, caller, subscriptionId) => {
  const { customerId } = await readSubscription(tx, subscriptionId)
  await lockCustomerById(tx, customerId)
  const pending = await readSubscription(tx, subscriptionId)
  if (pending.status !== 'pending' || pending.previousSubscriptionId !== null) return
  if (await isTakenByAnother(tx, pending.externalId, customerId)) {
    // Its external id was free when it was created but now belongs to another customer's subscription.
    await cancelSubscription(tx, caller, pending)
    return
  }
  if (await mustWait(tx, caller, pending)) {
    const waiting = { ...waitingColumns(caller.now), updatedAt: ts(caller.now) }
    return openGate(context, tx, caller, await updateSubscription(tx, pending.id, waiting))
  }
  const row = await updateSubscription(tx, pending.id, {
    ...activeColumns(caller, caller.now),
    updatedAt: ts(caller.now),
  })
  await afterStart(tx, caller, row)
  await billStart(context, tx, caller, await stateOf(tx, row))
}
