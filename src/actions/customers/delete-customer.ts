import { addMs } from '../../core/calendar/instant.ts'
import { notFound } from '../../core/refusal.ts'
import { endCouponsOfCustomer } from '../../store/applied-coupons.ts'
import {
  type CustomerDetails,
  detailsOfCustomer,
  lockCustomerByExternalId,
  updateCustomer,
} from '../../store/customers.ts'
import { draftsOf } from '../../store/draft-invoices.ts'
import { scheduleItem } from '../../store/due-items.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'
import { terminateSubscriptionsOfCustomer } from '../subscriptions/terminate-subscription.ts'
import { terminateWalletsOfCustomer } from '../wallets/terminate-wallet.ts'

/** Lets usage still in transit reach the last drafts. */
const DRAFTS_FINAL_AFTER_MS = 300_000

/**
 * Soft-deletes a customer: its subscriptions are terminated and billed, its external id can be reused immediately,
 * its invoices still show it, and no webhook is sent for the deletion. Returns the customer; 404 when there is none.
 */
export async function deleteCustomer(
  context: Context,
  caller: Caller,
  externalId: string,
): Promise<CustomerDetails> {
  return inTransaction(context.database, caller, async (tx) => {
    const customer = await lockCustomerByExternalId(tx, externalId)
    if (!customer) throw notFound('customer')
    await terminateSubscriptionsOfCustomer(context, tx, caller, customer.id)
    await endCouponsOfCustomer(tx, customer.id, caller.now)
    await terminateWalletsOfCustomer(tx, caller, customer.id)
    for (const draft of await draftsOf(tx, { customerId: customer.id })) {
      const dueAt = addMs(caller.now, DRAFTS_FINAL_AFTER_MS)
      const item = { kind: 'invoice_finalization', subjectId: draft.id, dueAt } as const
      await scheduleItem(tx, caller.organizationId, item)
    }
    const { customer: deleted, billingEntity } = await updateCustomer(tx, customer.id, {
      deletedAt: ts(caller.now),
      updatedAt: ts(caller.now),
    })
    return detailsOfCustomer(tx, deleted, { billingEntity })
  })
}
