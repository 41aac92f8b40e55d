import type { Tx } from '../../store/database.ts'
import { findPayments, type PaymentRow } from '../../store/payments.ts'
import { updatePayment } from '../../store/provider-payments.ts'
import { type RefundRow, refundsOfPayments } from '../../store/refunds.ts'
import type { Caller } from '../context.ts'
import { announcePayment } from '../payments/announce-payments.ts'

const REASON = 'refunded_and_taken_back'

/** Asks somebody to look at a payment whose money was taken back after it had been refunded, or while it was. */
export async function reviewRefunded(tx: Tx, caller: Caller, payment: PaymentRow): Promise<void> {
  const refunds = await refundsOfPayments(tx, [payment.id])
  if (payment.review !== null || refunds.every(({ state }) => state === 'failed')) return
  await updatePayment(tx, payment.id, { review: REASON })
  await announcePayment(tx, caller, payment.id, 'payment.needs_review', { review: { reason: REASON } })
}

/** Nobody needs to look any more once every refund of the payment has failed: nothing was given back of it. */
export async function endReviewOfRefunded(tx: Tx, refund: RefundRow): Promise<void> {
  if (refund.state !== 'failed') return
  const [payment] = await findPayments(tx, [refund.paymentId])
  if (payment?.review !== REASON) return
  const refunds = await refundsOfPayments(tx, [payment.id])
  if (refunds.every(({ state }) => state === 'failed')) await updatePayment(tx, payment.id, { review: null })
}
