import type { Instant } from '../../core/calendar/instant.ts'
import type { Input } from '../../core/input/fields.ts'
import { Problems } from '../../core/problems.ts'
import { invalid, notFound, refuseIfAny } from '../../core/refusal.ts'
import type { ActivationRule } from '../../core/subscriptions/activation-rules.ts'
import { type Chain, chainOf } from '../../core/subscriptions/chain.ts'
import { planChangeKind } from '../../core/subscriptions/change.ts'
import { type NewSubscription, readNewSubscription } from '../../core/subscriptions/subscription-input.ts'
import {
  type ActivationRuleRow,
  activationRulesOf,
  replaceActivationRules,
} from '../../store/activation-rules.ts'
import { billingPlanOf } from '../../store/billing/subscription-facts.ts'
import { billingEntityOfExternalId, lockCustomerByExternalId } from '../../store/customers.ts'
import { Last, type Tx } from '../../store/database.ts'
import { refusingDuplicates } from '../../store/duplicates.ts'
import { selectedSections } from '../../store/invoice-custom-sections.ts'
import { readPlan } from '../../store/plans.ts'
import {
  holdPlanByCode,
  type SubscriptionState,
  setCustomerCurrency,
} from '../../store/subscription-states.ts'
import {
  createdDetails,
  ownThresholds,
  planOfCreated,
  type SubscriptionDetails,
  subscriptionDetails,
} from '../../store/subscription-views.ts'
import {
  insertSubscriptions,
  readSubscription,
  type SubscriptionRow,
  subscriptionsWithId,
} from '../../store/subscriptions.ts'
import { inTransaction } from '../../store/transaction.ts'
import { listWebhookEndpoints } from '../../store/webhooks.ts'
import type { Caller, Context } from '../context.ts'
import { createUnknownCustomer } from '../customers/upsert-customer.ts'
import { saveOwnUnits } from '../fixed-charges/own-units.ts'
import { changePendingPlan } from './change-pending-plan.ts'
import { subscriptionsAtOnce } from './create-together.ts'
import { downgradeSubscription } from './downgrade-subscription.ts'
import { notBefore } from './lock-subscription.ts'
import { endsInTime, isSilent, rowOfNew, startOf } from './new-subscription.ts'
import { isHeldBack, mustWait, openGate } from './open-gate.ts'
import { scheduleCreated } from './schedule-subscription.ts'
import { settleOverdue } from './settle-overdue.ts'
import { afterCreatedStart, billStart } from './start-subscription.ts'
import { billingEntityId, planWithOverrides, refuseUnpayable } from './subscription-columns.ts'
import type { SubscriptionWish } from './succeed-subscription.ts'
import { upgradeSubscription } from './upgrade-subscription.ts'
import { writeOwnParts } from './write-own-parts.ts'

/** A request, and the existing chain of subscriptions. */
type Meeting = { readonly wish: SubscriptionWish; readonly chain: Chain<SubscriptionRow> }

/**
 * Subscribes a customer to a plan, or changes the plan of the subscription that has the external id
 * (docs/rules/subscriptions.md#change-of-plan): the same plan changes nothing, a plan that costs at least as much per
 * year is an immediate upgrade, a cheaper one waits for the end of the period. Returns the current subscription. An
 * unknown customer is created. 404 for an unknown plan or billing entity, 422 for invalid fields.
 */
export async function createSubscription(
  context: Context,
  caller: Caller,
  input: Input,
): Promise<SubscriptionDetails> {
  const problems = new Problems()
  const request = readNewSubscription(input, problems)
  const alone = () => createAlone(context, caller, request, problems)
  // What is one transaction with its response, and what depends on a sandbox's clock, shares its transaction with none.
  const isAlone = caller.open !== undefined || caller.organization.isSandbox || problems.any
  if (isAlone) return alone()
  return subscriptionsAtOnce(context).enter(caller.organizationId, { caller, request }, alone)
}

