/** Words of an invoice's payment; the checks of `invoices` and `invoice_payments` have the same. */
export const INVOICE_PAYMENT_STATUSES = ['pending', 'succeeded', 'failed'] as const
export type InvoicePaymentStatus = (typeof INVOICE_PAYMENT_STATUSES)[number]

/** The payment status of an invoice for which nothing was paid yet: one of zero has nothing to pay. */
export function unpaidStatus(totalAmountCents: bigint): InvoicePaymentStatus {
  return totalAmountCents === 0n ? 'succeeded' : 'pending'
}
