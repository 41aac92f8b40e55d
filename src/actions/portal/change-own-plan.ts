import { invalid, notFound } from '../../core/refusal.ts'
import { type CustomerRow, lockCustomerById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { isId } from '../../store/ids.ts'
import { holdPlans } from '../../store/plans.ts'
import type { SubscriptionDetails } from '../../store/subscription-views.ts'
import { findPendingSuccessor, type SubscriptionRow, subscriptionsOf } from '../../store/subscriptions.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { createSubscription } from '../subscriptions/create-subscription.ts'
import { cancelSubscription } from '../subscriptions/end-subscription.ts'
import { notBefore } from '../subscriptions/lock-subscription.ts'
import { settleOverdue } from '../subscriptions/settle-overdue.ts'
import { readPlanChoice, readPlanChoices } from './plan-choices.ts'

/** What a customer agreed to. */
export type OwnPlanChange = { readonly planId: string; readonly terms: string }

/**
 * Changes the plan of a customer's subscription at its own wish, as `POST /subscriptions` does
 * (docs/rules/subscriptions.md#by-the-customer). 404 for a plan that it may not change to, 422 `plan_has_changed` when
 * either plan is not any more what the customer was shown. Gives the subscription that is active now.
 */
export async function changeOwnPlan(
  context: Context,
  caller: Caller,
  customer: Pick<CustomerRow, 'id' | 'externalId'>,
  subscriptionId: string,
  { planId, terms }: OwnPlanChange,
): Promise<SubscriptionDetails> {
  if (!isId(planId)) throw notFound('plan')
  return inTransaction(context.database, caller, async (tx) => {
    const asked = await activeOf(tx, customer, subscriptionId)
    // In the order of every change of plan: plans before customers.
    await holdPlans(tx, [asked.planId, planId])
    await lockCustomerById(tx, customer.id)
    // What is overdue may have put another subscription in its place, whose bill nobody has seen.
    await settleOverdue(context, tx, caller, customer.id)
    const row = await activeOf(tx, customer, subscriptionId)
    const shown = await readPlanChoice(tx, caller, row, planId)
    if (shown.terms !== terms) throw invalid({ terms: ['plan_has_changed'] })
    return createSubscription(
      context,
      { ...caller, open: tx },
      {
        external_customer_id: customer.externalId,
        external_id: row.externalId,
        plan_code: shown.choice.plan.code,
        // Its name tells it from the customer's others, whatever its plan is.
        ...(row.name ? { name: row.name } : {}),
      },
    )
  })
}

/**
 * Takes a change back that waits for the end of the period. 404 when none waits, and for one that the customer cannot
 * have made.
 */
export async function withdrawOwnPlanChange(
  context: Context,
  caller: Caller,
  customer: Pick<CustomerRow, 'id'>,
  subscriptionId: string,
): Promise<void> {
  await inTransaction(context.database, caller, async (tx) => {
    await lockCustomerById(tx, customer.id)
    // What is overdue may be this very change.
    await settleOverdue(context, tx, caller, customer.id)
    const row = await activeOf(tx, customer, subscriptionId)
    const { waiting } = await readPlanChoices(tx, caller, row)
    const successor = await findPendingSuccessor(tx, row.id)
    if (!waiting?.isWithdrawable || successor?.status !== 'pending') throw notFound('subscription')
    await cancelSubscription(tx, await notBefore(tx, caller, successor), successor)
  })
}

async function activeOf(
  tx: Tx,
  { id: customerId }: Pick<CustomerRow, 'id'>,
  subscriptionId: string,
): Promise<SubscriptionRow> {
  const rows = await subscriptionsOf(tx, { customerId }, ['active'])
  const row = rows.find(({ id }) => id === subscriptionId)
  if (!row) throw notFound('subscription')
  return row
}
