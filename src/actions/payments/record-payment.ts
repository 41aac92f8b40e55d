import type { Input } from '../../core/input/fields.ts'
import { checkPayment, readPaymentOrder } from '../../core/payments/payment-input.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { readCustomer } from '../../store/customers.ts'
import { isId, newId } from '../../store/ids.ts'
import { isVisible, lockInvoiceAfterCustomer } from '../../store/invoices.ts'
import { insertManualPayment, isInPaidRequest } from '../../store/payments.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { issueReceipt } from '../payment-receipts/issue-receipt.ts'
import { settleOverdue } from '../subscriptions/settle-overdue.ts'
import { settleInvoices } from './invoice-payment-status.ts'
import { logPayment } from './log-payment.ts'

/**
 * Records a manual payment of an invoice (docs/rules/payments.md#manual-payments) and issues its receipt. Returns the
 * id of the payment. The customer and the invoice are locked, so payments at the same time are checked one after the
 * other.
 */
export async function recordPayment(context: Context, caller: Caller, input: Input): Promise<string> {
  const order = accepted(readPaymentOrder(input))
  if (!isId(order.invoiceId)) throw notFound('invoice')
  const { organizationId, now } = caller
  return inTransaction(context.database, caller, async (tx) => {
    const invoice = await lockInvoiceAfterCustomer(tx, order.invoiceId)
    if (!invoice || !(isVisible(invoice) || invoice.status === 'open')) throw notFound('invoice')
    const isRequestPaid = await isInPaidRequest(tx, invoice.id)
    // What an invoice comes to is not known before its taxes.
    const status = invoice.taxStatus === 'pending' ? 'pending' : invoice.status
    const payment = accepted(checkPayment(input, order, { ...invoice, status, isRequestPaid }, now))
    const customer = await readCustomer(tx, invoice.customerId)
    const id = newId()
    await insertManualPayment(
      tx,
      {
        ...payment,
        organizationId,
        id,
        customerId: customer.id,
        invoiceId: invoice.id,
        paymentRequestId: null,
        amountCurrency: invoice.currency,
      },
      now,
    )
    const { amountCents, paidAt } = payment
    await settleInvoices(
      tx,
      caller,
      [invoice],
      [{ kind: 'payment', invoiceId: invoice.id, amountCents, paymentId: id, paidAt }],
    )
    await logPayment(tx, caller, id)
    await issueReceipt(tx, caller, customer, id)
    // A subscription that waited for it starts.
    if (invoice.status === 'open') await settleOverdue(context, tx, caller, invoice.customerId)
    return id
  })
}
