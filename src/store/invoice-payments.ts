import type { Instant } from '../core/calendar/instant.ts'
import type { InvoicePaymentStatus } from '../core/invoicing/payment-status.ts'
import type { Tx } from './database.ts'
import { newId } from './ids.ts'
import { ts } from './values.ts'

/**
 * An entry of an invoice's payments. `fees`: the fees of the invoice were paid before it was made, and the amount is
 * what was paid, in cents. `status`: somebody stated the payment status, and no money is known to have come.
 */
export type InvoicePayment = { readonly invoiceId: string; readonly paidAt: Instant } & (
  | { readonly kind: 'fees'; readonly amountCents: bigint }
  | { readonly kind: 'status'; readonly status: InvoicePaymentStatus }
)

/**
 * Records payments. The database carries them over to `payment_status` and `total_paid_amount_cents` of their invoices,
 * which the caller has locked.
 */
export async function insertInvoicePayments(
  tx: Tx,
  owner: { readonly organizationId: string; readonly now: Instant },
  payments: readonly InvoicePayment[],
): Promise<void> {
  if (payments.length === 0) return
  await tx
    .insertInto('invoicePayments')
    .values(
      payments.map((payment) => ({
        organizationId: owner.organizationId,
        id: newId(),
        invoiceId: payment.invoiceId,
        kind: payment.kind,
        status: payment.kind === 'status' ? payment.status : 'succeeded',
        amountCents: payment.kind === 'status' ? 0n : payment.amountCents,
        paidAt: ts(payment.paidAt),
        createdAt: ts(owner.now),
      })),
    )
    .execute()
}
