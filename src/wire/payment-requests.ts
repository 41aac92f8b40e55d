import { toWireCents } from '../core/amounts/json-text.ts'
import type { PaymentRequestView } from '../store/payment-requests.ts'
import { toWireCustomerBase } from './customers.ts'
import { toWireInvoiceBase } from './invoices.ts'
import { isoSeconds } from './times.ts'

/** A payment request. `dashboardUrl` is the organization's dashboard. */
export function toWirePaymentRequest(view: PaymentRequestView, dashboardUrl: string): object {
  const { request, customer, invoices } = view
  return {
    lago_id: request.id,
    amount_cents: toWireCents(request.amountCents),
    amount_currency: request.amountCurrency,
    email: request.email,
    payment_status: request.paymentStatus,
    created_at: isoSeconds(request.createdAt),
    customer: toWireCustomerBase(customer),
    invoices: invoices.map(({ invoice, billingEntityCode }) =>
      toWireInvoiceBase(invoice, billingEntityCode, dashboardUrl),
    ),
  }
}
