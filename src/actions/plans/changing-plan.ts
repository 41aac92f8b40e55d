import { notFound } from '../../core/refusal.ts'
import type { Tx } from '../../store/database.ts'
import { lockPlan, type PlanRow } from '../../store/plans.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { recordVersion, versionBefore } from './record-version.ts'

/** Runs a change of a plan, which is locked, and keeps a version of what comes of it; 404 `plan_not_found`. */
export async function changingPlan<T>(
  { database }: Context,
  caller: Caller,
  code: string,
  isCascaded: boolean,
  change: (tx: Tx, plan: PlanRow) => Promise<T>,
): Promise<T> {
  return inTransaction(database, caller, async (tx) => {
    const plan = await lockPlan(tx, code)
    if (!plan) throw notFound('plan')
    const before = await versionBefore(tx, plan)
    const result = await change(tx, plan)
    await recordVersion(tx, caller, before, plan, { isCascaded })
    return result
  })
}