async function createAlone(
  context: Context,
  caller: Caller,
  request: NewSubscription,
  problems: Problems,
): Promise<SubscriptionDetails> {
  const work = inTransaction<SubscriptionDetails>(context.database, caller, async (tx) => {
    const { externalCustomerId, planCode } = request
    if (externalCustomerId === undefined) throw invalid(problems.details())
    const [plan, known, billingEntity, members, endpoints] = await Promise.all([
      planCode === undefined ? undefined : holdPlanByCode(tx, planCode),
      lockCustomerByExternalId(tx, externalCustomerId),
      billingEntityOfExternalId(tx, externalCustomerId),
      subscriptionsWithId(tx, request.externalId),
      listWebhookEndpoints(tx),
    ])
    if (!plan) throw notFound('plan')
    refuseIfAny(problems)
    const customer = known ?? (await createUnknownCustomer(tx, caller, externalCustomerId))
    const zone = customer.timezone ?? billingEntity.timezone
    const wish = { request, customer, billingEntity, plan, ownUnits: [], zone, endpoints }
    checkEnding(wish, caller.now)
    return subscribe(context, tx, caller, { wish, chain: chainOf(members, customer.id) })
  })
  return refusingDuplicates(work, 'subscriptions_active', 'external_id')
}

function checkEnding({ request, zone }: SubscriptionWish, now: Instant): void {
  if (!endsInTime(request, zone, now)) throw invalid({ ending_at: ['invalid_date'] })
}

async function subscribe(
  context: Context,
  tx: Tx,
  caller: Caller,
  { wish, chain }: Meeting,
): Promise<SubscriptionDetails | Last<SubscriptionDetails>> {
  const { request, plan } = wish
  const { now } = caller
  const isOwn = (each: SubscriptionRow | undefined) => each?.customerId === wish.customer.id
  const customer = await setCustomerCurrency(tx, wish.customer, plan.amountCurrency, now)
  const isKnown = chain.current !== undefined || isOwn(chain.incomplete)
  const settled = isKnown ? await settledChain(context, tx, caller, wish) : chain
  if (isOwn(settled.incomplete)) throw invalid({ subscription: ['subscription_incomplete'] })
  const { current } = settled
  if (!current) {
    if (settled.isTakenByAnother) throw invalid({ external_id: ['value_already_exist'] })
    return createFirst(context, tx, caller, { wish: { ...wish, customer }, chain: settled })
  }
  if (current.planId !== plan.id) {
    const then = await notBefore(tx, caller, current)
    return subscriptionDetails(tx, await changePlan(context, tx, then, current, wish), then.now)
  }
  await writeOwnParts(tx, caller, current, request)
  return subscriptionDetails(tx, current, now)
}

/** Overdue work may have ended the subscription or replaced it with its successor. */
async function settledChain(
  context: Context,
  tx: Tx,
  caller: Caller,
  { customer, request }: SubscriptionWish,
): Promise<Chain<SubscriptionRow>> {
  await settleOverdue(context, tx, caller, customer.id)
  return chainOf(await subscriptionsWithId(tx, request.externalId), customer.id)
}

async function changePlan(
  context: Context,
  tx: Tx,
  caller: Caller,
  current: SubscriptionRow,
  wish: SubscriptionWish,
): Promise<SubscriptionRow> {
  const { activationRules: rules = [], paymentMethodType, paymentMethodId } = wish.request
  await refuseUnpayable(tx, current.customerId, {
    rules,
    methodType: paymentMethodType ?? current.paymentMethodType,
    methodId: paymentMethodId === undefined ? current.paymentMethodId : paymentMethodId,
  })
  const { planId, ownUnits } = await planWithOverrides(tx, caller, wish.plan.id, wish.request.planOverrides)
  const plan = await readPlan(tx, planId)
  const changed = { ...wish, plan, ownUnits }
  if (current.status === 'pending') return changePendingPlan(tx, caller, current, changed)
  const old = await readPlan(tx, current.planId)
  return planChangeKind(billingPlanOf(old), billingPlanOf(plan)) === 'upgrade'
    ? upgradeSubscription(context, tx, caller, current, changed)
    : downgradeSubscription(tx, caller, current, changed)
}

