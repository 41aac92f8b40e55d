import { notFound } from '../../core/refusal.ts'
import { type AdjustedFeeRow, deleteAdjustedFee as remove } from '../../store/adjusted-fees.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { lockDraft, rebuildDraft } from './rebuild-draft.ts'

/** Takes a change of a draft's fee back and rebuilds the draft; 404 for an unknown one, 405 when it is no draft. */
export async function deleteAdjustedFee(
  context: Context,
  caller: Caller,
  invoiceId: string,
  id: string,
): Promise<AdjustedFeeRow> {
  return inTransaction(context.database, caller, async (tx) => {
    const draft = await lockDraft(tx, invoiceId)
    const removed = await remove(tx, invoiceId, id)
    if (!removed) throw notFound('adjusted_fee')
    await rebuildDraft(context, tx, caller, draft)
    return removed
  })
}
