import { notFound } from '../../core/refusal.ts'
import { scheduleItem } from '../../store/due-items.ts'
import { lockPlan, markPlanForDeletion, type PlanRow, readPlan } from '../../store/plans.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { announcePlan } from './announce-plan.ts'

/**
 * Starts the deletion of a plan: marks it and its copies, and schedules the handling of their subscriptions
 * immediately (docs/rules/plans.md#deleting-a-plan). Returns the plan; 404 when there is none.
 */
export async function deletePlan(context: Context, caller: Caller, code: string): Promise<PlanRow> {
  const { organizationId, now } = caller
  return inTransaction(context.database, caller, async (tx) => {
    const stored = await lockPlan(tx, code)
    if (!stored) throw notFound('plan')
    await markPlanForDeletion(tx, stored.id, now)
    await scheduleItem(tx, organizationId, { kind: 'plan_deletion', subjectId: stored.id, dueAt: now })
    const plan = await readPlan(tx, stored.id)
    await announcePlan(tx, caller, 'plan.deleted', plan)
    return plan
  })
}
