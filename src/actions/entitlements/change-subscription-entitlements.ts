import {
  type EffectiveEntitlement,
  type Entitlements,
  patchSubscription,
  removeFeature,
  removePrivilege,
  type SubscriptionEntitlements,
} from '../../core/entitlements/resolve.ts'
import { notFound } from '../../core/refusal.ts'
import type { Tx } from '../../store/database.ts'
import { subscriptionOfEntitlements } from '../../store/entitled-subscriptions.ts'
import {
  entitlingPlanId,
  readEffectiveEntitlements,
  readEntitlementChanges,
  readEntitlements,
  writeEntitlements,
  writeRemovals,
} from '../../store/entitlements.ts'
import { findFeatures } from '../../store/features.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { readFeature } from '../features/read-feature.ts'
import { announceSubscription } from '../subscriptions/announce-subscription.ts'
import { findLocked } from '../subscriptions/lock-subscription.ts'
import { readGiven } from './change-plan-entitlements.ts'
import type { SubscriptionChoice } from './read-entitlement-owner.ts'

/** Computes a subscription's new changes to its plan's entitlements from its previous ones. */
type Change = (
  tx: Tx,
  plan: Entitlements,
  current: SubscriptionEntitlements,
) => Promise<SubscriptionEntitlements>

/** Wraps every change of a subscription's entitlements; sends `subscription.updated`. */
async function changeSubscription(
  context: Context,
  caller: Caller,
  choice: SubscriptionChoice,
  change: Change,
): Promise<readonly EffectiveEntitlement[]> {
  const { organizationId, now } = caller
  return inTransaction(context.database, caller, async (tx) => {
    const subscription = await findLocked(tx, () =>
      subscriptionOfEntitlements(tx, choice.externalId, choice.status),
    )
    if (!subscription) throw notFound('subscription')
    const planId = await entitlingPlanId(tx, subscription.planId)
    const current = await readEntitlementChanges(tx, subscription.id)
    const changed = await change(tx, await readEntitlements(tx, { planId }), current)
    const codes = [
      ...changed.overrides.keys(),
      ...changed.removedFeatures,
      ...changed.removedPrivileges.keys(),
    ]
    const features = await findFeatures(tx, { codes })
    const owner = { subscriptionId: subscription.id }
    await writeEntitlements(tx, organizationId, owner, { entitlements: changed.overrides, features, now })
    await writeRemovals(tx, organizationId, subscription.id, { removals: changed, features, now })
    await announceSubscription(tx, caller, 'subscription.updated', subscription)
    return readEffectiveEntitlements(tx, subscription)
  })
}

/**
 * Overrides a subscription's entitlements; values equal to the plan's are not overrides, and removed items in the
 * request are restored. Returns the full list; 404 and 422 as in `readGiven`.
 */
export async function patchSubscriptionEntitlements(
  context: Context,
  caller: Caller,
  choice: SubscriptionChoice,
  raw: Readonly<Record<string, unknown>>,
): Promise<readonly EffectiveEntitlement[]> {
  return changeSubscription(context, caller, choice, async (tx, plan, current) =>
    patchSubscription(plan, current, await readGiven(tx, raw)),
  )
}

/**
 * Removes a feature from a subscription, whether or not it has it; returns the full list. 404
 * `subscription_not_found`, or `feature_not_found` when the organization has no such feature.
 */
export async function removeSubscriptionFeature(
  context: Context,
  caller: Caller,
  choice: SubscriptionChoice,
  featureCode: string,
): Promise<readonly EffectiveEntitlement[]> {
  return changeSubscription(context, caller, choice, async (tx, plan, current) => {
    await readFeature(tx, featureCode)
    return removeFeature(plan, current, featureCode)
  })
}

/** The same for one privilege; also 404 `privilege_not_found` when the feature has no such privilege. */
export async function removeSubscriptionPrivilege(
  context: Context,
  caller: Caller,
  choice: SubscriptionChoice,
  which: { readonly feature: string; readonly privilege: string },
): Promise<readonly EffectiveEntitlement[]> {
  return changeSubscription(context, caller, choice, async (tx, plan, current) => {
    const { privileges } = await readFeature(tx, which.feature)
    if (!privileges.some(({ code }) => code === which.privilege)) throw notFound('privilege')
    return removePrivilege(plan, current, which.feature, which.privilege)
  })
}
