import { planChangeKind } from '../../core/subscriptions/change.ts'
import type { Tx } from '../../store/database.ts'
import { readPlan } from '../../store/plans.ts'
import { lockCustomerById } from '../../store/subscription-states.ts'
import {
  findPendingSuccessor,
  readSubscription,
  type SubscriptionRow,
  subscriptionsOf,
  updateSubscription,
} from '../../store/subscriptions.ts'
import { ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'
import { cancelSubscription, closeSubscription } from '../subscriptions/end-subscription.ts'
import { settleOverdue } from '../subscriptions/settle-overdue.ts'
import { activeColumns } from '../subscriptions/start-subscription.ts'
import { afterUpgrade } from '../subscriptions/upgrade-subscription.ts'

/**
 * What a new amount of a plan means for changes that wait (subscriptions-and-invoicing §1.3): a downgrade to a plan
 * that has become the dearer one is canceled; a downgrade to this plan that has become an upgrade happens at once.
 */
export async function followNewAmount(
  context: Context,
  tx: Tx,
  caller: Caller,
  planId: string,
): Promise<void> {
  const plan = await readPlan(tx, planId)
  for (const { id, customerId } of await subscriptionsOf(tx, { planIds: [planId] }, ['active'])) {
    await lockCustomerById(tx, customerId)
    const successor = await findPendingSuccessor(tx, id)
    if (successor?.status !== 'pending') continue
    const next = await readPlan(tx, successor.planId)
    // The amounts themselves, not those of a year.
    if (plan.amountCents < next.amountCents) await cancelSubscription(tx, caller, successor)
  }
  await startUpgrades(context, tx, caller, planId)
}

/** Starts the subscriptions that wait for this plan if it now costs as much in a year as the plan before, or more. */
export async function startUpgrades(context: Context, tx: Tx, caller: Caller, planId: string): Promise<void> {
  const plan = await readPlan(tx, planId)
  for (const waiting of await subscriptionsOf(tx, { planIds: [planId] }, ['pending'])) {
    if (waiting.previousSubscriptionId === null) continue
    await lockCustomerById(tx, waiting.customerId)
    await settleOverdue(context, tx, caller, waiting.customerId)
    const pending = await readSubscription(tx, waiting.id)
    const previous = await readSubscription(tx, waiting.previousSubscriptionId)
    if (pending.status !== 'pending' || previous.status !== 'active') continue
    const before = await readPlan(tx, previous.planId)
    if (planChangeKind(before, plan) === 'upgrade') await upgradeNow(context, tx, caller, previous, pending)
  }
}

async function upgradeNow(
  context: Context,
  tx: Tx,
  caller: Caller,
  previous: SubscriptionRow,
  pending: SubscriptionRow,
): Promise<void> {
  const closed = await closeSubscription(tx, caller, previous, 'upgrade')
  const next = await updateSubscription(tx, pending.id, {
    ...activeColumns(caller, caller.now),
    startedBy: 'upgrade',
    updatedAt: ts(caller.now),
  })
  await afterUpgrade(context, tx, caller, closed, next)
}
