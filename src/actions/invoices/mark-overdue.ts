import { nextLookAt } from '../../core/dunning/steps.ts'
import { scheduleDunning } from '../../store/dunning.ts'
import { type InvoiceRow, lockInvoices, markInvoicesOverdue } from '../../store/invoices.ts'
import { announceInvoices } from '../billing/announce-documents.ts'
import type { BatchAction } from '../due/due-action.ts'

/** Due work: marks unpaid invoices overdue after their due date, hundreds per transaction. */
export const markOverdue: BatchAction = {
  kind: 'invoice_overdue',
  itemsMax: 500,
  act: async (_context, tx, caller, items) => {
    const invoices = await lockInvoices(
      tx,
      items.map(({ subjectId }) => subjectId),
    )
    const passed = invoices.filter(isPassed)
    const ids = passed.map(({ id }) => id)
    await markInvoicesOverdue(tx, ids, caller.now)
    const customerIds = [...new Set(passed.map(({ customerId }) => customerId))]
    await scheduleDunning(tx, customerIds, nextLookAt(caller.now))
    await announceInvoices(tx, caller, ids, 'invoice.payment_overdue')
  },
}

function isPassed(invoice: InvoiceRow): boolean {
  const isOpen = invoice.status === 'finalized' && invoice.paymentStatus !== 'succeeded'
  return isOpen && !invoice.paymentOverdue && invoice.paymentDisputeLostAt === null
}
