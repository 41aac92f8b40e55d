import type { BillEntry } from '../../core/billing/bill-request.ts'
import { addMs, SECOND_MS } from '../../core/calendar/instant.ts'
import { replaceActivationRules } from '../../store/activation-rules.ts'
import type { Tx } from '../../store/database.ts'
import {
  insertSubscription,
  readSubscription,
  type SubscriptionRow,
  updateSubscription,
} from '../../store/subscriptions.ts'
import { billSubscriptions } from '../billing/bill-subscriptions.ts'
import type { Caller, Context } from '../context.ts'
import { creditEarlyEnd } from '../credit-notes/credit-early-end.ts'
import { saveOwnUnits } from '../fixed-charges/own-units.ts'
import { announceSubscription } from './announce-subscription.ts'
import { cancelSuccessor, closeSubscription } from './end-subscription.ts'
import { mustWait, openGate, waitingColumns } from './open-gate.ts'
import { activeColumns, afterStart, isBilledAtStart } from './start-subscription.ts'
import { type SubscriptionWish, successorColumns } from './succeed-subscription.ts'
import { writeOwnParts } from './write-own-parts.ts'

/**
 * Upgrades an active subscription immediately to a plan that costs at least as much
 * (docs/rules/subscriptions.md#upgrade): the old one ends, a new one with the same anchor starts, and one bill a
 * second later closes the old one and opens the new one if it is billed at its start. With rules that make it wait, the
 * old one stays active until the new one is paid. Returns the new subscription.
 */
export async function upgradeSubscription(
  context: Context,
  tx: Tx,
  caller: Caller,
  current: SubscriptionRow,
  wish: SubscriptionWish,
): Promise<SubscriptionRow> {
  await cancelSuccessor(tx, caller, current)
  const columns = { ...(await successorColumns(tx, caller, current, wish)), startedBy: 'upgrade' }
  const rules = wish.request.activationRules ?? []
  if (rules.length > 0) {
    const waiting = await insertSubscription(tx, { ...columns, ...waitingColumns(caller.now) })
    await writeParts(tx, caller, waiting, wish)
    await replaceActivationRules(tx, waiting, rules, caller.now)
    if (await mustWait(tx, caller, waiting)) {
      await openGate(context, tx, caller, waiting)
      return readSubscription(tx, waiting.id)
    }
    // Nothing is to be paid.
    return succeed(context, tx, caller, current, () =>
      updateSubscription(tx, waiting.id, { ...activeColumns(caller, caller.now), gatedAt: null }),
    )
  }
  return succeed(context, tx, caller, current, async () => {
    const next = await insertSubscription(tx, { ...columns, ...activeColumns(caller, caller.now) })
    await writeParts(tx, caller, next, wish)
    return next
  })
}

async function writeParts(
  tx: Tx,
  caller: Caller,
  next: SubscriptionRow,
  wish: SubscriptionWish,
): Promise<void> {
  await saveOwnUnits(tx, caller, next, wish.ownUnits)
  await writeOwnParts(tx, caller, next, wish.request)
}

/** Ends the old subscription before `activate` makes the new one active, which has the same external id. */
async function succeed(
  context: Context,
  tx: Tx,
  caller: Caller,
  current: SubscriptionRow,
  activate: () => Promise<SubscriptionRow>,
): Promise<SubscriptionRow> {
  const ended = await closeSubscription(tx, caller, current, 'upgrade')
  await creditEarlyEnd(tx, caller, ended)
  const next = await activate()
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
