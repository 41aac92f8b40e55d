import { dueCents } from '../../core/payments/payment-input.ts'
import { invalid, notFound } from '../../core/refusal.ts'
import { lockCustomerById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { lockInvoices } from '../../store/invoices.ts'
import { findPaymentRequest, invoiceIdsOfRequest } from '../../store/payment-requests.ts'
import type { Caller, Context } from '../context.ts'
import { announceRequestFailure } from './announce-payments.ts'
import { checkedProvider, connectionOf, type OpenPage, openPage, type PagePayment } from './open-page.ts'

/**
 * Makes the page at the provider on which all that is due of a payment request is paid at once, or gives the one that
 * there is, as `openPage` says. 404 `payment_request_not_found`; 422 on `base` when it cannot be paid on a page.
 */
export function openRequestPage(context: Context, caller: Caller, requestId: string): Promise<OpenPage> {
  return openPage(context, caller, (tx) => findPayable(tx, caller, requestId))
}

async function findPayable(tx: Tx, caller: Caller, requestId: string): Promise<PagePayment> {
  const request = await findPaymentRequest(tx, requestId)
  if (!request) throw notFound('payment_request')
  const { customerId } = request
  await lockCustomerById(tx, customerId)
  const ids = await invoiceIdsOfRequest(tx, requestId)
  const invoices = await lockInvoices(tx, ids)
  const { link, provider } = await connectionOf(tx, customerId)
  if (!link) throw invalid({ base: ['no_linked_payment_provider'] })
  const amountCents = invoices.reduce((sum, invoice) => sum + dueCents(invoice), 0n)
  if (amountCents <= 0n) throw invalid({ base: ['invalid_invoice_status_or_payment_status'] })
  return {
    payable: { paymentRequestId: requestId },
    customerId,
    amountCents,
    currency: request.amountCurrency,
    link,
    provider: checkedProvider(link, provider),
    announceFailure: (own, failure) => announceRequestFailure(own, caller, requestId, ids, failure),
  }
}
