import type { Input } from '../../core/input/fields.ts'
import { Problems } from '../../core/problems.ts'
import { invalid, notAllowed, notFound, refuseIfAny } from '../../core/refusal.ts'
import { readTermination, type TerminationOptions } from '../../core/subscriptions/subscription-input.ts'
import { lockCustomerById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { isLastFeePending } from '../../store/early-ends.ts'
import { readPlan } from '../../store/plans.ts'
import {
  findSubscription,
  readSubscription,
  type SubscriptionRow,
  updateSubscription,
} from '../../store/subscriptions.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { endAll } from './end-all.ts'
import { cancelSubscription, endSubscription } from './end-subscription.ts'
import { findAgain, notBefore } from './lock-subscription.ts'
import { settleOverdue } from './settle-overdue.ts'

/**
 * Terminates the active subscription with an external id, or cancels the pending one
 * (docs/rules/subscriptions.md#end). `input` may have `on_termination_credit_note` and `on_termination_invoice`,
 * which are stored on the subscription. 404 when there is none, 422 for an unknown option and while the first payment
 * is pending.
 */
export async function terminateSubscription(
  context: Context,
  caller: Caller,
  externalId: string,
  input: Input & { readonly status: 'active' | 'pending' },
): Promise<SubscriptionRow> {
  const problems = new Problems()
  const options = readTermination(input, problems)
  return inTransaction(context.database, caller, async (tx) => {
    const find = async () =>
      (await findSubscription(tx, externalId, [input.status])) ??
      (await findSubscription(tx, externalId, ['incomplete']))
    const found = await find()
    if (!found) throw notFound('subscription')
    refuseIfAny(problems)
    await lockCustomerById(tx, found.customerId)
    await settleOverdue(context, tx, caller, found.customerId)
    // While the lock was awaited, or by what was overdue, another one may have taken its place, or it has started.
    const row = (await findAgain(find, found)) ?? (await readSubscription(tx, found.id))
    if (row.status === 'incomplete') throw invalid({ base: ['subscription_incomplete'] })
    const then = await notBefore(tx, caller, row)
    if (row.status === 'pending') return cancelSubscription(tx, then, row)
    if (row.status !== 'active') throw notFound('subscription')
    return endSubscription(
      context,
      tx,
      then,
      await refusePendingTaxes(tx, await withOptions(tx, row, options)),
    )
  })
}

/** 405 while the taxes of what would be credited are unknown. */
async function refusePendingTaxes(tx: Tx, row: SubscriptionRow): Promise<SubscriptionRow> {
  if (row.onTerminationCreditNote !== 'skip' && (await isLastFeePending(tx, row.id))) {
    throw notAllowed('cannot_terminate_with_pending_taxes')
  }
  return row
}

async function withOptions(
  tx: Tx,
  row: SubscriptionRow,
  options: TerminationOptions,
): Promise<SubscriptionRow> {
  const columns = await terminationColumns(tx, row, options)
  return Object.keys(columns).length === 0 ? row : updateSubscription(tx, row.id, columns)
}

/**
 * The columns for the given options; a credit note only applies to plans paid in advance
 * (docs/rules/subscriptions.md).
 */
export async function terminationColumns(
  tx: Tx,
  row: Pick<SubscriptionRow, 'planId'>,
  options: TerminationOptions,
): Promise<{ onTerminationCreditNote?: string | null; onTerminationInvoice?: string }> {
  const plan = await readPlan(tx, row.planId)
  const hasCreditNote = options.creditNote !== undefined && plan.payInAdvance
  return {
    ...(hasCreditNote ? { onTerminationCreditNote: options.creditNote ?? null } : {}),
    ...(options.invoice === undefined ? {} : { onTerminationInvoice: options.invoice }),
  }
}

/**
 * Ends all subscriptions of a customer that is being deleted: active ones with their final invoices, pending ones are
 * canceled.
 */
export async function terminateSubscriptionsOfCustomer(
  context: Context,
  tx: Tx,
  caller: Caller,
  customerId: string,
): Promise<void> {
  await lockCustomerById(tx, customerId)
  await settleOverdue(context, tx, caller, customerId)
  await endAll(context, tx, caller, { customerId })
}
