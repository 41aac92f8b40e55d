import { invalid } from '../../core/refusal.ts'
import { moved, type SubscriptionStatus } from '../../core/subscriptions/lifecycle.ts'
import type { EndCause } from '../../core/subscriptions/subscription.ts'
import type { Tx } from '../../store/database.ts'
import { readPlan } from '../../store/plans.ts'
import { findPendingSuccessor, type SubscriptionRow, updateSubscription } from '../../store/subscriptions.ts'
import { ts } from '../../store/values.ts'
import { billSubscriptions } from '../billing/bill-subscriptions.ts'
import type { Caller, Context } from '../context.ts'
import { creditEarlyEnd } from '../credit-notes/credit-early-end.ts'
import { announceSubscription } from './announce-subscription.ts'
import { scheduleAlerts, scheduleSubscription } from './schedule-subscription.ts'

/** Ends an active subscription now, for any reason, and cancels its due items. Does not bill and sends no webhook. */
export async function closeSubscription(
  tx: Tx,
  caller: Caller,
  row: SubscriptionRow,
  endedBy: EndCause,
): Promise<SubscriptionRow> {
  const closed = await updateSubscription(tx, row.id, {
    status: moved(row.status as SubscriptionStatus, 'terminated'),
    terminatedAt: ts(caller.now),
    endedBy,
    ...((await isCreditedByDefault(tx, row, endedBy)) ? { onTerminationCreditNote: 'credit' } : {}),
    updatedAt: ts(caller.now),
  })
  await scheduleSubscription(tx, caller, closed)
  await scheduleAlerts(tx, caller, closed, 'today_is_sent')
  return closed
}

/**
 * Cancels a subscription that has not started (docs/rules/subscriptions.md#states); nothing is billed.
 *
 * @param reason why it did not, when it waited for a payment
 */
export async function cancelSubscription(
  tx: Tx,
  caller: Caller,
  row: SubscriptionRow,
  reason: 'payment_failed' | 'timeout' | null = null,
): Promise<SubscriptionRow> {
  const canceled = await updateSubscription(tx, row.id, {
    status: moved(row.status as SubscriptionStatus, 'canceled'),
    canceledAt: ts(caller.now),
    cancellationReason: reason,
    // It had no life, in which usage could fall or a trial could begin.
    startedAt: null,
    updatedAt: ts(caller.now),
  })
  await scheduleSubscription(tx, caller, canceled)
  await announceSubscription(tx, caller, 'subscription.canceled', canceled)
  return canceled
}

/** Cancels a subscription's pending successor, if there is one. */
export async function cancelSuccessor(tx: Tx, caller: Caller, row: SubscriptionRow): Promise<void> {
  const successor = await findPendingSuccessor(tx, row.id)
  if (successor?.status === 'incomplete') throw invalid({ base: ['next_subscription_incomplete'] })
  if (successor) await cancelSubscription(tx, caller, successor)
}

/**
 * Terminates an active subscription now, without a successor (docs/rules/subscriptions.md#end): credits its unused
 * days, creates the final invoice unless set to `skip`, and cancels a pending successor. The caller holds the customer's lock.
 */
export async function endSubscription(
  context: Context,
  tx: Tx,
  caller: Caller,
  row: SubscriptionRow,
): Promise<SubscriptionRow> {
  await cancelSuccessor(tx, caller, row)
  const ended = await closeSubscription(tx, caller, row, 'termination')
  await creditEarlyEnd(tx, caller, ended)
  if (ended.onTerminationInvoice !== 'skip') {
    await billSubscriptions(context, tx, caller, {
      customerId: ended.customerId,
      at: caller.now,
      entries: [{ subscriptionId: ended.id, reason: 'subscription_terminating' }],
      skipCharges: false,
    })
  }
  await announceSubscription(tx, caller, 'subscription.terminated', ended)
  return ended
}

/**
 * On a plan in advance, the default is to credit the unused part, which the response shows. A downgrade waits for the
 * end of the paid period and leaves no unused part.
 */
async function isCreditedByDefault(tx: Tx, row: SubscriptionRow, endedBy: EndCause): Promise<boolean> {
  if (row.onTerminationCreditNote !== null || endedBy === 'downgrade') return false
  return (await readPlan(tx, row.planId)).payInAdvance
}
