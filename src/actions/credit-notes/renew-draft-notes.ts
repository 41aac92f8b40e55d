import { Decimal } from '../../core/amounts/decimal.ts'
import { localDate } from '../../core/calendar/zone.ts'
import type { NoteContent } from '../../core/credit-notes/early-end-note.ts'
import { renewedNote } from '../../core/credit-notes/renew-note.ts'
import { readCustomerSnapshot } from '../../store/billing/read-snapshot.ts'
import type { Tx } from '../../store/database.ts'
import { type DraftNote, feesByKey } from '../../store/draft-notes.ts'
import { type InvoiceRow, readInvoice } from '../../store/invoices.ts'
import { readNotedInvoice } from '../../store/noted-invoices.ts'
import { readSubscription } from '../../store/subscriptions.ts'
import {
  clearDraftNotes,
  deleteDraftNotes,
  type RenewedNote,
  rewriteDraftNotes,
} from '../../store/write-credit-notes.ts'
import type { Caller } from '../context.ts'
import { endCredit } from './credit-early-end.ts'

/**
 * Computes draft credit notes anew after their invoices were, and makes those final whose invoices are
 * (docs/rules/credit-notes.md#notes-on-drafts). One that comes to nothing is deleted. Returns the ids of those that
 * became final. The caller has locked the customers.
 */
export async function renewDraftNotes(
  tx: Tx,
  caller: Caller,
  notes: readonly DraftNote[],
): Promise<readonly string[]> {
  if (notes.length === 0) return []
  await clearDraftNotes(
    tx,
    notes.map(({ id }) => id),
  )
  const finals: string[] = []
  for (const note of notes) {
    const invoice = await readInvoice(tx, note.invoiceId)
    const content = await contentOf(tx, note, invoice)
    if (!content) {
      await deleteDraftNotes(tx, [note.id])
      continue
    }
    const isFinal = invoice.status === 'finalized'
    const renewed: RenewedNote = {
      ...content,
      id: note.id,
      status: isFinal ? 'finalized' : 'draft',
      issuingOn: isFinal ? localDate(caller.now, invoice.timezone) : note.issuingDate,
      now: caller.now,
    }
    await rewriteDraftNotes(tx, caller.organizationId, [renewed])
    if (isFinal) finals.push(note.id)
  }
  return finals
}

async function contentOf(tx: Tx, note: DraftNote, invoice: InvoiceRow): Promise<NoteContent | null> {
  const subscriptionId = note.items[0]?.subscriptionId
  if (note.cause === 'early_end' && subscriptionId) {
    const { onTerminationCreditNote } = await readSubscription(tx, subscriptionId)
    const snapshot = await readCustomerSnapshot(tx, invoice.customerId, [subscriptionId])
    const [subscription] = snapshot?.subscriptions ?? []
    if (!snapshot || !subscription) throw new Error(`subscription ${subscriptionId} has no facts`)
    const { zone } = snapshot.customer
    const credit = await endCredit(tx, subscription, zone, onTerminationCreditNote)
    return credit?.invoice.id === invoice.id ? credit.content : null
  }
  const ids = await feesByKey(tx, invoice.id)
  return renewedNote(
    await readNotedInvoice(tx, invoice),
    note.items.map(({ feeKey, preciseAmountCents }) => ({
      feeId: ids.get(feeKey) ?? null,
      preciseAmountCents: Decimal.of(preciseAmountCents),
    })),
    {
      creditCents: note.creditAmountCents,
      refundCents: note.refundAmountCents,
      offsetCents: note.offsetAmountCents,
    },
  )
}
