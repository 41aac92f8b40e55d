import { Fields, type Input } from '../../core/input/fields.ts'
import { readMetadata } from '../../core/input/metadata.ts'
import { readCommitment, readEntries, readThresholds } from '../../core/plans/plan-parts.ts'
import { readNewPlan } from '../../core/plans/plan-settings.ts'
import { Problems } from '../../core/problems.ts'
import { accepted, refuseIfAny } from '../../core/refusal.ts'
import { newId } from '../../store/ids.ts'
import { insertPlan, type PlanRow } from '../../store/plans.ts'
import { inTransaction } from '../../store/transaction.ts'
import { afterChange } from '../charges/change-charges.ts'
import type { Caller, Context } from '../context.ts'
import { announcePlan } from './announce-plan.ts'
import { recordFirstVersion } from './record-version.ts'
import { writePlanCharges } from './write-plan-charges.ts'
import { writePlanFixedCharges } from './write-plan-fixed-charges.ts'
import { writePlanParts } from './write-plan-parts.ts'

/**
 * Creates a plan with its charges, fixed charges, taxes, minimum commitment and thresholds (docs/rules/plans.md). 422
 * for invalid fields and a taken code, 404 `billable_metrics_not_found`, `add_ons_not_found` and `tax_not_found`.
 */
export async function createPlan(context: Context, caller: Caller, input: Input): Promise<PlanRow> {
  const problems = new Problems()
  const settings = readNewPlan(input, problems)
  const metadata = accepted(readMetadata(input.metadata))
  const charges = readEntries(input, 'charges', problems) ?? []
  const fixedCharges = readEntries(input, 'fixed_charges', problems) ?? []
  const parts = {
    taxCodes: new Fields(input, problems).ids('tax_codes'),
    commitment: readCommitment(input.minimum_commitment, true, problems) ?? undefined,
    thresholds: readThresholds(input.usage_thresholds, problems),
  }
  refuseIfAny(problems)
  const { organizationId, now } = caller
  return inTransaction(context.database, caller, async (tx) => {
    const plan = await insertPlan(tx, {
      organizationId,
      id: newId(),
      parentId: null,
      ...settings,
      metadata,
      now,
    })
    await writePlanParts(tx, caller, plan, parts)
    const options = { isFrozen: false, isCascaded: false }
    const metricIds = await writePlanCharges(tx, caller, plan, charges, options)
    await writePlanFixedCharges(tx, caller, plan, fixedCharges, options)
    await afterChange(tx, caller, plan, metricIds, false)
    await announcePlan(tx, caller, 'plan.created', await recordFirstVersion(tx, caller, plan))
    return plan
  })
}
