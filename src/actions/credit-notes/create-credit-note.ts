import { localDate } from '../../core/calendar/zone.ts'
import { noteAmounts } from '../../core/credit-notes/note-amounts.ts'
import { readCreditNote } from '../../core/credit-notes/note-input.ts'
import { checkShares, settledShares } from '../../core/credit-notes/settle-note.ts'
import type { Input } from '../../core/input/fields.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { type CreditNoteView, creditNoteViews } from '../../store/credit-notes.ts'
import { isId } from '../../store/ids.ts'
import { lockInvoiceAfterCustomer } from '../../store/invoices.ts'
import { inTransaction } from '../../store/transaction.ts'
import { writeCreditNotes } from '../../store/write-credit-notes.ts'
import type { Caller, Context } from '../context.ts'
import { issueCreditNotes } from './issue-credit-notes.ts'
import { invoiceToNote, itemsOf } from './noted-items.ts'
import { takeBackCredits } from './take-back-credits.ts'

/**
 * Makes a credit note on an invoice (docs/rules/credit-notes.md). 404 `invoice_not_found` and `fee_not_found`, 405
 * `invalid_type_or_status` for an invoice that cannot have one, 422 for amounts that are not the items' or more than
 * what is left. A note on a draft is a draft until the invoice is final.
 */
export async function createCreditNote(
  context: Context,
  caller: Caller,
  input: Input,
): Promise<CreditNoteView> {
  const invoiceId = typeof input.invoice_id === 'string' ? input.invoice_id : ''
  if (!isId(invoiceId)) throw notFound('invoice')
  return inTransaction(context.database, caller, async (tx) => {
    const found = await lockInvoiceAfterCustomer(tx, invoiceId)
    const read = readCreditNote(input)
    const { invoice, noted } = await invoiceToNote(tx, found, read.ok ? read.value.shares : null)
    const asked = accepted(read)
    const items = itemsOf(noted, asked.items)
    const amounts = noteAmounts(items, noted.fees, noted.taxRoundingCents)
    accepted(checkShares(noted, amounts, asked.shares))
    const shares = settledShares(noted, amounts, asked.shares)
    const ids = await writeCreditNotes(tx, caller.organizationId, [
      {
        key: invoice.id,
        customerId: invoice.customerId,
        invoiceId: invoice.id,
        currency: invoice.currency,
        reason: asked.reason,
        cause: 'request',
        description: asked.description,
        metadata: asked.metadata,
        status: invoice.status === 'draft' ? 'draft' : 'finalized',
        issuingOn: localDate(caller.now, invoice.timezone),
        amounts,
        shares,
        isVoided: false,
        createdAt: caller.now,
      },
    ])
    const [id = ''] = ids.values()
    if (invoice.status !== 'draft') await issueCreditNotes(tx, caller, [id])
    await takeBackCredits(tx, caller, invoice, { creditNoteId: id, amountCents: shares.refundCents })
    const [view] = await creditNoteViews(tx, [id])
    if (!view) throw new Error('a credit note was not written')
    return view
  })
}
