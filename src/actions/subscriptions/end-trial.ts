import { localDate } from '../../core/calendar/zone.ts'
import { isInTrial } from '../../core/subscriptions/trial.ts'
import { lockCustomerById } from '../../store/customers.ts'
import { billMomentOf, hasStartingPrice, lastPeriodicBill, stateOf } from '../../store/subscription-states.ts'
import { readSubscription, updateSubscription } from '../../store/subscriptions.ts'
import { ts } from '../../store/values.ts'
import { billSubscriptions } from '../billing/bill-subscriptions.ts'
import type { DueAction } from '../due/due-action.ts'
import { announceSubscription } from './announce-subscription.ts'

/**
 * Ends the trial of an active subscription (docs/rules/subscriptions.md#trial): marks it, sends the webhook, and
 * bills the price of a plan in advance unless today's periodic bill or the starting bill already includes it.
 */
export const endTrial: DueAction = async (context, tx, caller, subscriptionId) => {
  const { customerId } = await readSubscription(tx, subscriptionId)
  await lockCustomerById(tx, customerId)
  const row = await readSubscription(tx, subscriptionId)
  if (row.status !== 'active' || row.trialEndedAt !== null) return
  const state = await stateOf(tx, row)
  const moment = billMomentOf(state, caller.now)
  // The plan may have changed to a longer trial, which ends at its own time.
  if (moment === null || isInTrial(moment)) return
  const ended = await updateSubscription(tx, row.id, {
    trialEndedAt: ts(caller.now),
    updatedAt: ts(caller.now),
  })
  await announceSubscription(tx, caller, 'subscription.trial_ended', ended)
  if (!state.plan.payInAdvance || (await hasStartingPrice(tx, row.id))) return
  const last = await lastPeriodicBill(tx, row.id)
  const today = localDate(caller.now, state.zone)
  if (last && localDate(last.billingAt, state.zone) === today) return
  await billSubscriptions(context, tx, caller, {
    customerId,
    at: caller.now,
    entries: [{ subscriptionId: row.id, reason: 'subscription_starting' }],
    skipCharges: true,
  })
}
