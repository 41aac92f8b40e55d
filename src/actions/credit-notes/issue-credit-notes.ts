import { creditNoteViews, offsetsOfNotes, refundingNotes } from '../../store/credit-notes.ts'
import type { Tx } from '../../store/database.ts'
import { lockInvoices } from '../../store/invoices.ts'
import { toWireCreditNote } from '../../wire/credit-notes.ts'
import type { Caller } from '../context.ts'
import { freezeDocuments } from '../documents/freeze-documents.ts'
import { settleInvoices } from '../payments/invoice-payment-status.ts'
import { refundCreditNote } from '../refunds/refund-credit-note.ts'
import { announceAll } from '../webhooks/announce.ts'

/**
 * Makes credit notes count that are final: what they offset settles their invoices, whose customers the caller has
 * locked, their documents are frozen, providers give back what they refund, and `credit_note.created` is sent, in order.
 * Drafts are issued once final.
 */
export async function issueCreditNotes(tx: Tx, caller: Caller, ids: readonly string[]): Promise<void> {
  await settleOffsets(tx, caller, ids)
  await freezeDocuments(tx, caller, 'credit_note_pdf', ids)
  for (const note of await refundingNotes(tx, ids)) await refundCreditNote(tx, caller, note)
  await announceCreditNotes(tx, caller, ids, 'credit_note.created')
}

/** Sends a webhook for each of some final credit notes, with the whole note. */
export async function announceCreditNotes(
  tx: Tx,
  caller: Caller,
  ids: readonly string[],
  type: 'credit_note.created' | 'credit_note.generated',
): Promise<void> {
  const messages = ids.map((objectId) => ({ type, objectType: 'credit_note', objectId }) as const)
  await announceAll(tx, caller, messages, async (wanted) => {
    const views = await creditNoteViews(
      tx,
      wanted.map(({ objectId }) => objectId),
    )
    return new Map(views.map((view) => [view.id, toWireCreditNote(view, caller.webhookLinks)]))
  })
}

async function settleOffsets(tx: Tx, caller: Caller, ids: readonly string[]): Promise<void> {
  const offsets = await offsetsOfNotes(tx, ids)
  if (offsets.length === 0) return
  const invoices = await lockInvoices(
    tx,
    offsets.map(({ invoiceId }) => invoiceId),
  )
  const entries = offsets.map((offset) => ({ kind: 'offset' as const, ...offset }))
  await settleInvoices(tx, caller, invoices, entries)
}
