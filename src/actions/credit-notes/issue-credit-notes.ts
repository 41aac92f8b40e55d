import { creditNoteViews } from '../../store/credit-notes.ts'
import type { Tx } from '../../store/database.ts'
import { toWireCreditNote } from '../../wire/credit-notes.ts'
import type { Caller } from '../context.ts'
import { announceAll } from '../webhooks/announce.ts'
import { settleOffsets } from './settle-offsets.ts'

/**
 * What follows when credit notes become final, in order: `credit_note.created` is sent, and their offsets lower what is
 * due. Drafts are issued once they are final.
 */
export async function issueCreditNotes(tx: Tx, caller: Caller, ids: readonly string[]): Promise<void> {
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
  await settleOffsets(tx, caller, ids)
}
