import type { PlanEntitlement } from '../../core/entitlements/resolve.ts'
import { notFound } from '../../core/refusal.ts'
import type { Reads } from '../../store/database.ts'
import { subscriptionOfEntitlements } from '../../store/entitled-subscriptions.ts'
import {
  type EntitledSubscription,
  entitlementsOfPlans,
  readEffectiveEntitlements,
} from '../../store/entitlements.ts'
import { findPlan } from '../../store/plans.ts'

/** Identifies a subscription by external id and status, `active` by default. */
export type SubscriptionChoice = { readonly externalId: string; readonly status: string }

/** The entitlements of the plan with a code; 404 `plan_not_found`. */
export async function readPlanEntitlements(reads: Reads, code: string): Promise<readonly PlanEntitlement[]> {
  const plan = await findPlan(reads, code)
  if (!plan) throw notFound('plan')
  return entitlementsOfPlan(reads, plan.id)
}

/** One feature of a plan; 404 `plan_not_found`, then 404 `entitlement_not_found`. */
export async function readPlanEntitlement(
  reads: Reads,
  code: string,
  featureCode: string,
): Promise<PlanEntitlement> {
  return entitlementAmong(await readPlanEntitlements(reads, code), featureCode)
}

/** The entitlements of a subscription; 404 `subscription_not_found`. */
export async function readSubscriptionEntitlements(
  reads: Reads,
  choice: SubscriptionChoice,
): ReturnType<typeof readEffectiveEntitlements> {
  const subscription = await subscriptionOfEntitlements(reads, choice.externalId, choice.status)
  if (!subscription) throw notFound('subscription')
  return readEffectiveEntitlements(reads, subscription satisfies EntitledSubscription)
}

export async function entitlementsOfPlan(reads: Reads, planId: string): Promise<readonly PlanEntitlement[]> {
  return (await entitlementsOfPlans(reads, [planId])).get(planId) ?? []
}

/** The entitlement of a feature; 404 `entitlement_not_found`. */
export function entitlementAmong(
  entitlements: readonly PlanEntitlement[],
  featureCode: string,
): PlanEntitlement {
  const entitlement = entitlements.find(({ feature }) => feature.code === featureCode)
  if (!entitlement) throw notFound('entitlement')
  return entitlement
}
