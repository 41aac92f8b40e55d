import type { CustomerRow } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { findReceipt, insertReceipt, receiptViews } from '../../store/payment-receipts.ts'
import { toWirePaymentReceipt } from '../../wire/payment-receipts.ts'
import type { Caller } from '../context.ts'
import { freezeDocuments } from '../documents/freeze-documents.ts'
import { announce } from '../webhooks/announce.ts'

/** Issues the receipt of a successful payment with its document, and announces it. Partners bill themselves and get none. */
export async function issueReceipt(
  tx: Tx,
  caller: Caller,
  customer: CustomerRow,
  paymentId: string,
): Promise<void> {
  if (customer.accountType === 'partner') return
  const { id } = await insertReceipt(tx, customer, paymentId, caller.now)
  await freezeDocuments(tx, caller, 'receipt_pdf', [id])
  await announceReceipt(tx, caller, id, 'payment_receipt.created')
}

/** Sends a webhook with a receipt and its payment. */
export async function announceReceipt(
  tx: Tx,
  caller: Caller,
  id: string,
  type: 'payment_receipt.created' | 'payment_receipt.generated',
): Promise<void> {
  await announce(tx, caller, {
    type,
    objectType: 'payment_receipt',
    objectId: id,
    payload: async () => {
      const receipt = await findReceipt(tx, id)
      const [view] = receipt ? await receiptViews(tx, [receipt]) : []
      if (!view) throw new Error(`receipt ${id} is gone`)
      return toWirePaymentReceipt(view, caller.webhookLinks)
    },
  })
}
