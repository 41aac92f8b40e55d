import type { Input } from '../../core/input/fields.ts'
import { definitionOf, definitionOn } from '../../core/plans/plan-definition.ts'
import { notFound } from '../../core/refusal.ts'
import { findPlanVersion } from '../../store/plan-versions.ts'
import { findPlan, type PlanRow, withParts } from '../../store/plans.ts'
import { isCascade } from '../charges/change-charges.ts'
import type { Caller, Context } from '../context.ts'
import { updatePlan } from './update-plan.ts'

/**
 * Makes a plan what it was at a version, by an update with the definition of that version: all rules of an update
 * hold, and what comes of it is a new version (docs/rules/plans.md#versions). Charges that are gone come back as new
 * ones. `cascade_updates` in `input` as in an update. 404 `plan_not_found`, `plan_version_not_found`; other errors as
 * in `updatePlan`.
 */
export async function restorePlanVersion(
  context: Context,
  caller: Caller,
  at: { readonly code: string; readonly number: number },
  input: Input,
): Promise<PlanRow> {
  const definition = await context.database.read(caller, async (reads) => {
    const plan = await findPlan(reads, at.code)
    if (!plan) throw notFound('plan')
    const version = await findPlanVersion(reads, plan.id, at.number)
    if (!version) throw notFound('plan_version')
    const [present] = await withParts(reads, [plan])
    if (!present) throw notFound('plan')
    return definitionOn(version.definition, definitionOf(present))
  })
  const change = { ...definition, cascade_updates: isCascade(input) }
  return updatePlan(context, caller, at.code, change, at.number)
}
