import {
  checkEntitlements,
  type Entitlements,
  mergeEntitlements,
  type PlanEntitlement,
  replaceEntitlements,
  withoutFeature,
  withoutPrivilege,
} from '../../core/entitlements/resolve.ts'
import { tidyId } from '../../core/input/ids.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import type { Tx } from '../../store/database.ts'
import { readEntitlements, writeEntitlements } from '../../store/entitlements.ts'
import { findFeatures } from '../../store/features.ts'
import { lockPlan } from '../../store/plans.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { announcePlansUpdated } from './announce-plans.ts'
import { entitlementAmong, entitlementsOfPlan } from './read-entitlement-owner.ts'

type Raw = Readonly<Record<string, unknown>>

/** Wraps every change of a plan's entitlements; sends `plan.updated` even if nothing changed. */
async function changePlan(
  context: Context,
  caller: Caller,
  planCode: string,
  change: (tx: Tx, current: Entitlements) => Promise<Entitlements> | Entitlements,
): Promise<{ before: readonly PlanEntitlement[]; after: readonly PlanEntitlement[] }> {
  const { organizationId, now } = caller
  return inTransaction(context.database, caller, async (tx) => {
    const plan = await lockPlan(tx, planCode)
    if (!plan) throw notFound('plan')
    const owner = { planId: plan.id }
    const before = await entitlementsOfPlan(tx, plan.id)
    const entitlements = await change(tx, await readEntitlements(tx, owner))
    const features = await findFeatures(tx, { codes: [...entitlements.keys()] })
    await writeEntitlements(tx, organizationId, owner, { entitlements, features, now })
    await announcePlansUpdated(tx, caller, [plan.id])
    return { before, after: await entitlementsOfPlan(tx, plan.id) }
  })
}

/**
 * Validates entitlements against the organization's features: 404 `feature_not_found` or `privilege_not_found`, 422
 * for invalid values.
 */
export async function readGiven(tx: Tx, raw: Raw): Promise<Entitlements> {
  const given = checkEntitlements(raw, await findFeatures(tx, { codes: Object.keys(raw).map(tidyId) }))
  return accepted(given)
}

/** Replaces all of a plan's entitlements (POST); returns the full list. 404 and 422 as in `readGiven`. */
export async function replacePlanEntitlements(
  context: Context,
  caller: Caller,
  planCode: string,
  raw: Raw,
): Promise<readonly PlanEntitlement[]> {
  const { after } = await changePlan(context, caller, planCode, async (tx, current) =>
    replaceEntitlements(current, await readGiven(tx, raw)),
  )
  return after
}

/** Sets the given values of a plan and keeps all others (PATCH); returns the full list. */
export async function mergePlanEntitlements(
  context: Context,
  caller: Caller,
  planCode: string,
  raw: Raw,
): Promise<readonly PlanEntitlement[]> {
  const { after } = await changePlan(context, caller, planCode, async (tx, current) =>
    mergeEntitlements(current, await readGiven(tx, raw)),
  )
  return after
}

/** Removes a feature from a plan and returns it. 404 `plan_not_found` or `entitlement_not_found`. */
export async function removePlanFeature(
  context: Context,
  caller: Caller,
  planCode: string,
  featureCode: string,
): Promise<PlanEntitlement> {
  const { before } = await changePlan(context, caller, planCode, (_tx, current) => {
    if (!current.has(featureCode)) throw notFound('entitlement')
    return withoutFeature(current, featureCode)
  })
  return entitlementAmong(before, featureCode)
}

/**
 * Removes one privilege's value from a plan; returns the rest of the feature, which stays even without privileges.
 * 404 `plan_not_found`, `entitlement_not_found` or `privilege_not_found`.
 */
export async function removePlanPrivilege(
  context: Context,
  caller: Caller,
  planCode: string,
  which: { readonly feature: string; readonly privilege: string },
): Promise<PlanEntitlement> {
  const { after } = await changePlan(context, caller, planCode, (_tx, current) => {
    const values = current.get(which.feature)
    if (!values) throw notFound('entitlement')
    if (!values.has(which.privilege)) throw notFound('privilege')
    return withoutPrivilege(current, which.feature, which.privilege)
  })
  return entitlementAmong(after, which.feature)
}
