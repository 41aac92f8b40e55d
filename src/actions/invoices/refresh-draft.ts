import { forbidden, notFound } from '../../core/problems.ts'
import { lockWithCustomer } from '../../store/invoices.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import type { DueAction } from '../due/run-due.ts'
import { rebuildDraft } from './rebuild-draft.ts'

/** Recomputes a draft; anything but a draft stays as it is, and other types than `subscription` get 403 (§7.7). */
export async function refreshDraft(context: Context, caller: Caller, id: string): Promise<void> {
  await inTransaction(context.database, caller, (tx) => refreshInside(context, tx, caller, id))
}

/** The same inside a transaction: what a flagged draft's due item does. */
export const refreshInside: DueAction = async (context, tx, caller, id) => {
  const invoice = await lockWithCustomer(tx, id)
  if (!invoice || ['generating', 'open', 'closed', 'deleted'].includes(invoice.status))
    throw notFound('invoice')
  if (invoice.invoiceType !== 'subscription') throw forbidden('feature_unavailable')
  if (invoice.status !== 'draft') return
  await rebuildDraft(context, tx, caller, invoice)
}
