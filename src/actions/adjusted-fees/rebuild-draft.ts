import { notAllowed, notFound } from '../../core/refusal.ts'
import { requestsOfDrafts } from '../../store/billing/drafts.ts'
import type { Tx } from '../../store/database.ts'
import { type InvoiceRow, isVisible, lockInvoiceAfterCustomer } from '../../store/invoices.ts'
import { runBills } from '../billing/run-bills.ts'
import type { Caller, Context } from '../context.ts'

/** Locks a draft after its customer; 404 for an unknown invoice, 405 `invalid_status` for one that is no draft. */
export async function lockDraft(tx: Tx, id: string): Promise<InvoiceRow> {
  const invoice = await lockInvoiceAfterCustomer(tx, id)
  if (!invoice || !isVisible(invoice)) throw notFound('invoice')
  if (invoice.status !== 'draft') throw notAllowed('invalid_status')
  return invoice
}

/** Rebuilds a draft with the fees that are adjusted now. */
export async function rebuildDraft(
  context: Context,
  tx: Tx,
  caller: Caller,
  draft: InvoiceRow,
): Promise<void> {
  await runBills(context, tx, caller, await requestsOfDrafts(tx, [draft], null))
}
