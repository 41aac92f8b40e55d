import type { Instant } from '../core/calendar/instant.ts'
import type { InvoicePaymentStatus } from '../core/invoicing/payment-status.ts'
import type { Tx } from './database.ts'
import { newId } from './ids.ts'
import { ts } from './values.ts'

/**
 * Records a payment status that was set directly, without a known payment. A trigger updates the invoice, which the
 * caller has locked.
 */
export async function statePaymentStatus(
  tx: Tx,
  invoice: { readonly organizationId: string; readonly id: string },
  status: InvoicePaymentStatus,
  now: Instant,
): Promise<void> {
  await tx
    .insertInto('invoicePayments')
    .values({
      organizationId: invoice.organizationId,
      id: newId(),
      invoiceId: invoice.id,
      kind: 'status',
      status,
      amountCents: 0n,
      paidAt: ts(now),
      createdAt: ts(now),
    })
    .execute()
}

/** Gives the fees of an invoice the payment status that was stated for it. */
export async function stateFeePayment(
  tx: Tx,
  invoiceId: string,
  status: InvoicePaymentStatus,
  now: Instant,
): Promise<void> {
  await tx
    .updateTable('fees')
    .set({
      paymentStatus: status,
      succeededAt: status === 'succeeded' ? ts(now) : null,
      failedAt: status === 'failed' ? ts(now) : null,
      updatedAt: ts(now),
    })
    .where('invoiceId', '=', invoiceId)
    .execute()
}
