import { notAllowed, notFound } from '../../core/refusal.ts'
import type { Tx } from '../../store/database.ts'
import { cancelItem } from '../../store/due-items.ts'
import { invoiceListViews } from '../../store/invoice-views.ts'
import {
  type InvoiceRow,
  isVisible,
  lockInvoiceAfterCustomer,
  readInvoice,
  updateInvoice,
} from '../../store/invoices.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import { toWireListedInvoice } from '../../wire/invoices.ts'
import type { Caller, Context } from '../context.ts'
import { announce } from '../webhooks/announce.ts'

/**
 * Notes that the dispute about a final or voided invoice is lost (405 `not_disputable` otherwise): it cannot become
 * overdue any more. A dispute is lost once; asking again changes nothing.
 */
export async function loseDispute(context: Context, caller: Caller, id: string): Promise<void> {
  await inTransaction(context.database, caller, async (tx) => {
    const invoice = await lockInvoiceAfterCustomer(tx, id)
    if (!invoice || !isVisible(invoice)) throw notFound('invoice')
    if (!['finalized', 'voided'].includes(invoice.status)) throw notAllowed('not_disputable')
    await noteLostDispute(tx, caller, invoice, null)
  })
}

/**
 * Notes on an invoice, which the caller has locked after its customer, that the dispute about it is lost, with the
 * reason that the payment provider tells, and announces it; once.
 */
export async function noteLostDispute(
  tx: Tx,
  caller: Caller,
  { id, paymentDisputeLostAt }: InvoiceRow,
  reason: string | null,
): Promise<void> {
  if (paymentDisputeLostAt !== null) return
  await updateInvoice(tx, id, {
    paymentDisputeLostAt: ts(caller.now),
    paymentOverdue: false,
    updatedAt: ts(caller.now),
  })
  await cancelItem(tx, 'invoice_overdue', id)
  await announce(tx, caller, {
    type: 'invoice.payment_dispute_lost',
    objectType: 'payment_dispute_lost',
    objectId: id,
    payload: async () => {
      const [view] = await invoiceListViews(tx, [await readInvoice(tx, id)])
      if (!view) throw new Error(`invoice ${id} is gone`)
      return { invoice: toWireListedInvoice(view, caller.webhookLinks), provider_error: reason }
    },
  })
}
