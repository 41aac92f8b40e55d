import type { Instant } from '../../core/calendar/instant.ts'
import { startingBill } from '../../core/subscriptions/starting-bill.ts'
import { scheduleAlertRearming, scheduleWatched } from '../../store/activity-items.ts'
import { lockCustomerById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { insertStartingUnits } from '../../store/fixed-charge-units.ts'
import { billMomentOf, type SubscriptionState, stateOf } from '../../store/subscription-states.ts'
import {
  insertLifetimeUsage,
  isTakenByAnother,
  readSubscription,
  type SubscriptionRow,
  updateSubscription,
} from '../../store/subscriptions.ts'
import { ts } from '../../store/values.ts'
import type { WebhookEndpointRow } from '../../store/webhooks.ts'
import { billSubscriptions } from '../billing/bill-subscriptions.ts'
import type { Caller, Context } from '../context.ts'
import type { DueAction } from '../due/due-action.ts'
import { billUnits } from '../fixed-charges/bill-units.ts'
import { announceTo } from '../webhooks/announce.ts'
import { announceSubscription, messageOf } from './announce-subscription.ts'
import { cancelSubscription } from './end-subscription.ts'
import { scheduleAlerts, scheduleCreated, scheduleSubscription } from './schedule-subscription.ts'

/** The columns that make a subscription active now, with the start that its periods count from. */
export function activeColumns(caller: Caller, startedAt: Instant) {
  return { status: 'active', startedAt: ts(startedAt), activatedAt: ts(caller.now) } as const
}

/**
 * Whether a subscription that has just become active shares its first invoice: it pays something at its start
 * (docs/rules/subscriptions.md#start and docs/rules/subscriptions.md#upgrade).
 */
export async function isBilledAtStart(tx: Tx, caller: Caller, row: SubscriptionRow): Promise<boolean> {
  return paysAtStart(caller, await stateOf(tx, row))
}

/** The same from what was read before. */
export function paysAtStart(caller: Caller, state: SubscriptionState): boolean {
  const moment = billMomentOf(state, caller.now)
  return moment !== null && startingBill(moment) !== 'none'
}

/**
 * What a start brings, whatever caused it: lifetime usage is counted from now on, the bills, the end and the end of
 * the trial become due, alerts and thresholds are looked at, and the start is announced. Bills nothing.
 */
export async function afterStart(tx: Tx, caller: Caller, row: SubscriptionRow): Promise<void> {
  await insertLifetimeUsage(tx, row, caller.now)
  await insertStartingUnits(tx, row, caller.now)
  await scheduleSubscription(tx, caller, row)
  await scheduleAlerts(tx, caller, row, 'nothing_is_sent')
  // A downgrade takes over where a period begins, and what it carries waits for the first event as in any new period.
  if (row.startedBy === 'downgrade') {
    await scheduleAlertRearming(tx, caller.organizationId, [row.id], caller.now)
  } else await scheduleWatched(tx, caller.organizationId, row.id, caller.now)
  await announceSubscription(tx, caller, 'subscription.started', row)
}

/** The same for a subscription that starts as it is created; announced to those of `endpoints` that listen. */
export async function afterCreatedStart(
  tx: Tx,
  caller: Caller,
  state: SubscriptionState,
  endpoints: readonly WebhookEndpointRow[],
): Promise<void> {
  const { row } = state
  await Promise.all([
    insertLifetimeUsage(tx, row, caller.now),
    state.plan.hasFixedCharges ? insertStartingUnits(tx, row, caller.now) : undefined,
    scheduleCreated(tx, caller, state),
    scheduleWatched(tx, caller.organizationId, row.id, caller.now),
  ])
  await announceTo(tx, caller, endpoints, messageOf(tx, caller, 'subscription.started', row))
}

/**
 * Bills what a subscription pays at its start, when it follows no other one
 * (docs/rules/subscriptions.md#start).
 */
export async function billStart(
  context: Context,
  tx: Tx,
  caller: Caller,
  state: SubscriptionState,
): Promise<void> {
  const moment = billMomentOf(state, caller.now)
  const bill = moment === null ? 'none' : startingBill(moment)
  if (bill === 'none') return
  const { row } = state
  if (bill === 'fixed_charges') return billUnits(context, tx, caller, row, 'all')
  await billSubscriptions(context, tx, caller, {
    customerId: row.customerId,
    at: caller.now,
    entries: [{ subscriptionId: row.id, reason: 'subscription_starting' }],
    skipCharges: true,
  })
}

/**
 * Starts a pending subscription on its day: it counts from the local midnight, its due instant
 * (docs/rules/subscriptions.md#start). It is canceled when another customer has come to use its external id,
 * which an active subscription has for itself (docs/rules/subscriptions.md#states).
 */
export const startSubscription: DueAction = async (context, tx, caller, subscriptionId) => {
  const { customerId } = await readSubscription(tx, subscriptionId)
  await lockCustomerById(tx, customerId)
  const pending = await readSubscription(tx, subscriptionId)
  if (pending.status !== 'pending' || pending.previousSubscriptionId !== null) return
  if (await isTakenByAnother(tx, pending.externalId, customerId)) {
    // Its external id was free when it was created and means another customer's subscription now.
    await cancelSubscription(tx, caller, pending)
    return
  }
  const row = await updateSubscription(tx, pending.id, {
    ...activeColumns(caller, caller.now),
    updatedAt: ts(caller.now),
  })
  await afterStart(tx, caller, row)
  await billStart(context, tx, caller, await stateOf(tx, row))
}
