import { moved, type SubscriptionStatus } from '../../core/subscriptions/lifecycle.ts'
import { scheduleAlertRearming } from '../../store/activity-items.ts'
import type { Tx } from '../../store/database.ts'
import { takeBillingItems } from '../../store/subscription-due-items.ts'
import { lockCustomerById } from '../../store/subscription-states.ts'
import {
  findPendingSuccessor,
  readSubscription,
  type SubscriptionRow,
  updateSubscription,
} from '../../store/subscriptions.ts'
import { ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'
import type { DueAction } from '../due/run-due.ts'
import { announceSubscription } from '../subscriptions/announce-subscription.ts'
import { closeSubscription } from '../subscriptions/end-subscription.ts'
import { scheduleSubscription } from '../subscriptions/schedule-subscription.ts'
import { activeColumns, afterStart, isBilledAtStart } from '../subscriptions/start-subscription.ts'
import type { BillEntry } from './bill.ts'
import { billSubscriptions } from './bill-subscriptions.ts'

/**
 * The periodic bill of a customer (subscriptions-and-invoicing §3.5): all subscriptions that are due at the same
 * instant as the subject are billed together. One whose downgrade waits is rotated instead (§2.7). Each of them is
 * then due again at its next billing day.
 */
export const billDueSubscriptions: DueAction = async (context, tx, caller, subscriptionId) => {
  const { customerId } = await readSubscription(tx, subscriptionId)
  await lockCustomerById(tx, customerId)
  const ids = new Set([subscriptionId, ...(await takeBillingItems(tx, customerId, caller.now))])
  const periodic: SubscriptionRow[] = []
  for (const id of [...ids].sort()) {
    const row = await readSubscription(tx, id)
    if (row.status !== 'active') continue
    const successor = await findPendingSuccessor(tx, row.id)
    if (successor?.status === 'pending') await rotate(context, tx, caller, row, successor)
    else periodic.push(row)
  }
  if (periodic.length === 0) return
  await billSubscriptions(context, tx, caller, {
    customerId,
    at: caller.now,
    entries: periodic.map((row) => ({ subscriptionId: row.id, reason: 'subscription_periodic' as const })),
    skipCharges: false,
  })
  for (const row of periodic) await scheduleSubscription(tx, caller, row, caller.now)
  // Usage falls to what is carried over, or to nothing, whether an event comes or not.
  const billed = periodic.map(({ id }) => id)
  await scheduleAlertRearming(tx, caller.organizationId, billed, caller.now)
}

/** Lets a waiting downgrade take over: one invoice closes the old subscription and opens the new one (§2.7). */
async function rotate(
  context: Context,
  tx: Tx,
  caller: Caller,
  row: SubscriptionRow,
  successor: SubscriptionRow,
): Promise<void> {
  const old = await closeSubscription(tx, caller, row, 'downgrade')
  moved(successor.status as SubscriptionStatus, 'active')
  const next = await updateSubscription(tx, successor.id, {
    ...activeColumns(caller, caller.now),
    updatedAt: ts(caller.now),
  })
  const entries: BillEntry[] = [{ subscriptionId: old.id, reason: 'subscription_terminating' }]
  if (await isBilledAtStart(tx, caller, next)) {
    entries.push({ subscriptionId: next.id, reason: 'subscription_starting' })
  }
  await announceSubscription(tx, caller, 'subscription.terminated', old)
  await afterStart(tx, caller, next)
  await billSubscriptions(context, tx, caller, {
    customerId: row.customerId,
    at: caller.now,
    entries,
    skipCharges: false,
  })
}
