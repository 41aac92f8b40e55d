import type { ProviderMessageRow } from '../store/provider-messages.ts'
import { isoSeconds } from './times.ts'

/** A message of a payment provider, without its body. */
export function toWireListedMessage(message: ProviderMessageRow): object {
  return {
    lago_id: message.id,
    lago_payment_provider_id: message.paymentProviderId,
    message_id: message.messageId,
    type: message.messageType,
    source: message.source,
    status: message.status,
    result: message.result,
    tries: message.tries,
    occurred_at: isoSeconds(message.occurredAt),
    received_at: isoSeconds(message.receivedAt),
    handled_at: message.handledAt === null ? null : isoSeconds(message.handledAt),
  }
}

/** The same with what the provider sent. */
export function toWireMessage(message: ProviderMessageRow): object {
  return { ...toWireListedMessage(message), body: message.body }
}
