import { toWireCents } from '../core/amounts/json-text.ts'
import type { GatewayError } from '../core/payments/gateway.ts'
import type { RefundRow } from '../store/refunds.ts'
import { isoSeconds } from './times.ts'

/** Money that a provider gives back. */
export function toWireRefund(refund: RefundRow): object {
  const error = refund.error as GatewayError | null
  return {
    lago_id: refund.id,
    lago_payment_id: refund.paymentId,
    lago_credit_note_id: refund.creditNoteId,
    reason: refund.reason,
    amount_cents: toWireCents(refund.amountCents),
    amount_currency: refund.amountCurrency,
    state: refund.state,
    provider_refund_id: refund.providerRefundId,
    error:
      refund.state === 'failed' && error ? { code: error.code ?? error.class, message: error.message } : null,
    created_at: isoSeconds(refund.createdAt),
    updated_at: isoSeconds(refund.updatedAt),
  }
}
