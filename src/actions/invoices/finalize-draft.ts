import { parseCalendarDate } from '../../core/calendar/calendar-date.ts'
import { notFound } from '../../core/problems.ts'
import { finalizedDates } from '../../core/subscriptions/issuing-dates.ts'
import { readBillingSnapshot } from '../../store/billing-snapshot.ts'
import type { Tx } from '../../store/database.ts'
import { cancelItem } from '../../store/due-items.ts'
import { lockWithCustomer, readInvoice, updateInvoice } from '../../store/invoices.ts'
import { inTransaction } from '../../store/transaction.ts'
import { issuingSettingsOf } from '../billing/create-invoice.ts'
import { issueInvoice } from '../billing/issue-invoice.ts'
import type { Caller, Context } from '../context.ts'
import { followSettings } from '../customers/follow-settings.ts'
import { rebuildDraft } from './rebuild-draft.ts'

/** Makes a draft final now; 404 for an invoice that is no draft (subscriptions-and-invoicing §7.7). */
export async function finalizeDraft(context: Context, caller: Caller, id: string): Promise<void> {
  await inTransaction(context.database, caller, async (tx) => {
    const invoice = await lockWithCustomer(tx, id)
    if (invoice?.status !== 'draft') throw notFound('invoice')
    await finalizeInside(context, tx, caller, id)
  })
}

/** The same inside a transaction: computed anew, dated today unless it keeps its anchor, numbered, announced. */
export async function finalizeInside(context: Context, tx: Tx, caller: Caller, id: string): Promise<void> {
  const found = await lockWithCustomer(tx, id)
  if (found?.status !== 'draft') return
  await followSettings(tx, caller, found.customerId)
  // Its dates may have moved with the settings.
  const invoice = await readInvoice(tx, id)
  await rebuildDraft(context, tx, caller, invoice)
  const snapshot = await readBillingSnapshot(tx, invoice.customerId, [])
  const issuingOn = parseCalendarDate(invoice.issuingDate)
  if (!snapshot || issuingOn === undefined) throw new Error(`invoice ${id} lost its customer or date`)
  const settings = issuingSettingsOf(snapshot)
  const reasons = await tx
    .selectFrom('invoiceSubscriptions')
    .select('isRecurring')
    .where('invoiceId', '=', id)
    .execute()
  const dates = finalizedDates(
    { issuingOn },
    {
      at: caller.now,
      zone: snapshot.zone,
      isPeriodic: reasons.some((link) => link.isRecurring),
      hasGrace: true,
    },
    settings,
  )
  await updateInvoice(tx, id, {
    issuingDate: dates.issuingOn,
    paymentDueDate: dates.paymentDueOn,
    netPaymentTerm: settings.netPaymentTermDays,
  })
  await issueInvoice(context, tx, caller, id)
  await cancelItem(tx, 'invoice_finalization', id)
}
