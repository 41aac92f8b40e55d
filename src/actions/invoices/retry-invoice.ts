import { notAllowed, notFound } from '../../core/refusal.ts'
import { findCustomersById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { type InvoiceRow, isVisible, lockInvoiceAfterCustomer } from '../../store/invoices.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { beginCharge, type ChargeAsked } from '../payments/begin-charge.ts'
import { announce } from '../webhooks/announce.ts'

/**
 * Asks for the taxes of an invoice again, which is for invoices whose tax provider failed: without a tax provider none
 * is `failed`, and any invoice is refused with 405 `invalid_status`.
 */
export async function retryInvoice(context: Context, caller: Caller, id: string): Promise<void> {
  await inTransaction(context.database, caller, async (tx) => {
    const invoice = await lockInvoiceAfterCustomer(tx, id)
    if (!invoice || !isVisible(invoice)) throw notFound('invoice')
    throw notAllowed('invalid_status')
  })
}

/**
 * Asks for the payment of an unpaid final invoice again: 405 `invalid_status` for any other, and
 * `payment_processor_is_currently_handling_payment` while a charge is under way. A customer without a payment provider is
 * announced as the failure that it is.
 */
export async function retryPayment(
  context: Context,
  caller: Caller,
  id: string,
  method?: ChargeAsked['method'],
): Promise<void> {
  await inTransaction(context.database, caller, async (tx) => {
    const invoice = await lockInvoiceAfterCustomer(tx, id)
    if (!invoice || !isVisible(invoice)) throw notFound('invoice')
    const isUnpaid = invoice.status === 'finalized' && invoice.paymentStatus !== 'succeeded'
    if (!isUnpaid) throw notAllowed('invalid_status')
    const begun = await beginCharge(tx, caller, {
      customerId: invoice.customerId,
      payable: { invoiceId: id },
      invoices: [invoice],
      isAskedFor: true,
      ...(method ? { method } : {}),
    })
    if (begun.kind === 'begun') return
    if (begun.why === 'under_way') throw notAllowed('payment_processor_is_currently_handling_payment')
    if (begun.why === 'no_provider') await announceNoProvider(tx, caller, invoice)
  })
}

async function announceNoProvider(tx: Tx, caller: Caller, invoice: InvoiceRow): Promise<void> {
  await announce(tx, caller, {
    type: 'invoice.payment_failure',
    objectType: 'payment_provider_invoice_payment_error',
    objectId: invoice.id,
    payload: async () => {
      const [customer] = await findCustomersById(tx, [invoice.customerId])
      return {
        lago_invoice_id: invoice.id,
        lago_customer_id: invoice.customerId,
        external_customer_id: customer?.externalId ?? null,
        provider_customer_id: null,
        payment_provider: null,
        payment_provider_code: null,
        provider_error: null,
        error_details: { code: 'customer_must_have_payment_provider' },
      }
    },
  })
}
