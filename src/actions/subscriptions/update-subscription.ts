import type { Instant } from '../../core/calendar/instant.ts'
import type { Input } from '../../core/input/fields.ts'
import { Problems } from '../../core/problems.ts'
import { invalid, notAllowed, notFound, refuseIfAny } from '../../core/refusal.ts'
import type { ActivationRule } from '../../core/subscriptions/activation-rules.ts'
import { isEndingAllowed, startTiming } from '../../core/subscriptions/due.ts'
import type { SubscriptionStatus } from '../../core/subscriptions/lifecycle.ts'
import {
  readSubscriptionChange,
  type SubscriptionChange,
} from '../../core/subscriptions/subscription-input.ts'
import {
  type ActivationRuleRow,
  activationRulesOf,
  replaceActivationRules,
} from '../../store/activation-rules.ts'
import { scheduleActivity } from '../../store/activity-items.ts'
import { lockCustomerById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { holdOriginalPlan } from '../../store/plans.ts'
import { stateOf } from '../../store/subscription-states.ts'
import {
  findSubscription,
  readSubscription,
  type SubscriptionRow,
  updateSubscription as storeSubscription,
} from '../../store/subscriptions.ts'
import { Conflict, inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import { settleAdvanceUsage } from '../billing/settle-advance-usage.ts'
import { carryAdvanceToCopy } from '../charges/carry-advance-usage.ts'
import type { Caller, Context } from '../context.ts'
import { changeOwnUnits } from '../fixed-charges/own-units.ts'
import { announceSubscription } from './announce-subscription.ts'
import { findAgain } from './lock-subscription.ts'
import type { StartTiming } from './new-subscription.ts'
import { scheduleAlerts, scheduleSubscription } from './schedule-subscription.ts'
import { settleOverdue } from './settle-overdue.ts'
import { activeColumns, afterStart, billStart } from './start-subscription.ts'
import { planWithOverrides, refuseUnpayable, settingColumns } from './subscription-columns.ts'
import { terminationColumns } from './terminate-subscription.ts'
import { writeOwnParts } from './write-own-parts.ts'

/**
 * Updates a subscription; absent keys stay (docs/rules/subscriptions.md#changing-a-subscription). `status` selects
 * one of the chain; without it the active one, otherwise the pending one. Moving the start to today or the past
 * starts the subscription immediately. 404 when there is none, 405 while its first payment is pending, 422 for
 * invalid fields.
 */
export async function updateSubscription(
  context: Context,
  caller: Caller,
  externalId: string,
  status: 'active' | 'pending' | 'incomplete' | undefined,
  input: Input,
): Promise<SubscriptionRow> {
  const problems = new Problems()
  const change = readSubscriptionChange(input, problems)
  return inTransaction(context.database, caller, async (tx) => {
    const find = () => findMeant(tx, externalId, status)
    const found = await find()
    if (!found) throw notFound('subscription')
    // A copy of the plan is made under the plan's lock, which comes before the customer's.
    if (change.planOverrides !== undefined) await holdOriginalPlan(tx, found.planId)
    await lockCustomerById(tx, found.customerId)
    await settleOverdue(context, tx, caller, found.customerId)
    if (change.planOverrides !== undefined) {
      await settleAdvanceUsage(context, tx, caller, { customerId: found.customerId })
    }
    // Another one may have taken its place while the lock was awaited, or by what was overdue.
    const row = (await findAgain(find, found)) ?? (await readSubscription(tx, found.id))
    if (change.planOverrides !== undefined && row.planId !== found.planId) {
      throw new Conflict('the subscription has another plan by now')
    }
    if (row.status === 'incomplete') throw notAllowed('subscription_incomplete')
    if (row.status !== 'active' && row.status !== 'pending') throw notFound('subscription')
    if (row.status === 'active' && Array.isArray(input.activation_rules)) {
      throw invalid({ activation_rules: ['subscription_not_pending'] })
    }
    refuseIfAny(problems)
    return writeChange(context, tx, caller, row, change)
  })
}

async function findMeant(
  tx: Tx,
  externalId: string,
  status: SubscriptionStatus | undefined,
): Promise<SubscriptionRow | undefined> {
  if (status !== undefined) return findSubscription(tx, externalId, [status])
  return (
    (await findSubscription(tx, externalId, ['active'])) ??
    (await findSubscription(tx, externalId, ['incomplete', 'pending']))
  )
}

async function writeChange(
  context: Context,
  tx: Tx,
  caller: Caller,
  row: SubscriptionRow,
  change: SubscriptionChange,
): Promise<SubscriptionRow> {
  const { now } = caller
  const { zone } = await stateOf(tx, row)
  const subscriptionAt = mayMoveStart(row) ? change.subscriptionAt : undefined
  const { endingAt } = change
  if (endingAt != null && !isEndingAllowed(endingAt, subscriptionAt ?? row.subscriptionAt, now, zone)) {
    throw invalid({ ending_at: ['invalid_date'] })
  }
  const timing = subscriptionAt === undefined ? undefined : startTiming(subscriptionAt, now, zone)
  const rules = await rulesAfter(tx, caller, row, change, timing)
  const { planId, ownUnits } = await planWithOverrides(tx, caller, row.planId, change.planOverrides, row)
  const changed = await storeSubscription(tx, row.id, {
    ...(await settingColumns(tx, change)),
    ...(await terminationColumns(tx, { planId }, change.onTermination)),
    planId,
    ...(subscriptionAt === undefined ? {} : { subscriptionAt: ts(subscriptionAt) }),
    ...(subscriptionAt === undefined || !startsNow(timing, rules)
      ? {}
      : activeColumns(caller, subscriptionAt)),
    updatedAt: ts(now),
  })
  await changeOwnUnits(tx, caller, row, ownUnits)
  if (planId !== row.planId) await carryAdvanceToCopy(tx, caller, changed, planId)
  await writeOwnParts(tx, caller, changed, change)
  if (change.planOverrides !== undefined || change.progressiveBillingDisabled === false) {
    await scheduleActivity(tx, caller.organizationId, { externalSubscriptionId: row.externalId }, now)
  }
  if (changed.status !== row.status) {
    await afterStart(tx, caller, changed)
    if (timing === 'today') {
      await billStart(context, tx, caller, await stateOf(tx, changed))
    }
  } else {
    await scheduleSubscription(tx, caller, changed)
    if (isMoved(row.endingAt, changed.endingAt)) await scheduleAlerts(tx, caller, changed, 'nothing_is_sent')
  }
  await announceSubscription(tx, caller, 'subscription.updated', changed)
  return readSubscription(tx, changed.id)
}

/**
 * The rules that a subscription has after a change; a start in the past drops them. 422 when its first payment cannot
 * be taken.
 */
async function rulesAfter(
  tx: Tx,
  caller: Caller,
  row: SubscriptionRow,
  change: SubscriptionChange,
  timing: StartTiming | undefined,
): Promise<readonly ActivationRule[]> {
  const isWaiting = row.status === 'pending' && timing !== 'past'
  const kept = isWaiting ? await activationRulesOf(tx, [row.id]) : []
  const rules = isWaiting ? (change.activationRules ?? kept.map(ruleOf)) : []
  const { paymentMethodType, paymentMethodId } = change
  // What stays as it is was looked at before.
  const isAsked = [change.activationRules, paymentMethodType, paymentMethodId].some(
    (each) => each !== undefined,
  )
  if (isAsked) {
    await refuseUnpayable(tx, row.customerId, {
      rules,
      methodType: paymentMethodType ?? row.paymentMethodType,
      methodId: paymentMethodId === undefined ? row.paymentMethodId : paymentMethodId,
    })
  }
  const isOther = change.activationRules !== undefined || timing === 'past'
  if (row.status === 'pending' && isOther) await replaceActivationRules(tx, row, rules, caller.now)
  return rules
}

function ruleOf({ timeoutHours }: ActivationRuleRow): ActivationRule {
  return { type: 'payment', timeoutHours }
}

/** One with rules that is to start today stays pending until its due work looks at them, at once. */
function startsNow(timing: StartTiming | undefined, rules: readonly ActivationRule[]): boolean {
  return timing === 'past' || (timing === 'today' && rules.length === 0)
}

/** The start can be moved until it has passed; a successor starts with the end of its predecessor. */
function mayMoveStart(row: SubscriptionRow): boolean {
  return row.status === 'pending' && row.previousSubscriptionId === null
}

function isMoved(from: Instant | null, to: Instant | null): boolean {
  return from !== to
}
