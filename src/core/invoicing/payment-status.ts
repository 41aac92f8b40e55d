/** Payment statuses of an invoice; check constraints on `invoices` and `invoice_payments` list the same values. */
export const INVOICE_PAYMENT_STATUSES = ['pending', 'succeeded', 'failed'] as const
export type InvoicePaymentStatus = (typeof INVOICE_PAYMENT_STATUSES)[number]

/** The initial payment status of an invoice: a zero invoice has nothing to pay. */
export function unpaidStatus(totalAmountCents: bigint): InvoicePaymentStatus {
  return totalAmountCents === 0n ? 'succeeded' : 'pending'
}
