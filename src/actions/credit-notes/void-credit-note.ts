import { notAllowed, notFound } from '../../core/refusal.ts'
import { lockCreditNote, updateCreditNote } from '../../store/credit-notes.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'

/**
 * Gives up what is left of a credit note; its amounts stay, and what it credited cannot be credited again. 404
 * `credit_note_not_found`, 405 `no_voidable_amount` when nothing is left.
 */
export async function voidCreditNote(context: Context, caller: Caller, id: string): Promise<void> {
  await inTransaction(context.database, caller, async (tx) => {
    const note = await lockCreditNote(tx, id)
    if (!note) throw notFound('credit_note')
    if (note.creditStatus === 'voided' || note.balanceAmountCents === 0n) {
      throw notAllowed('no_voidable_amount')
    }
    await updateCreditNote(tx, id, {
      creditStatus: 'voided',
      balanceAmountCents: 0n,
      voidedAmountCents: note.balanceAmountCents,
      voidedAt: ts(caller.now),
      updatedAt: ts(caller.now),
    })
  })
}
