import type { Metadata } from '../../core/input/metadata.ts'
import { notFound } from '../../core/refusal.ts'
import { lockPlan, updatePlan } from '../../store/plans.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { recordVersion, versionBefore } from './record-version.ts'

/**
 * Replaces a plan's metadata with the result of `change`. Returns the new metadata; 404 when there is no such plan.
 */
export async function changePlanMetadata(
  context: Context,
  caller: Caller,
  code: string,
  change: (stored: Metadata | null) => Metadata | null,
): Promise<Metadata | null> {
  return inTransaction(context.database, caller, async (tx) => {
    const plan = await lockPlan(tx, code)
    if (!plan) throw notFound('plan')
    const before = await versionBefore(tx, plan)
    const changed = await updatePlan(tx, plan.id, { ...plan, metadata: change(plan.metadata) }, caller.now)
    await recordVersion(tx, caller, before, changed, { isCascaded: false })
    return changed.metadata
  })
}
