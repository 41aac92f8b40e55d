import { readCreditNoteChange } from '../../core/credit-notes/note-input.ts'
import type { Input } from '../../core/input/fields.ts'
import { type Metadata, mergeMetadata } from '../../core/input/metadata.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { lockCreditNote, updateCreditNote } from '../../store/credit-notes.ts'
import { inTransaction } from '../../store/transaction.ts'
import { json, ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'

/**
 * Sets the refund status of a credit note and merges its metadata. 404 `credit_note_not_found`, 422 for an unknown
 * status. A note without a refund has no refund status to set.
 */
export async function changeCreditNote(
  context: Context,
  caller: Caller,
  id: string,
  input: Input,
): Promise<void> {
  await inTransaction(context.database, caller, async (tx) => {
    const note = await lockCreditNote(tx, id)
    if (!note) throw notFound('credit_note')
    const { refundStatus, metadata } = accepted(readCreditNoteChange(input))
    const merged = accepted(mergeMetadata(note.metadata as Metadata | null, metadata))
    const isRefunded = refundStatus !== undefined && note.refundAmountCents > 0n
    await updateCreditNote(tx, id, {
      ...(isRefunded
        ? { refundStatus, refundedAt: refundStatus === 'succeeded' ? ts(caller.now) : null }
        : {}),
      metadata: merged === null ? null : json(merged),
      updatedAt: ts(caller.now),
    })
  })
}

/**
 * Replaces the metadata of a credit note with the result of `change`, and returns it; 404 when there is no such note.
 */
export async function changeCreditNoteMetadata(
  context: Context,
  caller: Caller,
  id: string,
  change: (stored: Metadata | null) => Metadata | null,
): Promise<Metadata | null> {
  return inTransaction(context.database, caller, async (tx) => {
    const note = await lockCreditNote(tx, id)
    if (!note) throw notFound('credit_note')
    const metadata = change(note.metadata as Metadata | null)
    await updateCreditNote(tx, id, {
      metadata: metadata === null ? null : json(metadata),
      updatedAt: ts(caller.now),
    })
    return metadata
  })
}
