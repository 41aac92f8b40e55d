import { forbidden, notFound } from '../../core/refusal.ts'
import { requestsOfDrafts } from '../../store/billing/drafts.ts'
import { isVisible, lockInvoiceAfterCustomer } from '../../store/invoices.ts'
import { inTransaction } from '../../store/transaction.ts'
import { runBills } from '../billing/run-bills.ts'
import type { Caller, Context } from '../context.ts'

/**
 * Makes a draft anew; its id, number and creation stay. Any other invoice stays as it is, and other types than
 * `subscription` get 403.
 */
export async function refreshDraft(context: Context, caller: Caller, id: string): Promise<void> {
  await inTransaction(context.database, caller, async (tx) => {
    const invoice = await lockInvoiceAfterCustomer(tx, id)
    if (!invoice || !isVisible(invoice)) throw notFound('invoice')
    if (invoice.invoiceType !== 'subscription') throw forbidden('feature_unavailable')
    if (invoice.status !== 'draft') return
    await runBills(context, tx, caller, await requestsOfDrafts(tx, [invoice], null))
  })
}
