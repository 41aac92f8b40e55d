import { forbidden, notFound } from '../../core/refusal.ts'
import { requestsOfDrafts } from '../../store/billing/drafts.ts'
import { isVisible, lockInvoiceAfterCustomer } from '../../store/invoices.ts'
import { inTransaction } from '../../store/transaction.ts'
import { runBills } from '../billing/run-bills.ts'
import type { Caller, Context } from '../context.ts'

/**
 * Rebuilds a draft; its id, number and creation time stay. Any other invoice is returned unchanged, and types other
 * than `subscription` get a 403.
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
