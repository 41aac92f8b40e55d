import { creditNoteViews } from '../../store/credit-notes.ts'
import type { Tx } from '../../store/database.ts'
import { toWireCreditNote } from '../../wire/credit-notes.ts'
import type { Caller } from '../context.ts'
import { announceAll } from '../webhooks/announce.ts'

/** Sends `credit_note.created` for credit notes that are final, in order; drafts are announced once they are. */
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
}
