import type { InvoicePaymentStatus } from '../../core/invoicing/payment-status.ts'
import { gatedSubscriptionOf } from '../../store/activation-rules.ts'
import type { Tx } from '../../store/database.ts'
import { scheduleItem } from '../../store/due-items.ts'
import type { InvoiceRow } from '../../store/invoices.ts'
import type { Caller } from '../context.ts'
import { finalizeOpenInvoice } from '../invoices/finalize-open-invoice.ts'

/**
 * What a new payment status of an invoice does to a subscription that waits for it: a paid invoice is final at once,
 * and the subscription starts, or is canceled, in due work of its own, so that no bill can stop a payment from being
 * recorded. To be called wherever the payment status of an invoice changes; does nothing for other invoices. The caller
 * has locked the customer and the invoice.
 */
export async function settleGate(
  tx: Tx,
  caller: Caller,
  invoice: InvoiceRow,
  status: InvoicePaymentStatus,
): Promise<void> {
  if (invoice.status !== 'open' || invoice.invoiceType === 'credit' || status === 'pending') return
  if (status === 'succeeded' && (await gatedSubscriptionOf(tx, invoice.id))) {
    await finalizeOpenInvoice(tx, caller, invoice)
  }
  await wakeGate(tx, caller, invoice.id)
}

/** Has a subscription that waits for the payment of an invoice looked at now. */
export async function wakeGate(tx: Tx, caller: Caller, invoiceId: string): Promise<void> {
  const subscription = await gatedSubscriptionOf(tx, invoiceId)
  if (!subscription) return
  const item = { kind: 'subscription_gate', subjectId: subscription.id, dueAt: caller.now } as const
  await scheduleItem(tx, caller.organizationId, item)
}
