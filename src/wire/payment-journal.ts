import type { GatewayError } from '../core/payments/gateway.ts'
import type { PaymentCallRow, PaymentTransitionRow } from '../store/payment-calls.ts'
import type { PaymentRow } from '../store/payments.ts'
import { isoSeconds } from './times.ts'

/** A request to a payment provider, and what became of it. */
export function toWireCall(call: PaymentCallRow): object {
  return {
    lago_id: call.id,
    call: call.call,
    idempotency_key: call.idempotencyKey,
    outcome: call.outcome,
    http_status: call.httpCode,
    request_id: call.requestId,
    error: call.error,
    started_at: isoSeconds(call.startedAt),
    ended_at: isoSeconds(call.endedAt),
  }
}

/** A change of a payment, or something that changed nothing and why. */
export function toWireTransition(transition: PaymentTransitionRow): object {
  return {
    lago_id: transition.id,
    from: transition.fromState,
    to: transition.toState,
    cause: transition.cause,
    note: transition.note,
    created_at: isoSeconds(transition.createdAt),
  }
}

/** Why a payment has failed or is held: our class, and what the provider said. Null while it has not, or nobody said. */
export function toWireFailure({ state, error }: Pick<PaymentRow, 'state' | 'error'>): object | null {
  if (error === null || !['failed', 'canceled', 'held'].includes(state)) return null
  const { class: reason, code, declineCode, message } = error as unknown as GatewayError
  return { reason, code: code ?? null, decline_code: declineCode ?? null, message }
}
