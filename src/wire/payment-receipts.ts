import type { PaymentReceiptView } from '../store/payment-receipts.ts'
import { toWirePayment } from './payments.ts'
import { isoSeconds } from './times.ts'

/** A receipt with its payment; it has no files yet. */
export function toWirePaymentReceipt(receipt: PaymentReceiptView): object {
  return {
    lago_id: receipt.id,
    number: receipt.number,
    file_url: null,
    xml_url: null,
    payment: toWirePayment(receipt.payment),
    created_at: isoSeconds(receipt.createdAt),
  }
}
