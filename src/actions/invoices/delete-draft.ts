import { notAllowed, notFound } from '../../core/refusal.ts'
import { cancelItem } from '../../store/due-items.ts'
import {
  isVisible,
  lockInvoiceAfterCustomer,
  releaseBilledPeriods,
  updateInvoice,
} from '../../store/invoices.ts'
import { scheduleWalletRefresh } from '../../store/ongoing-balances.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import { announceInvoice } from '../billing/announce-documents.ts'
import type { Caller, Context } from '../context.ts'

/**
 * Deletes a draft (405 `not_deletable` otherwise); its period may be invoiced again
 * (docs/rules/invoices.md#drafts).
 */
export async function deleteDraft(context: Context, caller: Caller, id: string): Promise<void> {
  await inTransaction(context.database, caller, async (tx) => {
    const invoice = await lockInvoiceAfterCustomer(tx, id)
    if (!invoice || !isVisible(invoice)) throw notFound('invoice')
    if (invoice.status !== 'draft') throw notAllowed('not_deletable')
    await updateInvoice(tx, id, { status: 'deleted', updatedAt: ts(caller.now) })
    await releaseBilledPeriods(tx, id, caller.now)
    await cancelItem(tx, 'invoice_finalization', id)
    await cancelItem(tx, 'draft_refresh', id)
    await scheduleWalletRefresh(tx, caller.organizationId, [invoice.customerId], caller.now)
    await announceInvoice(tx, caller, id, 'invoice.deleted')
  })
}
