import type { Instant } from '../../core/calendar/instant.ts'
import type { TimeZone } from '../../core/calendar/zone.ts'
import type { Input } from '../../core/input/fields.ts'
import { invalid, notFound, Problems } from '../../core/problems.ts'
import { planChangeKind } from '../../core/subscriptions/change.ts'
import { backdatedStart, isEndingAllowed, startTiming } from '../../core/subscriptions/due.ts'
import { type NewSubscription, readNewSubscription } from '../../core/subscriptions/subscription-input.ts'
import { billingPlanOf } from '../../store/billing/subscription-facts.ts'
import type { Tx } from '../../store/database.ts'
import { refusingDuplicates } from '../../store/duplicates.ts'
import { newId } from '../../store/ids.ts'
import { readPlan } from '../../store/plans.ts'
import { holdPlan, setCustomerCurrency, zoneOfCustomer } from '../../store/subscription-states.ts'
import {
  findCurrent,
  findSubscription,
  insertSubscription,
  isTakenByAnother,
  lastBilledTermination,
  readSubscription,
  replaceSubscriptionThresholds,
  type SubscriptionRow,
} from '../../store/subscriptions.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'
import { findOrCreateCustomer } from '../customers/upsert-customer.ts'
import { changePendingPlan } from './change-pending-plan.ts'
import { downgradeSubscription } from './downgrade-subscription.ts'
import { scheduleSubscription } from './schedule-subscription.ts'
import { settleOverdue } from './settle-overdue.ts'
import { activeColumns, afterStart, billStart } from './start-subscription.ts'
import { planWithOverrides, settingColumns } from './subscription-columns.ts'
import type { SubscriptionWish } from './succeed-subscription.ts'
import { upgradeSubscription } from './upgrade-subscription.ts'

/**
 * Subscribes a customer to a plan, or changes the plan of the subscription that has the external id
 * (subscriptions-and-invoicing §2.3): the same plan changes nothing, one that costs as much or more a year is an
 * upgrade at once, a cheaper one waits for the end of the period. Gives the subscription that is current now. An
 * unknown customer is created. 404 for an unknown plan or billing entity, 422 with the codes of §2.1.
 */
export async function createSubscription(
  context: Context,
  caller: Caller,
  input: Input,
): Promise<SubscriptionRow> {
  const problems = new Problems()
  const request = readNewSubscription(input, problems)
  const work = inTransaction(context.database, caller, async (tx) => {
    const { externalCustomerId, planCode } = request
    if (externalCustomerId === undefined) throw invalid(problems.details())
    const plan = planCode === undefined ? undefined : await holdPlan(tx, planCode)
    if (!plan) throw notFound('plan')
    problems.throwIfAny()
    const customer = await findOrCreateCustomer(tx, caller, externalCustomerId)
    const zone = await zoneOfCustomer(tx, customer)
    checkEnding(request, caller.now, zone)
    return subscribe(context, tx, caller, { request, customer, plan, zone })
  })
  return refusingDuplicates(work, 'subscriptions_active', 'external_id')
}

function checkEnding(request: NewSubscription, now: Instant, zone: TimeZone): void {
  const { endingAt, subscriptionAt } = request
  if (endingAt === null || endingAt === undefined) return
  if (!isEndingAllowed(endingAt, subscriptionAt ?? now, now, zone)) {
    throw invalid({ ending_at: ['invalid_date'] })
  }
}

async function subscribe(
  context: Context,
  tx: Tx,
  caller: Caller,
  wish: SubscriptionWish,
): Promise<SubscriptionRow> {
  const { request, customer, plan } = wish
  const incomplete = await findSubscription(tx, request.externalId, ['incomplete'])
  if (incomplete?.customerId === customer.id) throw invalid({ subscription: ['subscription_incomplete'] })
  await setCustomerCurrency(tx, customer.id, plan.amountCurrency, caller.now)
  const found = await findCurrent(tx, customer.id, request.externalId)
  if (found) await settleOverdue(context, tx, caller, customer.id)
  // What was overdue can have ended the subscription or put its successor in its place.
  const current = found && (await findCurrent(tx, customer.id, request.externalId))
  if (!current) {
    if (await isTakenByAnother(tx, request.externalId, customer.id)) {
      throw invalid({ external_id: ['value_already_exist'] })
    }
    return createFirst(context, tx, caller, wish)
  }
  if (current.planId === plan.id) {
    if (request.usageThresholds) {
      await replaceSubscriptionThresholds(tx, current, request.usageThresholds, caller.now)
    }
    return current
  }
  return changePlan(context, tx, caller, current, wish)
}

async function changePlan(
  context: Context,
  tx: Tx,
  caller: Caller,
  current: SubscriptionRow,
  wish: SubscriptionWish,
): Promise<SubscriptionRow> {
  const planId = await planWithOverrides(tx, caller, wish.plan.id, wish.request.planOverrides)
  const plan = await readPlan(tx, planId)
  const changed = { ...wish, plan }
  if (current.status === 'pending') return changePendingPlan(tx, caller, current, changed)
  const old = await readPlan(tx, current.planId)
  return planChangeKind(billingPlanOf(old), billingPlanOf(plan)) === 'upgrade'
    ? upgradeSubscription(context, tx, caller, current, changed)
    : downgradeSubscription(tx, caller, current, changed)
}

/** A subscription that follows no other one: active at once unless its day is still to come (§2.4). */
async function createFirst(
  context: Context,
  tx: Tx,
  caller: Caller,
  wish: SubscriptionWish,
): Promise<SubscriptionRow> {
  const { request, customer, plan, zone } = wish
  const { now } = caller
  const subscriptionAt = request.subscriptionAt ?? now
  const timing = startTiming(subscriptionAt, now, zone)
  const startedAt =
    timing === 'past'
      ? backdatedStart(subscriptionAt, await lastBilledTermination(tx, customer.id, request.externalId))
      : subscriptionAt
  const row = await insertSubscription(tx, {
    organizationId: caller.organizationId,
    id: newId(),
    customerId: customer.id,
    planId: await planWithOverrides(tx, caller, plan.id, request.planOverrides),
    externalId: request.externalId,
    billingTime: request.billingTime,
    subscriptionAt: ts(subscriptionAt),
    ...(timing === 'future' ? { status: 'pending' as const } : activeColumns(caller, startedAt)),
    ...(await settingColumns(tx, request)),
    name: request.name ?? '',
    createdAt: ts(now),
    updatedAt: ts(now),
  })
  if (request.usageThresholds) {
    await replaceSubscriptionThresholds(tx, row, request.usageThresholds, now)
  }
  if (timing === 'future') {
    await scheduleSubscription(tx, caller, row)
    return row
  }
  await afterStart(tx, caller, row)
  // A start in the past is not billed: the next billing day bills as usual.
  if (timing === 'today') await billStart(context, tx, caller, row)
  return readSubscription(tx, row.id)
}
