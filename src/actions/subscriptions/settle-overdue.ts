import type { DueKind } from '../../core/due/kinds.ts'
import type { Tx } from '../../store/database.ts'
import { finishItem } from '../../store/due-items.ts'
import { earliestItemOfCustomer } from '../../store/subscription-due-items.ts'
import { billDueSubscriptions } from '../billing/bill-periodic.ts'
import type { Caller, Context } from '../context.ts'
import { followSettings } from '../customers/follow-settings.ts'
import type { DueAction } from '../due/due-action.ts'
import { billChangedUnits } from '../fixed-charges/bill-units.ts'
import { watchSubscription } from '../usage/watch-subscription.ts'
import { endDueSubscription } from './end-due-subscription.ts'
import { endTrial } from './end-trial.ts'
import { resolveGate } from './resolve-gate.ts'
import { startDueSubscription } from './start-due-subscription.ts'

const ACTIONS: Readonly<Partial<Record<DueKind, DueAction>>> = {
  subscription_activity: watchSubscription,
  subscription_start: startDueSubscription,
  subscription_gate: resolveGate,
  subscription_end: endDueSubscription,
  subscription_billing: billDueSubscriptions,
  trial_end: endTrial,
  fixed_charge_units: billChangedUnits,
}
const KINDS = Object.keys(ACTIONS) as DueKind[]

/**
 * Processes everything that a customer's subscriptions have due by now, each item as of its own due instant, before
 * one of them is changed. A change while due work is waiting (after an outage, or seconds after midnight) must find
 * the same state as a change after it, or a period would go unbilled. The caller holds the customer's lock.
 */
export async function settleOverdue(
  context: Context,
  tx: Tx,
  caller: Caller,
  customerId: string,
): Promise<void> {
  await followSettings(tx, caller, customerId)
  for (;;) {
    const item = await earliestItemOfCustomer(tx, customerId, KINDS, caller.now)
    if (!item) return
    const act = ACTIONS[item.kind as DueKind]
    if (!act) throw new Error(`no action for due item kind ${item.kind}`)
    await finishItem(tx, item.id)
    await act(context, tx, { ...caller, now: item.dueAt }, item.subjectId)
  }
}
