import type { Tx } from '../../store/database.ts'
import { readPlan } from '../../store/plans.ts'
import type { Caller } from '../context.ts'
import { announcePlan } from '../plans/announce-plan.ts'

/** Sends `plan.updated` for each plan, with its current entitlements. */
export async function announcePlansUpdated(
  tx: Tx,
  caller: Caller,
  planIds: readonly string[],
): Promise<void> {
  for (const planId of planIds) await announcePlan(tx, caller, 'plan.updated', await readPlan(tx, planId))
}
