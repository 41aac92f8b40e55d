import { notAllowed } from '../../core/refusal.ts'
import { deleteFeeRow, type FeeView } from '../../store/fees.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { readFeeToChange } from './read-fee.ts'

/** Deletes a fee that is on no invoice and returns it. 404; 405 `invoiced_fee`. */
export async function deleteFee(context: Context, caller: Caller, id: string): Promise<FeeView> {
  return inTransaction(context.database, caller, async (tx) => {
    const fee = await readFeeToChange(tx, id)
    if (fee.invoiceId !== null) throw notAllowed('invoiced_fee')
    await deleteFeeRow(tx, fee.id, caller.now)
    return fee
  })
}
