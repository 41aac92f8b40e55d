import type { Tx } from '../../store/database.ts'
import { draftsOf } from '../../store/draft-invoices.ts'
import { copiesOfPlan, removePlan } from '../../store/plan-deletion.ts'
import { lockCustomerById } from '../../store/subscription-states.ts'
import { subscriptionsOf } from '../../store/subscriptions.ts'
import type { Caller, Context } from '../context.ts'
import type { DueAction } from '../due/run-due.ts'
import { finalizeInside } from '../invoices/finalize-draft.ts'
import { endAll } from './end-subscription.ts'
import { settleOverdue } from './settle-overdue.ts'

/**
 * Finishes the deletion of a plan (subscriptions-and-invoicing §1.7), copies first and the plan last: their active
 * subscriptions are terminated and billed, pending ones canceled, drafts made final, entitlements dropped. The code
 * is then free.
 */
export const finishPlanDeletion: DueAction = async (context, tx, caller, planId) => {
  for (const id of [...(await copiesOfPlan(tx, planId)), planId]) {
    await settleCustomersOf(context, tx, caller, id)
    await endAll(context, tx, caller, { planIds: [id] })
    for (const draft of await draftsOf(tx, { planId: id }))
      await finalizeInside(context, tx, caller, draft.id)
    await removePlan(tx, id, caller.now)
  }
}

async function settleCustomersOf(context: Context, tx: Tx, caller: Caller, planId: string): Promise<void> {
  const rows = await subscriptionsOf(tx, { planIds: [planId] }, ['active', 'pending'])
  for (const customerId of [...new Set(rows.map((row) => row.customerId))].sort()) {
    await lockCustomerById(tx, customerId)
    await settleOverdue(context, tx, caller, customerId)
  }
}
