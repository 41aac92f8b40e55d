import type { Tx } from '../../store/database.ts'
import { newId } from '../../store/ids.ts'
import { enqueueRefund } from '../../store/payment-jobs.ts'
import type { PaymentRow } from '../../store/payments.ts'
import { insertRefund, type RefundReason, type RefundRow, refundsOfNote } from '../../store/refunds.ts'
import type { Caller } from '../context.ts'

/**
 * Writes a refund of a payment and queues its sending. Its key is that of its credit note, with a number after the
 * first one, or its own.
 */
export async function beginRefund(
  tx: Tx,
  caller: Caller,
  payment: PaymentRow,
  what: {
    readonly amountCents: bigint
    readonly reason: RefundReason
    readonly creditNoteId: string | null
  },
): Promise<RefundRow> {
  const { organizationId, now } = caller
  const id = newId()
  const refund = await insertRefund(
    tx,
    {
      ...what,
      organizationId,
      id,
      paymentId: payment.id,
      amountCurrency: payment.amountCurrency,
      idempotencyKey: what.creditNoteId === null ? `refund-${id}` : await keyOfNote(tx, what.creditNoteId),
    },
    now,
  )
  await enqueueRefund(tx, { organizationId, refundId: id })
  return refund
}

async function keyOfNote(tx: Tx, creditNoteId: string): Promise<string> {
  const before = (await refundsOfNote(tx, creditNoteId)).length
  return before === 0 ? creditNoteId : `${creditNoteId}-${before + 1}`
}
