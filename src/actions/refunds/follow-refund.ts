import { refundStatusOf } from '../../core/payments/allocate-refund.ts'
import type { GatewayError } from '../../core/payments/gateway.ts'
import { type CreditNoteRow, findCreditNote, updateCreditNote } from '../../store/credit-notes.ts'
import { readCustomer } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { findLink } from '../../store/payment-provider-customers.ts'
import { readProvider } from '../../store/payment-providers.ts'
import { findPayments } from '../../store/payments.ts'
import { type RefundRow, refundsOfNote, updateRefund } from '../../store/refunds.ts'
import { ts } from '../../store/values.ts'
import type { Caller } from '../context.ts'
import { announce } from '../webhooks/announce.ts'
import { followExcess } from './follow-excess.ts'

/**
 * What a new state of a refund does to its credit note: its refund status, and the webhook of a failure, once. Without
 * one, it gives back what was paid too much.
 */
export async function followRefund(tx: Tx, caller: Caller, refund: RefundRow): Promise<void> {
  if (refund.creditNoteId === null) return followExcess(tx, caller, refund)
  const note = await findCreditNote(tx, refund.creditNoteId)
  if (!note) return
  const status = refundStatusOf(note.refundAmountCents, await refundsOfNote(tx, note.id))
  // Somebody who gave the rest back by hand has said so.
  const isSettled = note.refundStatus === 'succeeded' && status === 'pending'
  if (status !== note.refundStatus && !isSettled) {
    await updateCreditNote(tx, note.id, {
      refundStatus: status,
      refundedAt: status === 'succeeded' ? ts(caller.now) : null,
      updatedAt: ts(caller.now),
    })
  }
  if (refund.state !== 'failed' || refund.isFailureAnnounced) return
  await updateRefund(tx, refund.id, { isFailureAnnounced: true })
  await announceFailure(tx, caller, note, refund)
}

async function announceFailure(
  tx: Tx,
  caller: Caller,
  note: CreditNoteRow,
  refund: RefundRow,
): Promise<void> {
  await announce(tx, caller, {
    type: 'credit_note.provider_refund_failure',
    objectType: 'credit_note_payment_provider_refund_error',
    objectId: note.id,
    payload: async () => {
      const customer = await readCustomer(tx, note.customerId)
      const [payment] = await findPayments(tx, [refund.paymentId])
      const linkId = payment?.paymentProviderCustomerId
      const link = linkId ? await findLink(tx, linkId) : undefined
      const provider = link && (await readProvider(tx, link.paymentProviderId))
      const error = refund.error as GatewayError | null
      return {
        lago_credit_note_id: note.id,
        lago_customer_id: customer.id,
        external_customer_id: customer.externalId,
        provider_customer_id: link?.providerCustomerId ?? null,
        payment_provider: provider?.providerType ?? customer.paymentProvider,
        payment_provider_code: provider?.code ?? customer.paymentProviderCode,
        provider_error: error && { message: error.message, error_code: error.code ?? error.class },
      }
    },
  })
}
