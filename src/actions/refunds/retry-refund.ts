import { notAllowed, notFound } from '../../core/refusal.ts'
import { lockCustomerById } from '../../store/customers.ts'
import { findPayments } from '../../store/payments.ts'
import { findRefund, lockRefund, type RefundRow } from '../../store/refunds.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { beginRefund } from './begin-refund.ts'
import { followRefund } from './follow-refund.ts'

/**
 * Sends a refund again that has definitely failed, as a new one with a key of its own. 404 `refund_not_found`; 405
 * `no_failed_refund` for any other. Returns the new one.
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
    const reason = refund.reason as Parameters<typeof beginRefund>[3]['reason']
    const again = await beginRefund(tx, caller, payment, { amountCents, reason, creditNoteId })
    await followRefund(tx, caller, again)
    return again
  })
}
