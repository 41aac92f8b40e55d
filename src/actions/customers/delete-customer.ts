import { notFound } from '../../core/problems.ts'
import {
  type CustomerDetails,
  detailsOfCustomer,
  lockCustomer,
  updateCustomer,
} from '../../store/customers.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'
import { terminateSubscriptionsOfCustomer } from '../subscriptions/terminate-subscription.ts'

/**
 * Deletes a customer softly: its subscriptions end and are billed, its external id is free at once, its invoices go
 * on showing it, and its own end is not announced (platform.md §7.3). Gives the customer; 404 when there is none.
 */
export async function deleteCustomer(
  context: Context,
  caller: Caller,
  externalId: string,
): Promise<CustomerDetails> {
  return inTransaction(context.database, caller.organizationId, async (tx) => {
    const customer = await lockCustomer(tx, externalId)
    if (!customer) throw notFound('customer')
    await terminateSubscriptionsOfCustomer(context, tx, caller, customer.id)
    const deleted = await updateCustomer(tx, customer.id, {
      deletedAt: ts(caller.now),
      updatedAt: ts(caller.now),
    })
    return detailsOfCustomer(tx, deleted)
  })
}
