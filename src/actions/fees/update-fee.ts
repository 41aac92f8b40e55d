import { invalid, notAllowed } from '../../core/refusal.ts'
import { FEE_PAYMENT_STATUSES, type FeeView, updateFeePayment } from '../../store/fees.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { readFee, readFeeToChange } from './read-fee.ts'

/**
 * Sets the payment status, as reported by the client, of a fee that is on no invoice. 404; 422 `payment_status:
 * value_is_invalid`; 405 `invoiced_fee`. An undefined status changes nothing.
 */
export async function updateFee(
  context: Context,
  caller: Caller,
  id: string,
  paymentStatus: unknown,
): Promise<FeeView> {
  return inTransaction(context.database, caller, async (tx) => {
    const fee = await readFeeToChange(tx, id)
    const status = FEE_PAYMENT_STATUSES.find((each) => each === paymentStatus)
    if (paymentStatus !== undefined && status === undefined) {
      throw invalid({ payment_status: ['value_is_invalid'] })
    }
    if (fee.invoiceId !== null) throw notAllowed('invoiced_fee')
    if (status !== undefined) await updateFeePayment(tx, fee.id, status, caller.now)
    return readFee(tx, fee.id)
  })
}
