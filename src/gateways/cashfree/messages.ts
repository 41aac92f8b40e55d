import type { PaymentGateway } from '../../core/payments/payment-gateway.ts'
import { partOf, textOf } from '../plain-calls.ts'
import { headerOf, isSameMac, macOf, openedMessage, recentInstant } from '../signatures.ts'

type MessageCalls = Pick<PaymentGateway, 'openMessages' | 'readMessage' | 'modeOf'>

/** Messages of Cashfree about its links. */
export function cashfreeMessages(): MessageCalls {
  return {
    openMessages: async ({ secrets }, raw, { clock }) => {
      const signature = headerOf(raw, 'x-webhook-signature') ?? headerOf(raw, 'x-cashfree-signature')
      const sentAt = headerOf(raw, 'x-webhook-timestamp') ?? headerOf(raw, 'x-cashfree-timestamp')
      const secret = secrets.client_secret
      if (!secret || signature === undefined || sentAt === undefined)
        return { ok: false, reason: 'signature' }
      const occurredAt = recentInstant(sentAt, clock)
      const isSigned = isSameMac(macOf(secret, sentAt, raw.body), Buffer.from(signature, 'base64'))
      if (!isSigned || occurredAt === undefined) return { ok: false, reason: 'signature' }
      return openedMessage(raw, occurredAt, (body) => {
        const data = partOf(body, 'data')
        const type = textOf(body.type)
        const parts = [
          data.link_id,
          data.link_status,
          data.link_amount_paid,
          partOf(data, 'order').transaction_id,
        ]
        return type === null ? undefined : { type, messageId: parts.map((part) => part ?? '').join(':') }
      })
    },
    // The link is read: it says what is so now.
    readMessage: ({ body, type }) => {
      const pageId = textOf(partOf(body, 'data').link_id)
      if (type !== 'PAYMENT_LINK_EVENT' || pageId === null) return { about: 'nothing' }
      return { about: 'changed_page', pageId }
    },
    // Its two environments have credentials of their own, and say so nowhere.
    modeOf: () => null,
  }
}
