import { notAllowed, notFound } from '../../core/refusal.ts'
import { findCreditNote } from '../../store/credit-notes.ts'
import { lockCustomerById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { findPayments, type PaymentRow } from '../../store/payments.ts'
import { findRefund, lockRefund, type RefundRow, refundsOfNote } from '../../store/refunds.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { beginRefund } from './begin-refund.ts'
import { excessOf } from './follow-excess.ts'
import { followRefund } from './follow-refund.ts'

/**
 * Sends a refund again that has definitely failed, as a new one with a key of its own. 404 `refund_not_found`; 405
 * `no_failed_refund` for any other, and for one that was sent again already. Returns the new one.
 */
export async function retryRefund(context: Context, caller: Caller, id: string): Promise<RefundRow> {
  return inTransaction(context.database, caller, async (tx) => {
    const found = await findRefund(tx, id)
    const [payment] = found ? await findPayments(tx, [found.paymentId]) : []
    if (!payment) throw notFound('refund')
    await lockCustomerById(tx, payment.customerId)
    const refund = await lockRefund(tx, id)
    if (refund.state !== 'failed') throw notAllowed('no_failed_refund')
    const { amountCents, creditNoteId } = refund
    if ((await owedOf(tx, payment, creditNoteId)) < amountCents) throw notAllowed('no_failed_refund')
    const reason = refund.reason as Parameters<typeof beginRefund>[3]['reason']
    const again = await beginRefund(tx, caller, payment, { amountCents, reason, creditNoteId })
    await followRefund(tx, caller, again)
    return again
  })
}

/** How much of what was to be given back, by a credit note or as too much, is neither back nor on its way. */
async function owedOf(tx: Tx, payment: PaymentRow, creditNoteId: string | null): Promise<bigint> {
  const note = creditNoteId === null ? undefined : await findCreditNote(tx, creditNoteId)
  if (!note) return (await excessOf(tx, payment)).leftCents
  const back = (await refundsOfNote(tx, note.id)).filter(({ state }) => state !== 'failed')
  return back.reduce((left, { amountCents }) => left - amountCents, note.refundAmountCents)
}
