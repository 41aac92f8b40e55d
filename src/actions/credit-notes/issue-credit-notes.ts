import { creditNoteViews, offsetsOfNotes } from '../../store/credit-notes.ts'
import type { Tx } from '../../store/database.ts'
import { lockInvoices } from '../../store/invoices.ts'
import { toWireCreditNote } from '../../wire/credit-notes.ts'
import type { Caller } from '../context.ts'
import { settleInvoices } from '../payments/invoice-payment-status.ts'
import { announceAll } from '../webhooks/announce.ts'

/**
 * Makes credit notes count that are final: what they offset settles their invoices, whose customers the caller has
 * locked, and `credit_note.created` is sent, in order. Drafts are issued once they are final.
 */
export async function issueCreditNotes(tx: Tx, caller: Caller, ids: readonly string[]): Promise<void> {
  await settleOffsets(tx, caller, ids)
  const messages = ids.map((objectId) => {
    return { type: 'credit_note.created', objectType: 'credit_note', objectId } as const
  })
  await announceAll(tx, caller, messages, async (wanted) => {
    const views = await creditNoteViews(
      tx,
      wanted.map(({ objectId }) => objectId),
    )
    return new Map(views.map((view) => [view.id, toWireCreditNote(view)]))
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
