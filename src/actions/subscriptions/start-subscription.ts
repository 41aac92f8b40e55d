import type { Instant } from '../../core/calendar/instant.ts'
import { startingBill } from '../../core/subscriptions/starting-bill.ts'
import { scheduleAlertRearming, scheduleWatched } from '../../store/activity-items.ts'
import type { Tx } from '../../store/database.ts'
import { insertStartingUnits } from '../../store/fixed-charge-units.ts'
import { billMomentOf, type SubscriptionState, stateOf } from '../../store/subscription-states.ts'
import { insertLifetimeUsage, type SubscriptionRow } from '../../store/subscriptions.ts'
import { ts } from '../../store/values.ts'
import type { Listener } from '../../store/webhooks.ts'
import { billSubscriptions } from '../billing/bill-subscriptions.ts'
import type { Caller, Context } from '../context.ts'
import { billUnits } from '../fixed-charges/bill-units.ts'
import { announceTo } from '../webhooks/announce.ts'
import { announceSubscription, messageOf } from './announce-subscription.ts'
import { scheduleAlerts, scheduleCreated, scheduleSubscription } from './schedule-subscription.ts'

/** The columns that make a subscription active now, with the start of its periods. */
export function activeColumns(caller: Caller, startedAt: Instant) {
  return { status: 'active', startedAt: ts(startedAt), activatedAt: ts(caller.now) } as const
}

/**
 * Whether a subscription that has just become active is billed at its start (docs/rules/subscriptions.md#start and
 * docs/rules/subscriptions.md#upgrade).
 */
export async function isBilledAtStart(tx: Tx, caller: Caller, row: SubscriptionRow): Promise<boolean> {
  return paysAtStart(caller, await stateOf(tx, row))
}

/** The same from state already read. */
export function paysAtStart(caller: Caller, state: SubscriptionState): boolean {
  const moment = billMomentOf(state, caller.now)
  return moment !== null && startingBill(moment) !== 'none'
}

/**
 * Follow-up to any start: tracks lifetime usage, schedules the bills, the end and the end of the trial, schedules a
 * check of alerts and thresholds, and sends the webhook. Does not bill.
 */
export async function afterStart(tx: Tx, caller: Caller, row: SubscriptionRow): Promise<void> {
  await insertLifetimeUsage(tx, row, caller.now)
  // One that waited for its payment has had its units since then.
  if (row.gatedAt === null) await insertStartingUnits(tx, row, caller.now)
  await scheduleSubscription(tx, caller, row)
  await scheduleAlerts(tx, caller, row, 'nothing_is_sent')
  // A downgrade takes effect at the start of a period, and its carried usage waits for the first event as in any new
  // period.
  if (row.startedBy === 'downgrade') {
    await scheduleAlertRearming(tx, caller.organizationId, [row.id], caller.now)
  } else await scheduleWatched(tx, caller.organizationId, [{ id: row.id, now: caller.now }])
  await announceSubscription(tx, caller, 'subscription.started', row)
}

/**
 * The same for a subscription that starts on creation, whose lifetime usage is tracked already; the webhook goes to the
 * subscribed `endpoints`.
 */
export async function afterCreatedStart(
  tx: Tx,
  caller: Caller,
  state: SubscriptionState,
  endpoints: readonly Listener[],
): Promise<void> {
  const { row } = state
  await Promise.all([
    state.plan.hasFixedCharges ? insertStartingUnits(tx, row, caller.now) : undefined,
    scheduleCreated(tx, [{ caller, state }]),
    scheduleWatched(tx, caller.organizationId, [{ id: row.id, now: caller.now }]),
    // Sent with the others: the commit may follow right behind them.
    announceTo(tx, caller, endpoints, messageOf(tx, caller, 'subscription.started', row)),
  ])
}

/**
 * Bills what is due at the start of a subscription without a predecessor (docs/rules/subscriptions.md#start).
 *
 * @param awaitsPayment whether the invoice is open until it is paid
 */
export async function billStart(
  context: Context,
  tx: Tx,
  caller: Caller,
  state: SubscriptionState,
  awaitsPayment = false,
): Promise<void> {
  const moment = billMomentOf(state, caller.now)
  const bill = moment === null ? 'none' : startingBill(moment)
  if (bill === 'none') return
  const { row } = state
  if (bill === 'fixed_charges') return billUnits(context, tx, caller, row, 'all', awaitsPayment)
  await billSubscriptions(context, tx, caller, {
    customerId: row.customerId,
    at: caller.now,
    entries: [{ subscriptionId: row.id, reason: 'subscription_starting' }],
    skipCharges: true,
    awaitsPayment,
  })
}
