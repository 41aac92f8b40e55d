import type { FieldCode } from '../codes.ts'

/** What decides whether a purchase can be paid on a page of a payment provider. */
export type PayablePurchase = {
  readonly transactionStatus: string
  readonly status: string
  readonly invoiceId: string | null
}

/** Why a purchase gets no payment page; null when its invoice is to be asked. */
export function refuseToPay({ transactionStatus, status, invoiceId }: PayablePurchase): FieldCode | null {
  if (transactionStatus !== 'purchased') return 'wallet_transaction_not_purchased'
  if (status === 'settled') return 'wallet_transaction_already_settled'
  return invoiceId === null ? 'wallet_transaction_has_no_attached_invoice' : null
}
