import type { Tx } from '../../store/database.ts'
import { findPayments, type PaymentRow } from '../../store/payments.ts'
import { updatePayment } from '../../store/provider-payments.ts'
import { type RefundReason, type RefundRow, refundsOfPayments } from '../../store/refunds.ts'
import type { Caller } from '../context.ts'
import { announcePayment } from '../payments/announce-payments.ts'
import { beginRefund } from './begin-refund.ts'

const REASON = 'paid_too_much'

/** The refunds of what was paid too much, the first one first, and how much of it is neither back nor on its way. */
export async function excessOf(tx: Tx, { id, excessCents }: PaymentRow) {
  const refunds = (await refundsOfPayments(tx, [id])).filter(({ creditNoteId }) => creditNoteId === null)
  const back = refunds.filter(({ state }) => state !== 'failed')
  return { refunds, leftCents: back.reduce((left, { amountCents }) => left - amountCents, excessCents) }
}

/**
 * What a new state of a refund without a credit note means: what was paid too much and did not go back waits for
 * somebody, until another refund is on its way (docs/rules/provider-payments.md#refunds). Nothing goes back of money
 * that its payer or bank has taken back.
 */
export async function followExcess(tx: Tx, caller: Caller, refund: RefundRow): Promise<void> {
  const [payment] = await findPayments(tx, [refund.paymentId])
  if (!payment) return
  const { leftCents } = await excessOf(tx, payment)
  if (leftCents <= 0n) {
    if (payment.review === REASON) await updatePayment(tx, payment.id, { review: null })
  } else if (payment.review === null && payment.reversedAt === null) {
    await updatePayment(tx, payment.id, { review: REASON })
    await announcePayment(tx, caller, payment.id, 'payment.needs_review', { review: { reason: REASON } })
  }
}

/** A dispute was lost: the payer has everything back, and nobody needs to find out how to give more back. */
export async function endReviewOfExcess(tx: Tx, payment: PaymentRow): Promise<void> {
  if (payment.review !== REASON) return
  const { refunds } = await excessOf(tx, payment)
  if (refunds.length > 0) await updatePayment(tx, payment.id, { review: null })
}

/** A dispute was won after all: what could not be given back of its payment meanwhile goes back now. */
export async function giveBackAfterDispute(tx: Tx, caller: Caller, payment: PaymentRow): Promise<void> {
  const { refunds, leftCents } = await excessOf(tx, payment)
  const last = refunds.at(-1)
  if (!last || leftCents <= 0n) return
  const reason = last.reason as RefundReason
  const again = await beginRefund(tx, caller, payment, { amountCents: leftCents, reason, creditNoteId: null })
  await followExcess(tx, caller, again)
}
