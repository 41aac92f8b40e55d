import type { BillEntry } from '../../core/billing/bill-request.ts'
import { addMs, SECOND_MS } from '../../core/calendar/instant.ts'
import type { Tx } from '../../store/database.ts'
import { insertSubscription, readSubscription, type SubscriptionRow } from '../../store/subscriptions.ts'
import { billSubscriptions } from '../billing/bill-subscriptions.ts'
import type { Caller, Context } from '../context.ts'
import { creditEarlyEnd } from '../credit-notes/credit-early-end.ts'
import { saveOwnUnits } from '../fixed-charges/own-units.ts'
import { announceSubscription } from './announce-subscription.ts'
import { cancelSuccessor, closeSubscription } from './end-subscription.ts'
import { activeColumns, afterStart, isBilledAtStart } from './start-subscription.ts'
import { type SubscriptionWish, successorColumns } from './succeed-subscription.ts'
import { writeOwnParts } from './write-own-parts.ts'

/**
 * Upgrades an active subscription immediately to a plan that costs at least as much
 * (docs/rules/subscriptions.md#upgrade): the old one ends, a new one with the same anchor starts, and one bill a
 * second later closes the old one and opens the new one if it is billed at its start. Returns the new subscription.
 */
export async function upgradeSubscription(
  context: Context,
  tx: Tx,
  caller: Caller,
  current: SubscriptionRow,
  wish: SubscriptionWish,
): Promise<SubscriptionRow> {
  await cancelSuccessor(tx, caller, current)
  const columns = await successorColumns(tx, caller, current, wish)
  const ended = await closeSubscription(tx, caller, current, 'upgrade')
  await creditEarlyEnd(tx, caller, ended)
  const next = await insertSubscription(tx, {
    ...columns,
    ...activeColumns(caller, caller.now),
    startedBy: 'upgrade',
  })
  await saveOwnUnits(tx, caller, next, wish.ownUnits)
  await writeOwnParts(tx, caller, next, wish.request)
  await afterUpgrade(context, tx, caller, current, next)
  return readSubscription(tx, next.id)
}

/** Follow-up to an upgrade once the old subscription is closed and the new one is active: webhooks and the bill. */
export async function afterUpgrade(
  context: Context,
  tx: Tx,
  caller: Caller,
  old: SubscriptionRow,
  next: SubscriptionRow,
): Promise<void> {
  await announceSubscription(tx, caller, 'subscription.terminated', old)
  await afterStart(tx, caller, next)
  const entries: BillEntry[] = [{ subscriptionId: old.id, reason: 'subscription_terminating' }]
  if (await isBilledAtStart(tx, caller, next)) {
    entries.push({ subscriptionId: next.id, reason: 'subscription_starting' })
  }
  await billSubscriptions(context, tx, caller, {
    customerId: old.customerId,
    // A second later, so that the old subscription counts as ended and the new one as started.
    at: addMs(caller.now, SECOND_MS),
    entries,
    skipCharges: false,
  })
}
