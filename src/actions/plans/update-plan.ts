import { Fields, type Input } from '../../core/input/fields.ts'
import { readMetadata } from '../../core/input/metadata.ts'
import { readCommitment, readEntries, readThresholds } from '../../core/plans/plan-parts.ts'
import { readPlanChange } from '../../core/plans/plan-settings.ts'
import { Problems } from '../../core/problems.ts'
import { accepted, notFound, refuseIfAny } from '../../core/refusal.ts'
import type { Tx } from '../../store/database.ts'
import {
  cascadeAmount,
  isPlanAttached,
  lockPlan,
  type PlanRow,
  updatePlan as storePlan,
} from '../../store/plans.ts'
import { awaitedPlans } from '../../store/subscriptions.ts'
import { inTransaction } from '../../store/transaction.ts'
import { settleAdvanceUsage } from '../billing/settle-advance-usage.ts'
import { afterChange, isCascade } from '../charges/change-charges.ts'
import type { Caller, Context } from '../context.ts'
import { announcePlan } from './announce-plan.ts'
import { followNewAmounts, lockForNewAmounts } from './follow-new-amount.ts'
import { recordVersion, versionBefore } from './record-version.ts'
import { writePlanCharges } from './write-plan-charges.ts'
import { writePlanFixedCharges } from './write-plan-fixed-charges.ts'
import { hasCommitment, writePlanParts } from './write-plan-parts.ts'

/**
 * Updates a plan; absent keys stay, `charges` and `fixed_charges` replace the whole lists, and fields frozen once the
 * plan had a subscription are ignored (docs/rules/plans.md#changing-a-plan). `cascade_updates` applies the change to
 * copies of the plan (docs/rules/plans.md#cascades). Drafts with the plan are flagged. Errors as in `createPlan`, and
 * 404 `plan_not_found`. A change is kept as a version; `restoredFrom` is the number of the one that it brings back.
 */
export async function updatePlan(
  context: Context,
  caller: Caller,
  code: string,
  input: Input,
  restoredFrom: number | null = null,
): Promise<PlanRow> {
  return inTransaction(context.database, caller, async (tx) => {
    const stored = await lockPlan(tx, code)
    if (!stored) throw notFound('plan')
    const before = await versionBefore(tx, stored)
    await settleAdvanceUsage(context, tx, caller, { planCode: code })
    const isFrozen = await isPlanAttached(tx, stored.id)
    const isCascaded = isCascade(input)
    const plan = await writeSettings(tx, caller, stored, input, isFrozen)
    const isRepriced = plan.amountCents !== stored.amountCents
    const repriced = isRepriced ? await planIdsRepriced(tx, caller, stored, plan, isCascaded) : []
    await lockForNewAmounts(tx, repriced)
    const problems = new Problems()
    const charges = readEntries(input, 'charges', problems)
    const fixedCharges = readEntries(input, 'fixed_charges', problems)
    refuseIfAny(problems)
    const options = { isFrozen, isCascaded }
    const metricIds = charges ? await writePlanCharges(tx, caller, plan, charges, options) : []
    if (fixedCharges) await writePlanFixedCharges(tx, caller, plan, fixedCharges, options)
    await afterChange(tx, caller, plan, metricIds, isCascaded)
    const whole = await recordVersion(tx, caller, before, plan, { isCascaded, restoredFrom })
    await announcePlan(tx, caller, 'plan.updated', whole)
    if (isRepriced) await followNewAmounts(context, tx, caller, repriced)
    return plan
  })
}

/** Takes a new amount to the copies that follow it; gives the plans for which a change of plan may wait. */
async function planIdsRepriced(
  tx: Tx,
  caller: Caller,
  stored: PlanRow,
  plan: PlanRow,
  isCascaded: boolean,
): Promise<readonly string[]> {
  const amounts = { old: stored.amountCents, new: plan.amountCents }
  const children = isCascaded ? await cascadeAmount(tx, plan.id, amounts, caller.now) : []
  return [plan.id, ...(await awaitedPlans(tx, children))]
}

async function writeSettings(
  tx: Tx,
  caller: Caller,
  stored: PlanRow,
  input: Input,
  isFrozen: boolean,
): Promise<PlanRow> {
  const problems = new Problems()
  const settings = readPlanChange(input, stored, isFrozen, problems)
  const isFirstCommitment = !(await hasCommitment(tx, stored.id))
  const parts = {
    taxCodes: new Fields(input, problems).ids('tax_codes'),
    commitment: readCommitment(input.minimum_commitment, isFirstCommitment, problems),
    thresholds: readThresholds(input.usage_thresholds, problems),
  }
  refuseIfAny(problems)
  const metadata = input.metadata === undefined ? stored.metadata : accepted(readMetadata(input.metadata))
  const plan = await storePlan(tx, stored.id, { ...settings, metadata }, caller.now)
  await writePlanParts(tx, caller, plan, parts)
  return plan
}
