import { definitionOf, isSameDefinition, type PlanDefinition } from '../../core/plans/plan-definition.ts'
import type { Tx } from '../../store/database.ts'
import { insertPlanVersions, lastPlanVersion, type NewPlanVersion } from '../../store/plan-versions.ts'
import { type PlanRow, type PlanWithParts, withParts } from '../../store/plans.ts'
import { sourceOf } from '../activity-logs/log-activity.ts'
import type { Caller } from '../context.ts'

/** What a plan was before a change, and the last of its versions; see `versionBefore`. */
export type VersionBefore = {
  readonly definition: PlanDefinition
  readonly last: { readonly number: number; readonly definition: PlanDefinition } | undefined
}

/** How a plan was changed. */
export type PlanChangeHow = {
  readonly isCascaded: boolean
  /** The number of the version that was restored. */
  readonly restoredFrom?: number | null
}

/** What a plan, which is locked, is before a change: to be given to `recordVersion` after it. */
export async function versionBefore(tx: Tx, plan: PlanRow): Promise<VersionBefore> {
  const [whole, last] = await Promise.all([wholePlan(tx, plan), lastPlanVersion(tx, plan.id)])
  return { definition: definitionOf(whole), last }
}

/**
 * Keeps what a plan has become as a version, if anything changed, in the transaction of the change. What happened to
 * the plan since its last version, because a tax or a metric of it was changed, is a version of nobody before it.
 * Returns the plan with its parts.
 */
export async function recordVersion(
  tx: Tx,
  caller: Caller,
  before: VersionBefore,
  plan: PlanRow,
  how: PlanChangeHow,
): Promise<PlanWithParts> {
  const whole = await wholePlan(tx, plan)
  const definition = definitionOf(whole)
  const { last } = before
  if (isSameDefinition(before.definition, definition)) return whole
  const isKnown = last !== undefined && isSameDefinition(last.definition, before.definition)
  const number = (last?.number ?? 0) + 1
  const missed: NewPlanVersion = {
    ...placeOf(caller, plan, number),
    definition: before.definition,
    source: 'system',
    apiKeyId: null,
    userEmail: null,
    restoredFrom: null,
    isCascaded: false,
    // Of a plan that is older than its versions, what it was is known from now on only.
    now: last === undefined ? plan.createdAt : caller.now,
  }
  const made: NewPlanVersion = {
    ...placeOf(caller, plan, isKnown ? number : number + 1),
    ...madeBy(caller),
    definition,
    restoredFrom: how.restoredFrom ?? null,
    isCascaded: how.isCascaded,
  }
  await insertPlanVersions(tx, isKnown ? [made] : [missed, made])
  return whole
}

/** Keeps a new plan as its first version; returns it with its parts. */
export async function recordFirstVersion(tx: Tx, caller: Caller, plan: PlanRow): Promise<PlanWithParts> {
  const whole = await wholePlan(tx, plan)
  const definition = definitionOf(whole)
  const made = { ...placeOf(caller, plan, 1), ...madeBy(caller), definition }
  await insertPlanVersions(tx, [{ ...made, restoredFrom: null, isCascaded: false }])
  return whole
}

function placeOf({ organizationId, now }: Caller, plan: PlanRow, number: number) {
  return { organizationId, planId: plan.id, number, now }
}

function madeBy(caller: Caller) {
  return { source: sourceOf(caller), apiKeyId: caller.apiKeyId, userEmail: caller.userEmail ?? null }
}

async function wholePlan(tx: Tx, plan: PlanRow): Promise<PlanWithParts> {
  const [whole] = await withParts(tx, [plan])
  if (!whole) throw new Error(`plan ${plan.id} not found`)
  return whole
}
