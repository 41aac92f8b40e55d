import { planChangeKind } from '../../core/subscriptions/change.ts'
import { lockCustomersById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { scheduleItem } from '../../store/due-items.ts'
import { readPlan } from '../../store/plans.ts'
import {
  findPendingSuccessor,
  readSubscription,
  type SubscriptionRow,
  type Succession,
  successionsOf,
  updateSubscription,
} from '../../store/subscriptions.ts'
import { ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'
import type { DueAction } from '../due/due-action.ts'
import { cancelSubscription, closeSubscription } from '../subscriptions/end-subscription.ts'
import { mustWait, openGate, waitingColumns } from '../subscriptions/open-gate.ts'
import { settleOverdue } from '../subscriptions/settle-overdue.ts'
import { activeColumns } from '../subscriptions/start-subscription.ts'
import { afterUpgrade } from '../subscriptions/upgrade-subscription.ts'

/** Subscriptions changed per transaction; the rest are scheduled immediately. */
const BATCH_MAX = 20

type Follow = (context: Context, tx: Tx, caller: Caller, pair: Succession) => Promise<boolean>

/**
 * Adjusts pending plan changes after plans changed their amounts (docs/rules/plans.md#changing-a-plan). A downgrade
 * to a plan that is now more expensive is canceled, but not when a copy's amount merely followed a cascade
 * (docs/rules/plans.md#cascades). A pending downgrade to this plan that has become an upgrade is executed
 * immediately. The first few are changed here, the rest by due work.
 */
export async function followNewAmounts(
  context: Context,
  tx: Tx,
  caller: Caller,
  planIds: readonly string[],
): Promise<void> {
  let room = BATCH_MAX
  for (const planId of planIds) {
    if (room > 0) room -= await followSome(context, tx, caller, planId, room)
    if (room > 0) continue
    const item = { kind: 'plan_amount', subjectId: planId, dueAt: caller.now } as const
    await scheduleItem(tx, caller.organizationId, item)
  }
}

/**
 * Locks, in the order of their ids, the customers whom `followNewAmounts` is going to change: to be called once the
 * amounts are written and before anything of a customer is locked.
 */
export async function lockForNewAmounts(tx: Tx, planIds: readonly string[]): Promise<void> {
  const customerIds = new Set<string>()
  for (const planId of planIds) {
    const pairs = await concernedPairs(tx, planId, BATCH_MAX)
    for (const { pair } of pairs) customerIds.add(pair.customerId)
  }
  await lockCustomersById(tx, [...customerIds])
}

/** Due work: continues with a plan; subscriptions already adjusted are no longer candidates. */
export const followNewAmount: DueAction = (context, tx, caller, planId) =>
  followNewAmounts(context, tx, caller, [planId])

/** Changes at most `limit` subscriptions and returns how many. */
async function followSome(
  context: Context,
  tx: Tx,
  caller: Caller,
  planId: string,
  limit: number,
): Promise<number> {
  const pairs = await concernedPairs(tx, planId, limit)
  await lockCustomersById(
    tx,
    pairs.map(({ pair }) => pair.customerId),
  )
  let changed = 0
  for (const { pair, follow } of pairs) if (await follow(context, tx, caller, pair)) changed += 1
  // Those that somebody else changed meanwhile count too: there may be more behind them.
  return Math.max(changed, pairs.length)
}

/** The first pairs that a new amount of a plan changes something for, and what it changes. */
async function concernedPairs(
  tx: Tx,
  planId: string,
  limit: number,
): Promise<readonly { readonly pair: Succession; readonly follow: Follow }[]> {
  const plan = await readPlan(tx, planId)
  const follows: readonly (readonly ['from' | 'to', Follow])[] = [
    ...(plan.parentId === null ? [['from', cancelDearer] as const] : []),
    ['to', startUpgrade],
  ]
  const pairs: { pair: Succession; follow: Follow }[] = []
  for (const [side, follow] of follows) {
    for (const pair of await successionsOf(tx, planId, side)) {
      if (pairs.length < limit && (await isConcerned(tx, side, pair))) pairs.push({ pair, follow })
    }
  }
  return pairs
}

/** Whether the new amount changes something for a pair, by what is known before its customer is locked. */
async function isConcerned(tx: Tx, side: 'from' | 'to', pair: Succession): Promise<boolean> {
  const previous = await readPlan(tx, pair.previousPlanId)
  const next = await readPlan(tx, pair.successorPlanId)
  if (side === 'to') return planChangeKind(previous, next) === 'upgrade'
  // The amounts themselves, not those of a year.
  return previous.amountCents < next.amountCents
}

/** Cancels a pending change to a plan that is now more expensive; returns whether it did. */
async function cancelDearer(_context: Context, tx: Tx, caller: Caller, pair: Succession): Promise<boolean> {
  const previous = await readSubscription(tx, pair.previousId)
  const successor = await findPendingSuccessor(tx, pair.previousId)
  if (previous.status !== 'active' || previous.planId !== pair.previousPlanId) return false
  if (successor?.status !== 'pending' || successor.planId !== pair.successorPlanId) return false
  await cancelSubscription(tx, caller, successor)
  return true
}

/**
 * Executes a pending change to a plan that now costs at least as much per year as the current one; returns whether it
 * did.
 */
async function startUpgrade(context: Context, tx: Tx, caller: Caller, pair: Succession): Promise<boolean> {
  const plan = await readPlan(tx, pair.successorPlanId)
  await settleOverdue(context, tx, caller, pair.customerId)
  const pending = await readSubscription(tx, pair.successorId)
  const previous = await readSubscription(tx, pair.previousId)
  if (pending.status !== 'pending' || pending.planId !== plan.id || previous.status !== 'active') return false
  if (planChangeKind(await readPlan(tx, previous.planId), plan) !== 'upgrade') return false
  await upgradeNow(context, tx, caller, previous, pending)
  return true
}

async function upgradeNow(
  context: Context,
  tx: Tx,
  caller: Caller,
  previous: SubscriptionRow,
  pending: SubscriptionRow,
): Promise<void> {
  if (await mustWait(tx, caller, pending)) {
    const waiting = { ...waitingColumns(caller.now), startedBy: 'upgrade', updatedAt: ts(caller.now) }
    return openGate(context, tx, caller, await updateSubscription(tx, pending.id, waiting))
  }
  const closed = await closeSubscription(tx, caller, previous, 'upgrade')
  const next = await updateSubscription(tx, pending.id, {
    ...activeColumns(caller, caller.now),
    startedBy: 'upgrade',
    updatedAt: ts(caller.now),
  })
  await afterUpgrade(context, tx, caller, closed, next)
}
