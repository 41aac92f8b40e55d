import type { GatewayError } from '../../core/payments/gateway.ts'
import type { WebhookType } from '../../core/webhooks/types.ts'
import { readCustomer } from '../../store/customers.ts'
import type { Reads, Tx } from '../../store/database.ts'
import { type InvoiceRow, isVisible } from '../../store/invoices.ts'
import { findMethod } from '../../store/payment-methods.ts'
import { findLink } from '../../store/payment-provider-customers.ts'
import { readProvider } from '../../store/payment-providers.ts'
import { findPayments, type PaymentRow, paymentViews } from '../../store/payments.ts'
import { lockPurchaseOfInvoice } from '../../store/wallet-transactions.ts'
import { toWirePaymentMethod } from '../../wire/payment-methods.ts'
import { toWirePayment } from '../../wire/payments.ts'
import type { Caller } from '../context.ts'
import { announce } from '../webhooks/announce.ts'

type PaymentWebhook = Extract<WebhookType, `payment.${string}`>

/** Sends a webhook with a payment as it is now, and what else belongs to the message. */
export async function announcePayment(
  tx: Tx,
  caller: Caller,
  id: string,
  type: PaymentWebhook,
  others: object = {},
): Promise<void> {
  await announce(tx, caller, {
    type,
    objectType: 'payment',
    objectId: id,
    payload: async () => {
      const [payment] = await paymentViews(tx, await findPayments(tx, [id]))
      if (!payment) throw new Error(`payment ${id} is gone`)
      const method = payment.paymentMethodId && (await findMethod(tx, payment.paymentMethodId))
      return {
        ...toWirePayment(payment),
        payment_method: method ? toWirePaymentMethod(method) : null,
        ...others,
      }
    },
  })
}

/** Tells why a charge or a page of an invoice failed: of bought credits for their transaction, and for the invoice. */
export async function announceInvoiceFailure(
  tx: Tx,
  caller: Caller,
  invoice: InvoiceRow,
  failure: Failure,
): Promise<void> {
  const purchase = invoice.invoiceType === 'credit' ? await lockPurchaseOfInvoice(tx, invoice.id) : undefined
  if (purchase) {
    await announce(tx, caller, {
      type: 'wallet_transaction.payment_failure',
      objectType: 'payment_provider_wallet_transaction_payment_error',
      objectId: purchase.id,
      payload: async () => ({
        lago_wallet_transaction_id: purchase.id,
        ...(await partiesOf(tx, failure)),
        provider_error: providerErrorOf(failure.error),
      }),
    })
  }
  if (!isVisible(invoice)) return
  await announce(tx, caller, {
    type: 'invoice.payment_failure',
    objectType: 'payment_provider_invoice_payment_error',
    objectId: invoice.id,
    payload: async () => ({
      lago_invoice_id: invoice.id,
      ...(await partiesOf(tx, failure)),
      provider_error: providerErrorOf(failure.error),
      error_details: detailsOf(failure.error),
    }),
  })
}

/** Tells why the charge of a payment request failed. */
export async function announceRequestFailure(
  tx: Tx,
  caller: Caller,
  requestId: string,
  invoiceIds: readonly string[],
  failure: Failure,
): Promise<void> {
  await announce(tx, caller, {
    type: 'payment_request.payment_failure',
    objectType: 'payment_provider_payment_request_payment_error',
    objectId: requestId,
    payload: async () => ({
      lago_payment_request_id: requestId,
      lago_invoice_ids: invoiceIds,
      ...(await partiesOf(tx, failure)),
      provider_error: providerErrorOf(failure.error),
    }),
  })
}

/** A failure to pay: whose, and what the provider said. */
export type Failure = {
  readonly customerId: string
  readonly linkId: string | null
  readonly error: GatewayError | null
}

/** A failure of a payment. */
export function failureOf(payment: PaymentRow): Failure {
  return {
    customerId: payment.customerId,
    linkId: payment.paymentProviderCustomerId,
    error: payment.error as GatewayError | null,
  }
}

async function partiesOf(reads: Reads, { customerId, linkId }: Failure): Promise<object> {
  const customer = await readCustomer(reads, customerId)
  const link = linkId === null ? undefined : await findLink(reads, linkId)
  const provider = link && (await readProvider(reads, link.paymentProviderId))
  return {
    lago_customer_id: customer.id,
    external_customer_id: customer.externalId,
    provider_customer_id: link?.providerCustomerId ?? null,
    payment_provider: provider?.providerType ?? customer.paymentProvider,
    payment_provider_code: provider?.code ?? customer.paymentProviderCode,
  }
}

function providerErrorOf(error: GatewayError | null): object | null {
  return error && { message: error.message, error_code: error.code ?? error.class }
}

function detailsOf(error: GatewayError | null): object {
  if (!error || error.httpStatus === undefined || error.httpStatus === null) {
    return error ? { code: error.code ?? error.class, message: error.message } : {}
  }
  return {
    code: error.code ?? error.class,
    message: error.message,
    decline_code: error.declineCode ?? null,
    request_id: error.requestId ?? null,
    http_status: error.httpStatus,
    http_body: { error: error.details ?? {} },
  }
}
