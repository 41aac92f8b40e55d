import type { TransferPlaces } from '../../core/payments/bank-transfer.ts'
import type { ChargeOrder } from '../../core/payments/gateway.ts'
import { readCustomer } from '../../store/customers.ts'
import type { Reads } from '../../store/database.ts'
import type { InvoiceRow } from '../../store/invoices.ts'
import { readBillingEntityCountry, readBillingEntityName } from '../../store/organizations.ts'
import type { PaymentMethodRow } from '../../store/payment-methods.ts'
import type { LinkRow } from '../../store/payment-provider-customers.ts'
import type { PaymentProviderRow } from '../../store/payment-providers.ts'
import type { PaymentRow } from '../../store/payments.ts'
import type { Payable } from '../../store/provider-payments.ts'
import type { Caller } from '../context.ts'
import { returnUrlOf } from '../payment-providers/open-setup-page.ts'

/** What a provider is asked to charge: the same bytes whenever the payment is sent. */
export async function orderOf(
  reads: Reads,
  caller: Caller,
  facts: {
    readonly payment: PaymentRow
    readonly payable: Payable
    readonly invoices: readonly InvoiceRow[]
    readonly provider: PaymentProviderRow
    readonly link: LinkRow
    /** Undefined when the payer transfers the money. */
    readonly method: PaymentMethodRow | undefined
  },
): Promise<ChargeOrder> {
  const { payment, payable, invoices, provider, link, method } = facts
  return {
    paymentId: payment.id,
    idempotencyKey: `payment-${payment.id}`,
    money: { cents: payment.amountCents, currency: payment.amountCurrency },
    customerId: link.providerCustomerId ?? '',
    method: method ? { id: method.providerMethodId, type: method.providerMethodType } : null,
    ...(method ? {} : { transferPlaces: await placesOf(reads, payment.customerId, invoices) }),
    isOnSession: payment.isOnSession,
    description: await descriptionOf(reads, payable, invoices),
    reference: referenceOf(payable, invoices),
    returnUrl: returnUrlOf(provider),
    metadata: { ...metadataOf(caller, payment.customerId, payable, invoices), lago_payment_id: payment.id },
  }
}

async function placesOf(
  reads: Reads,
  customerId: string,
  [first]: readonly InvoiceRow[],
): Promise<TransferPlaces> {
  const [payer, seller] = await Promise.all([
    readCustomer(reads, customerId),
    first ? readBillingEntityCountry(reads, first.billingEntityId) : null,
  ])
  return { payer: payer.country, seller }
}

/** An open invoice has no number yet, and a payment request never has one. */
export function referenceOf(payable: Payable, [first, another]: readonly InvoiceRow[]): string {
  if (first && first.status !== 'open' && !another) return first.number
  return 'invoiceId' in payable ? payable.invoiceId : payable.paymentRequestId
}

/** What the payer reads on the statement. An open invoice has no number yet. */
export async function descriptionOf(
  reads: Reads,
  payable: Payable,
  invoices: readonly InvoiceRow[],
): Promise<string> {
  const [first] = invoices
  if (!first) return ''
  const entity = await readBillingEntityName(reads, first.billingEntityId)
  if ('invoiceId' in payable) {
    return `${entity} - Invoice ${first.status === 'open' ? first.id : first.number}`
  }
  return `${entity} - Overdue invoices${invoices.length === 1 ? `: ${first.number}` : ''}`
}

/** What the provider keeps for us, to find a payment again. */
export function metadataOf(
  { organizationId }: Pick<Caller, 'organizationId'>,
  customerId: string,
  payable: Payable,
  invoices: readonly InvoiceRow[],
): Record<string, string> {
  const [first] = invoices
  const ofInvoice = 'invoiceId' in payable
  return {
    lago_customer_id: customerId,
    lago_organization_id: organizationId,
    lago_payable_id: ofInvoice ? payable.invoiceId : payable.paymentRequestId,
    lago_payable_type: ofInvoice ? 'Invoice' : 'PaymentRequest',
    ...(first ? { lago_billing_entity_id: first.billingEntityId } : {}),
    ...(ofInvoice && first
      ? {
          lago_invoice_id: first.id,
          invoice_issuing_date: first.issuingDate,
          invoice_type: first.invoiceType,
        }
      : {}),
  }
}
