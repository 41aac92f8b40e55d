import { dueCents } from '../../core/payments/payment-input.ts'
import { invalid, notFound } from '../../core/refusal.ts'
import type { Tx } from '../../store/database.ts'
import { isVisible, lockInvoiceAfterCustomer } from '../../store/invoices.ts'
import type { Caller, Context } from '../context.ts'
import { announceInvoiceFailure } from './announce-payments.ts'
import { checkedProvider, connectionOf, type OpenPage, openPage, type PagePayment } from './open-page.ts'

/**
 * Makes the page at the provider on which an invoice is paid, or gives the one that there is, as `openPage` says. 404
 * `invoice_not_found`; 422 on `base` when it cannot be paid on a page.
 */
export function openPaymentPage(
  context: Context,
  caller: Caller,
  invoiceId: string,
  payableStatuses: readonly string[] = ['finalized'],
): Promise<OpenPage> {
  return openPage(context, caller, (tx) => findPayable(tx, caller, invoiceId, payableStatuses))
}

/** Whether an invoice can be paid on a page, in the order in which Lago checks. */
async function findPayable(
  tx: Tx,
  caller: Caller,
  invoiceId: string,
  payableStatuses: readonly string[],
): Promise<PagePayment> {
  const invoice = await lockInvoiceAfterCustomer(tx, invoiceId)
  if (!invoice || !(isVisible(invoice) || payableStatuses.includes(invoice.status))) throw notFound('invoice')
  const { link, provider } = await connectionOf(tx, invoice.customerId)
  if (!link) throw invalid({ base: ['no_linked_payment_provider'] })
  const amountCents = dueCents(invoice)
  const isPayable =
    payableStatuses.includes(invoice.status) && invoice.paymentStatus !== 'succeeded' && amountCents > 0n
  if (!isPayable) throw invalid({ base: ['invalid_invoice_status_or_payment_status'] })
  return {
    payable: { invoiceId },
    customerId: invoice.customerId,
    amountCents,
    currency: invoice.currency,
    link,
    provider: checkedProvider(link, provider),
    announceFailure: (own, failure) => announceInvoiceFailure(own, caller, invoice, failure),
  }
}
