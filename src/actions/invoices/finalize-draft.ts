import { forbidden, notFound } from '../../core/refusal.ts'
import { requestsOfDrafts } from '../../store/billing/drafts.ts'
import type { Tx } from '../../store/database.ts'
import { cancelItem } from '../../store/due-items.ts'
import { lockInvoiceAfterCustomer, readInvoice } from '../../store/invoices.ts'
import { inTransaction } from '../../store/transaction.ts'
import { runBills } from '../billing/run-bills.ts'
import type { Caller, Context } from '../context.ts'
import { followSettings } from '../customers/follow-settings.ts'

/** Finalizes a draft now; 404 for an invoice that is not a draft, 403 for one that waits for its taxes. */
export async function finalizeDraft(context: Context, caller: Caller, id: string): Promise<void> {
  await inTransaction(context.database, caller, async (tx) => {
    const invoice = await lockInvoiceAfterCustomer(tx, id)
    if (invoice?.status === 'pending') throw forbidden('cannot_finalize_with_pending_taxes')
    if (invoice?.status !== 'draft') throw notFound('invoice')
    await finalizeInside(context, tx, caller, id)
  })
}

/**
 * The same inside a transaction: rebuilds the draft, dates it today unless it keeps its anchor, numbers it and sends
 * its webhook.
 */
export async function finalizeInside(context: Context, tx: Tx, caller: Caller, id: string): Promise<void> {
  const found = await lockInvoiceAfterCustomer(tx, id)
  if (found?.status !== 'draft') return
  await followSettings(tx, caller, found.customerId)
  // Its dates may have changed with the settings.
  const draft = await readInvoice(tx, id)
  await runBills(context, tx, caller, await requestsOfDrafts(tx, [draft], caller.now))
  await cancelItem(tx, 'invoice_finalization', id)
}
