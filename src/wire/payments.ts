import { toWireCents } from '../core/amounts/json-text.ts'
import type { PaymentView } from '../store/payments.ts'
import { isoSeconds } from './times.ts'

/** Types of providers, in the words that Lago's clients know. */
const CLASSES: Readonly<Record<string, string>> = {
  adyen: 'PaymentProviders::AdyenProvider',
  cashfree: 'PaymentProviders::CashfreeProvider',
  flutterwave: 'PaymentProviders::FlutterwaveProvider',
  gocardless: 'PaymentProviders::GocardlessProvider',
  moneyhash: 'PaymentProviders::MoneyhashProvider',
  stripe: 'PaymentProviders::StripeProvider',
}

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
    payment_provider_code: payment.provider?.code ?? null,
    payment_provider_type: payment.provider && (CLASSES[payment.provider.type] ?? payment.provider.type),
    external_payment_id: payment.providerPaymentId,
    provider_payment_id: payment.providerPaymentId,
    provider_customer_id: payment.provider?.providerCustomerId ?? null,
    payment_method_id: payment.paymentMethodId,
    next_action: payment.nextAction ?? {},
    created_at: isoSeconds(payment.paidAt),
  }
}
