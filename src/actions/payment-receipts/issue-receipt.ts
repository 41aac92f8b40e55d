import type { CustomerRow } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { insertReceipt, receiptViews } from '../../store/payment-receipts.ts'
import { toWirePaymentReceipt } from '../../wire/payment-receipts.ts'
import type { Caller } from '../context.ts'
import { announce } from '../webhooks/announce.ts'

/** Issues the receipt of a successful payment, and announces it. Partners bill themselves and get none. */
export async function issueReceipt(
  tx: Tx,
  caller: Caller,
  customer: CustomerRow,
  paymentId: string,
): Promise<void> {
  if (customer.accountType === 'partner') return
  const receipt = await insertReceipt(tx, customer, paymentId, caller.now)
  await announce(tx, caller, {
    type: 'payment_receipt.created',
    objectType: 'payment_receipt',
    objectId: receipt.id,
    payload: async () => {
      const [view] = await receiptViews(tx, [receipt])
      if (!view) throw new Error(`receipt ${receipt.id} is gone`)
      return toWirePaymentReceipt(view)
    },
  })
}