/**
 * Creates a subscription without a predecessor: active immediately unless its start is in the future
 * (docs/rules/subscriptions.md#start).
 */
async function createFirst(
  context: Context,
  tx: Tx,
  caller: Caller,
  { wish, chain }: Meeting,
): Promise<SubscriptionDetails | Last<SubscriptionDetails>> {
  const { request, customer, zone, billingEntity } = wish
  const { now } = caller
  const { subscriptionAt, timing, startedAt } = startOf(wish, now, chain.lastBilledTermination)
  // A start in the past is not billed, so there is nothing that its rules could wait for.
  const rules = timing === 'past' ? [] : (request.activationRules ?? [])
  const { paymentMethodType: methodType = 'provider', paymentMethodId: methodId = null } = request
  await refuseUnpayable(tx, customer.id, { rules, methodType, methodId })
  const { planId, ownUnits } = await planWithOverrides(tx, caller, wish.plan.id, request.planOverrides)
  const plan = planId === wish.plan.id ? wish.plan : await readPlan(tx, planId)
  const entityId = (await billingEntityId(tx, request.billingEntity)) ?? null
  const made = rowOfNew({ caller, wish }, { planId, billingEntityId: entityId, subscriptionAt, startedAt })
  const initialStartedAt = earlier(chain.firstStartedAt, made.startedAt)
  const isWaiting = isHeldBack(rules, { row: made, plan, customer, zone, initialStartedAt }, now)
  const row: SubscriptionRow = isWaiting
    ? { ...made, status: 'incomplete', activatedAt: null, gatedAt: startedAt }
    : made
  const [, shown] = await Promise.all([insertSubscriptions(tx, [row]), planOfCreated(tx, plan)])
  await writeOwnParts(tx, caller, row, request)
  await saveOwnUnits(tx, caller, row, ownUnits)
  const activationRules = await keepRules(tx, caller, row, rules)
  if (isWaiting) {
    await openGate(context, tx, caller, row)
    return subscriptionDetails(tx, await readSubscription(tx, row.id), now)
  }
  const thresholds = request.usageThresholds ? await ownThresholds(tx, row) : []
  const state: SubscriptionState = { row, plan, customer, zone, initialStartedAt }
  const scheduled =
    timing === 'future'
      ? scheduleCreated(tx, [{ caller, state }])
      : afterCreatedStart(tx, caller, state, wish.endpoints)
  // Another billing entity than the customer's own is not at hand.
  if (row.billingEntityId !== null || !isSilent(caller, wish.endpoints, timing, state)) {
    await scheduled
    // A start in the past is not billed; the next billing day bills as usual.
    if (timing === 'today') await billStart(context, tx, caller, state)
    return subscriptionDetails(tx, await readSubscription(tx, row.id), now)
  }
  const sections = request.sections ? await selectedSections(tx, [row.id]) : []
  const more = {
    billingEntityCode: billingEntity.code,
    ownThresholds: thresholds,
    sections,
    activationRules,
    now,
  }
  return new Last(scheduled.then(() => createdDetails(state, shown, more)))
}

/** Writes the rules of a new subscription; those of one that starts without waiting have nothing to wait for. */
async function keepRules(
  tx: Tx,
  caller: Caller,
  row: SubscriptionRow,
  rules: readonly ActivationRule[],
): Promise<readonly ActivationRuleRow[]> {
  if (rules.length === 0) return []
  await replaceActivationRules(tx, row, rules, caller.now)
  if (row.status === 'active') await mustWait(tx, caller, row)
  return activationRulesOf(tx, [row.id])
}

function earlier(first: Instant | null, second: Instant | null): Instant | null {
  if (first === null || second === null) return first ?? second
  return first < second ? first : second
}
