import { lockCustomersById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { draftsOf } from '../../store/draft-invoices.ts'
import { scheduleItem } from '../../store/due-items.ts'
import { copiesOfPlan, customersOnPlan, removePlan } from '../../store/plan-deletion.ts'
import type { Caller, Context } from '../context.ts'
import type { DueAction } from '../due/due-action.ts'
import { finalizeInside } from '../invoices/finalize-draft.ts'
import { endAll } from './end-all.ts'
import { settleOverdue } from './settle-overdue.ts'

/** Customers, drafts and plans per transaction; the deletion continues in the next one. */
const BATCH_MAX = 20

/**
 * Finishes the deletion of a plan (docs/rules/plans.md#deleting-a-plan), copies first: active subscriptions are
 * terminated and billed, pending ones canceled, drafts finalized, entitlements deleted. Then the code can be reused.
 * A large deletion runs in parts, each of which schedules the next at the same instant.
 */
export const finishPlanDeletion: DueAction = async (context, tx, caller, planId) => {
  const planIds = [...(await copiesOfPlan(tx, planId)), planId]
  await lockFirstCustomers(tx, planIds)
  let room = BATCH_MAX
  for (const id of planIds) {
    if (room > 0) room -= await endSubscriptions(context, tx, caller, id, room)
    if (room > 0) room -= await finalizeDrafts(context, tx, caller, id, room)
    if (room <= 0) {
      const item = { kind: 'plan_deletion', subjectId: planId, dueAt: caller.now } as const
      return scheduleItem(tx, caller.organizationId, item)
    }
    await removePlan(tx, id, caller.now)
    room -= 1
  }
}

/** Locks, in the order of their ids, the customers whom the first part may concern. */
async function lockFirstCustomers(tx: Tx, planIds: readonly string[]): Promise<void> {
  const found = new Set<string>()
  for (const id of planIds) {
    if (found.size >= BATCH_MAX) break
    for (const customerId of await customersOnPlan(tx, id, BATCH_MAX)) found.add(customerId)
    for (const draft of await draftsOf(tx, { planId: id }, BATCH_MAX)) found.add(draft.customerId)
  }
  await lockCustomersById(tx, [...found])
}

/** Ends the subscriptions on the plan of at most `limit` customers; returns how many customers. */
async function endSubscriptions(
  context: Context,
  tx: Tx,
  caller: Caller,
  planId: string,
  limit: number,
): Promise<number> {
  const customerIds = await customersOnPlan(tx, planId, limit)
  await lockCustomersById(tx, customerIds)
  for (const customerId of customerIds) {
    await settleOverdue(context, tx, caller, customerId)
  }
  await endAll(context, tx, caller, { planIds: [planId], customerIds })
  return customerIds.length
}

async function finalizeDrafts(
  context: Context,
  tx: Tx,
  caller: Caller,
  planId: string,
  limit: number,
): Promise<number> {
  const drafts = await draftsOf(tx, { planId }, limit)
  await lockCustomersById(
    tx,
    drafts.map((draft) => draft.customerId),
  )
  for (const draft of drafts) await finalizeInside(context, tx, caller, draft.id)
  return drafts.length
}
