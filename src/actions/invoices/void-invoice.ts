import { localDate } from '../../core/calendar/zone.ts'
import { type VoidNotes, voidNotes } from '../../core/credit-notes/void-notes.ts'
import type { Input } from '../../core/input/fields.ts'
import { readVoid } from '../../core/invoicing/void.ts'
import { accepted, notAllowed, notFound } from '../../core/refusal.ts'
import { reviveCoupons } from '../../store/applied-coupons.ts'
import type { Tx } from '../../store/database.ts'
import { cancelItem } from '../../store/due-items.ts'
import { type InvoiceRow, isVisible, lockInvoiceAfterCustomer, updateInvoice } from '../../store/invoices.ts'
import { readNotedInvoice } from '../../store/noted-invoices.ts'
import { enqueueCancel } from '../../store/payment-jobs.ts'
import { liveCharges } from '../../store/provider-payments.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import { writeCreditNotes } from '../../store/write-credit-notes.ts'
import { announceInvoice } from '../billing/announce-documents.ts'
import type { Caller, Context } from '../context.ts'
import { issueCreditNotes } from '../credit-notes/issue-credit-notes.ts'
import { voidDocument } from '../documents/void-document.ts'
import { recreditInvoice } from '../wallets/recredit-invoice.ts'

/**
 * Voids a final invoice (405 `not_voidable` otherwise): nobody has to pay it any more, its number stays, and what it
 * billed counts neither as billed ahead nor towards a commitment (docs/rules/invoices.md#voided-invoices). With
 * `generate_credit_note` it is credited and refunded as asked.
 */
export async function voidInvoice(context: Context, caller: Caller, id: string, input: Input): Promise<void> {
  await inTransaction(context.database, caller, async (tx) => {
    const invoice = await lockInvoiceAfterCustomer(tx, id)
    if (!invoice || !isVisible(invoice)) throw notFound('invoice')
    // What the other side of a lost dispute took back is settled there.
    if (invoice.status !== 'finalized' || invoice.paymentDisputeLostAt !== null)
      throw notAllowed('not_voidable')
    const refund = accepted(readVoid(input))
    const notes = refund && accepted(voidNotes(await readNotedInvoice(tx, invoice), refund))
    await setVoided(tx, caller, id)
    await voidDocument(tx, caller, id)
    // A credit note gives back prepaid credits with the rest.
    if (notes === null) await recreditInvoice(tx, caller, id)
    for (const { id: paymentId } of await liveCharges(tx, { invoiceId: id })) {
      await enqueueCancel(tx, { organizationId: caller.organizationId, paymentId })
    }
    await announceInvoice(tx, caller, id, 'invoice.voided')
    if (notes) await writeVoidNotes(tx, caller, invoice, notes)
  })
}

/** What is given back, and the rest, which is given up so that nothing more can be credited. */
async function writeVoidNotes(
  tx: Tx,
  caller: Caller,
  invoice: InvoiceRow,
  { requested, rest }: VoidNotes,
): Promise<void> {
  const shared = {
    customerId: invoice.customerId,
    invoiceId: invoice.id,
    currency: invoice.currency,
    reason: 'other',
    cause: 'voided_invoice',
    description: `Credit note created due to voided invoice ${invoice.id}`,
    metadata: null,
    status: 'finalized',
    issuingOn: localDate(caller.now, invoice.timezone),
    createdAt: caller.now,
  } as const
  const ids = await writeCreditNotes(tx, caller.organizationId, [
    ...(requested ? [{ ...shared, ...requested, key: 'requested', isVoided: false }] : []),
    ...(rest ? [{ ...shared, ...rest, key: 'rest', isVoided: true }] : []),
  ])
  await issueCreditNotes(tx, caller, [...ids.values()])
}

async function setVoided(tx: Tx, { now }: Caller, id: string): Promise<void> {
  await updateInvoice(tx, id, {
    status: 'voided',
    voidedAt: ts(now),
    paymentOverdue: false,
    updatedAt: ts(now),
  })
  await cancelItem(tx, 'invoice_overdue', id)
  await reviveCoupons(tx, id, now)
}
