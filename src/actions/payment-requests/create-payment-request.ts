import type { PaymentRequestInput } from '../../core/payments/request-input.ts'
import { notFound } from '../../core/refusal.ts'
import { lockCustomerByExternalId } from '../../store/customers.ts'
import { isId } from '../../store/ids.ts'
import { isVisible, lockInvoices } from '../../store/invoices.ts'
import { isAnyUnderWay } from '../../store/provider-payments.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { writePaymentRequest } from './write-request.ts'

/**
 * Asks a customer for the payment of overdue invoices (docs/rules/payments.md#payment-requests). Ids of other
 * customers' invoices are ignored. Returns the id of the request; 404 and 405 as `requestOf` says.
 */
export async function createPaymentRequest(
  context: Context,
  caller: Caller,
  { externalCustomerId, email, invoiceIds }: PaymentRequestInput,
): Promise<string> {
  if (externalCustomerId === null) throw notFound('customer')
  return inTransaction(context.database, caller, async (tx) => {
    const customer = await lockCustomerByExternalId(tx, externalCustomerId)
    if (!customer) throw notFound('customer')
    const found = await lockInvoices(tx, invoiceIds.filter(isId), customer.id)
    const invoices = found.filter(isVisible)
    const ids = invoices.map(({ id }) => id)
    return writePaymentRequest(tx, caller, customer, {
      invoices,
      isUnderWay: await isAnyUnderWay(tx, ids),
      email,
      dunningCampaignId: null,
    })
  })
}
