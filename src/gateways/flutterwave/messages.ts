import type { Instant } from '../../core/calendar/instant.ts'
import type { Connection } from '../../core/payments/gateway.ts'
import type { PaymentGateway } from '../../core/payments/payment-gateway.ts'
import { partOf, textOf } from '../plain-calls.ts'
import { headerOf, isSameText, openedMessage } from '../signatures.ts'

type MessageCalls = Pick<PaymentGateway, 'openMessages' | 'readMessage' | 'modeOf'>

/** Messages of Flutterwave. They carry a secret and no signature, so that only what is read counts. */
export function flutterwaveMessages(): MessageCalls {
  return {
    openMessages: async (connection, raw, { now }) => {
      const given = headerOf(raw, 'verif-hash')
      const isKnown =
        given !== undefined && secretsOf(connection, now).some((secret) => isSameText(secret, given))
      if (!isKnown) return { ok: false, reason: 'signature' }
      return openedMessage(raw, now, (body) => {
        const { id, status } = partOf(body, 'data')
        const type = textOf(body.event)
        return type === null ? undefined : { type, messageId: `${id ?? ''}:${status ?? ''}` }
      })
    },
    readMessage: ({ body, type }) => {
      const pageId = textOf(partOf(body, 'data').tx_ref)
      if (type !== 'charge.completed' || pageId === null) return { about: 'nothing' }
      return { about: 'changed_page', pageId }
    },
    // A key is for one mode, and messages say it nowhere.
    modeOf: () => null,
  }
}

/** The secret that was pasted, and for a while the one before. */
function secretsOf({ secrets, settings }: Connection, now: Instant): string[] {
  const isOldTaken = typeof settings.old_secret_until === 'number' && now < settings.old_secret_until
  const { webhook_secret: secret, old_webhook_secret: old } = secrets
  return [secret, isOldTaken ? old : undefined].flatMap((each) => each ?? [])
}
