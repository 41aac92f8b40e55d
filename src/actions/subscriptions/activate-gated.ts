import { addMs, SECOND_MS } from '../../core/calendar/instant.ts'
import { isRolledOver } from '../../core/subscriptions/activation-gate.ts'
import { moved, type SubscriptionStatus } from '../../core/subscriptions/lifecycle.ts'
import { endActivationRules } from '../../store/activation-rules.ts'
import type { Tx } from '../../store/database.ts'
import { billMomentOf, stateOf } from '../../store/subscription-states.ts'
import { readSubscription, type SubscriptionRow, updateSubscription } from '../../store/subscriptions.ts'
import { ts } from '../../store/values.ts'
import { billSubscriptions } from '../billing/bill-subscriptions.ts'
import type { Caller, Context } from '../context.ts'
import { creditEarlyEnd } from '../credit-notes/credit-early-end.ts'
import { announceSubscription } from './announce-subscription.ts'
import { closeSubscription } from './end-subscription.ts'
import { notBefore } from './lock-subscription.ts'
import { afterStart } from './start-subscription.ts'

/**
 * Makes a subscription active that waited for its payment (docs/rules/subscriptions.md#activation-rules). The one that
 * it follows ends and is billed alone, and when a billing day has passed meanwhile, the present period is billed. The
 * caller has locked the customer.
 */
export async function activateGated(
  context: Context,
  tx: Tx,
  caller: Caller,
  row: SubscriptionRow,
): Promise<void> {
  const old = await activePredecessor(tx, row)
  const then = await notBefore(tx, caller, old ?? row)
  const ended = old && (await endPredecessor(tx, then, old, row))
  await endActivationRules(tx, row.id, 'satisfied', then.now)
  const next = await updateSubscription(tx, row.id, {
    status: moved(row.status as SubscriptionStatus, 'active'),
    activatedAt: ts(then.now),
    // The usage of the time in which an upgrade waited was that of its predecessor.
    ...(ended?.endedBy === 'upgrade' ? { startedAt: ts(then.now) } : {}),
    updatedAt: ts(then.now),
  })
  if (ended) await announceSubscription(tx, then, 'subscription.terminated', ended)
  await afterStart(tx, then, next)
  if (ended) await billEnded(context, tx, then, ended)
  await billPresentPeriod(context, tx, then, next)
}

async function activePredecessor(tx: Tx, row: SubscriptionRow): Promise<SubscriptionRow | undefined> {
  if (row.previousSubscriptionId === null) return undefined
  const old = await readSubscription(tx, row.previousSubscriptionId)
  return old.status === 'active' ? old : undefined
}

/**
 * An upgrade ends its predecessor now, and what that was paid ahead for is credited. A downgrade ends it as of the
 * billing day on which it began to wait, and its closing bill has waited too.
 */
async function endPredecessor(
  tx: Tx,
  caller: Caller,
  old: SubscriptionRow,
  row: SubscriptionRow,
): Promise<SubscriptionRow> {
  if (row.startedBy === 'downgrade') {
    const at = { ...caller, now: row.startedAt ?? caller.now }
    return closeSubscription(tx, at, old, 'downgrade')
  }
  const ended = await closeSubscription(tx, caller, old, 'upgrade')
  await creditEarlyEnd(tx, caller, ended)
  return ended
}

async function billEnded(context: Context, tx: Tx, caller: Caller, ended: SubscriptionRow): Promise<void> {
  await billSubscriptions(context, tx, caller, {
    customerId: ended.customerId,
    // A second later, so that it counts as ended.
    at: addMs(caller.now, SECOND_MS),
    entries: [{ subscriptionId: ended.id, reason: 'subscription_terminating' }],
    skipCharges: false,
  })
}

/** What was paid for is over: the period that runs now is billed, and those that have passed unpaid are not. */
async function billPresentPeriod(
  context: Context,
  tx: Tx,
  caller: Caller,
  next: SubscriptionRow,
): Promise<void> {
  const moment = billMomentOf(await stateOf(tx, next), caller.now)
  if (moment === null || next.gatedAt === null || !isRolledOver(moment, next.gatedAt)) return
  await billSubscriptions(context, tx, caller, {
    customerId: next.customerId,
    at: caller.now,
    entries: [{ subscriptionId: next.id, reason: 'subscription_periodic' }],
    skipCharges: false,
  })
}
