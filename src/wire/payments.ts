import { toWireCents } from '../core/amounts/json-text.ts'
import type { PaymentView } from '../store/payments.ts'
import { isoSeconds } from './times.ts'

/** A payment. The fields of providers are null on manual payments; `created_at` is when the money was paid. */
export function toWirePayment(payment: PaymentView): object {
  return {
    lago_id: payment.id,
    lago_customer_id: payment.customerId,
    external_customer_id: payment.externalCustomerId,
    invoice_ids: payment.invoices.map(({ id }) => id),
    invoice_numbers: payment.invoices.map(({ number }) => number),
    lago_payable_id: payment.invoiceId ?? payment.paymentRequestId,
    payable_type: payment.invoiceId === null ? 'PaymentRequest' : 'Invoice',
    amount_cents: toWireCents(payment.amountCents),
    amount_currency: payment.amountCurrency,
    status: payment.status,
    payment_status: payment.paymentStatus,
    type: payment.paymentType,
    reference: payment.reference,
    payment_provider_code: null,
    payment_provider_type: null,
    external_payment_id: null,
    provider_payment_id: null,
    provider_customer_id: null,
    payment_method_id: null,
    next_action: {},
    created_at: isoSeconds(payment.paidAt),
  }
}
