import type { Instant } from '../../core/calendar/instant.ts'
import { decideGate, gateDeadline, isGated, ruleExpiresAt } from '../../core/subscriptions/activation-gate.ts'
import {
  type ActivationRuleRow,
  activationRulesOf,
  lockGateInvoice,
  setActivationRule,
} from '../../store/activation-rules.ts'
import type { Tx } from '../../store/database.ts'
import { scheduleItem } from '../../store/due-items.ts'
import { insertStartingUnits } from '../../store/fixed-charge-units.ts'
import { billMomentOf, type SubscriptionState, stateOf } from '../../store/subscription-states.ts'
import type { SubscriptionRow } from '../../store/subscriptions.ts'
import { ts } from '../../store/values.ts'
import { billSubscriptions } from '../billing/bill-subscriptions.ts'
import type { Caller, Context } from '../context.ts'
import { activateGated } from './activate-gated.ts'
import { announceSubscription } from './announce-subscription.ts'
import { billStart } from './start-subscription.ts'

/** The columns of a subscription whose start waits for its payment from an instant on. */
export function waitingColumns(from: Instant) {
  return { status: 'incomplete', startedAt: ts(from), gatedAt: ts(from) } as const
}

/**
 * Whether the start of a subscription now has to wait for a payment (docs/rules/subscriptions.md#activation-rules).
 * Rules of one that has nothing to pay are noted as not applicable.
 */
export async function mustWait(tx: Tx, caller: Caller, row: SubscriptionRow): Promise<boolean> {
  const rules = await activationRulesOf(tx, [row.id])
  if (rules.length === 0) return false
  const started = await stateOf(tx, { ...row, startedAt: row.startedAt ?? caller.now })
  if (isHeldBack(rules, started, caller.now)) return true
  for (const { id } of rules) await setActivationRule(tx, id, { status: 'not_applicable' }, caller.now)
  return false
}

/** The same from what is known already, for a subscription that has a start. */
export function isHeldBack(rules: readonly unknown[], state: SubscriptionState, now: Instant): boolean {
  const moment = billMomentOf(state, now)
  return moment !== null && isGated(rules, moment)
}

/**
 * Lets a subscription wait for its payment: makes its first invoice, which is open until it is paid and is charged at
 * once. When there is nothing to pay it is active at once. It has `waitingColumns` and its rules, and the caller has
 * locked the customer.
 */
export async function openGate(
  context: Context,
  tx: Tx,
  caller: Caller,
  row: SubscriptionRow,
): Promise<void> {
  const { now, organizationId } = caller
  const rules = await activationRulesOf(tx, [row.id])
  const expiries = rules.map((rule) => ruleExpiresAt(rule.timeoutHours, now))
  await beginRules(tx, rules, expiries, now)
  await insertStartingUnits(tx, row, now)
  const state = await stateOf(tx, row)
  await billGated(context, tx, caller, state)
  const invoice = await lockGateInvoice(tx, row.id)
  if (decideGate({ invoice, deadline: null, awaitsAttempt: false }, now).kind === 'activate') {
    return activateGated(context, tx, caller, row)
  }
  await announceSubscription(tx, caller, 'subscription.incomplete', row)
  const dueAt = gateDeadline(expiries, row.endingAt, state.zone)
  if (dueAt !== null) {
    await scheduleItem(tx, organizationId, { kind: 'subscription_gate', subjectId: row.id, dueAt })
  }
}

async function beginRules(
  tx: Tx,
  rules: readonly ActivationRuleRow[],
  expiries: readonly (Instant | null)[],
  now: Instant,
): Promise<void> {
  for (const [place, { id }] of rules.entries()) {
    await setActivationRule(tx, id, { status: 'pending', expiresAt: expiries[place] ?? null }, now)
  }
}

/** A successor is billed alone, as on the invoice that it would share with its predecessor. */
async function billGated(context: Context, tx: Tx, caller: Caller, state: SubscriptionState): Promise<void> {
  const { row } = state
  if (row.previousSubscriptionId === null) return billStart(context, tx, caller, state, true)
  await billSubscriptions(context, tx, caller, {
    customerId: row.customerId,
    at: caller.now,
    entries: [{ subscriptionId: row.id, reason: 'subscription_starting' }],
    skipCharges: true,
    awaitsPayment: true,
  })
}
