import type { MessageMeaning, ToldMethod } from '../../core/payments/gateway.ts'
import type { PaymentGateway } from '../../core/payments/payment-gateway.ts'
import { type Plain, partOf, textOf } from '../plain-calls.ts'
import { headerOf, isSameMac, macOf, openedMessage, recentInstant } from '../signatures.ts'

type MessageCalls = Pick<PaymentGateway, 'openMessages' | 'readMessage' | 'modeOf' | 'listMessages'>

/** Messages of MoneyHash about intents, their transactions and cards. */
export function moneyhashMessages(): MessageCalls {
  return {
    openMessages: async ({ secrets }, raw, { clock }) => {
      const header = headerOf(raw, 'moneyhash-signature') ?? ''
      const [sentAt, given] = [/(?:^|,)t=(\d+)/, /(?:^|,)v3=([0-9a-f]{64})/].map(
        (form) => form.exec(header)?.[1],
      )
      const secret = secrets.webhook_secret
      if (!secret || sentAt === undefined || given === undefined) return { ok: false, reason: 'signature' }
      const occurredAt = recentInstant(sentAt, clock)
      const wanted = macOf(secret, Buffer.from(raw.body).toString('base64'), sentAt)
      const isSigned = isSameMac(wanted, Buffer.from(given, 'hex'))
      if (!isSigned || occurredAt === undefined) return { ok: false, reason: 'signature' }
      return openedMessage(raw, occurredAt, identify)
    },
    readMessage: ({ body, type }) => meaningOf(body, type),
    // Its two environments have keys of their own, and say so nowhere.
    modeOf: () => null,
    listMessages: null,
  }
}

function identify(body: Plain): { readonly messageId: string; readonly type: string } | undefined {
  const type = textOf(body.type)
  if (type === null) return undefined
  const data = partOf(body, 'data')
  const transaction = partOf(data, 'transaction').id ?? data.transaction_id
  const ids = [intentIdOf(data) ?? partOf(data, 'card_token').id, transaction]
  return { type, messageId: [type, ...ids.map((id) => id ?? '')].join(':') }
}

function intentIdOf(data: Plain): string | null {
  return textOf(data.intent_id) ?? textOf(partOf(data, 'intent').id)
}

const NOTHING: MessageMeaning = { about: 'nothing' }

/** An intent is read: it says what is so now, whatever the order of its messages. */
function meaningOf(body: Plain, type: string): MessageMeaning {
  const data = partOf(body, 'data')
  if (type.startsWith('card_token.')) return cardMeaning(type, data)
  const id = intentIdOf(data)
  if (!/^(intent|transaction\.purchase)\./.test(type) || id === null) return NOTHING
  const custom = partOf(partOf(data, 'intent'), 'custom_fields')
  if (custom.payment_type === 'one-time') return { about: 'changed_page', pageId: id }
  // Without a payment of ours it keeps a card, and its message about the card tells that.
  if (textOf(custom.lago_payment_id) === null) return NOTHING
  return { about: 'changed_payment', providerPaymentId: id, error: null, reason: null }
}

function cardMeaning(type: string, data: Plain): MessageMeaning {
  const card = partOf(data, 'card_token')
  const id = textOf(card.id)
  if (id === null) return NOTHING
  if (type === 'card_token.deleted') return { about: 'method_removed', providerMethodId: id }
  return { about: 'method', told: cardOf(id, card, data) }
}

function cardOf(id: string, card: Plain, data: Plain): ToldMethod {
  const customer = textOf(card.customer) ?? textOf(card.customer_id) ?? textOf(partOf(card, 'customer').id)
  const custom = { ...partOf(partOf(data, 'intent'), 'custom_fields'), ...partOf(card, 'custom_fields') }
  const text = (value: unknown) => (typeof value === 'number' ? String(value) : textOf(value))
  return {
    method: {
      providerMethodId: id,
      type: 'card',
      brand: textOf(card.brand),
      last4: text(card.last_4),
      expirationMonth: text(card.expiry_month),
      expirationYear: text(card.expiry_year),
      holder: textOf(card.card_holder_name),
    },
    providerCustomerId: customer,
    customerId: textOf(custom.lago_customer_id),
    isUsable: true,
  }
}
