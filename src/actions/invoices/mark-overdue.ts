import { lockInvoice, updateInvoice } from '../../store/invoices.ts'
import { ts } from '../../store/values.ts'
import { announceInvoice } from '../billing/announce-documents.ts'
import type { DueAction } from '../due/due-action.ts'

/** Marks an invoice overdue when its due date has passed unpaid (subscriptions-and-invoicing §7.10). */
export const markOverdue: DueAction = async (_context, tx, caller, invoiceId) => {
  const invoice = await lockInvoice(tx, invoiceId)
  if (invoice?.status !== 'finalized' || invoice.paymentOverdue || invoice.selfBilled) return
  if (invoice.paymentStatus === 'succeeded' || invoice.paymentDisputeLostAt !== null) return
  await updateInvoice(tx, invoiceId, { paymentOverdue: true, updatedAt: ts(caller.now) })
  await announceInvoice(tx, caller, invoiceId, 'invoice.payment_overdue')
}
