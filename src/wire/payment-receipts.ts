import type { PaymentReceiptView } from '../store/payment-receipts.ts'
import { type InvoiceLinks, xmlUrlOf } from './invoices.ts'
import { toWirePayment } from './payments.ts'
import { isoSeconds } from './times.ts'

/** A receipt with its payment and its file. */
export function toWirePaymentReceipt(
  receipt: PaymentReceiptView,
  links: Pick<InvoiceLinks, 'fileUrl'>,
): object {
  return {
    lago_id: receipt.id,
    number: receipt.number,
    file_url: receipt.file === null ? null : links.fileUrl(receipt.file),
    xml_url: xmlUrlOf(receipt.eFile, links),
    payment: toWirePayment(receipt.payment),
    created_at: isoSeconds(receipt.createdAt),
  }
}
