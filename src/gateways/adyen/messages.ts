import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { type Instant, instant } from '../../core/calendar/instant.ts'
import type {
  Connection,
  InboundMessage,
  MessageMeaning,
  OpenedMessages,
  ProviderMode,
  ProviderRefund,
  RawDelivery,
  StoredMethod,
} from '../../core/payments/gateway.ts'
import type { PaymentGateway } from '../../core/payments/payment-gateway.ts'
import type { AdyenObject } from './client.ts'
import { customerOfSetup } from './pages.ts'
import { declineOf } from './problems.ts'
import { idIn, isAdyenObject, moneyOf, textOf } from './reading.ts'

type MessageCalls = Pick<PaymentGateway, 'openMessages' | 'readMessage' | 'modeOf' | 'listMessages'>

/** Messages that Adyen sends: several in one delivery, each signed by itself; those of stored methods one by one. */
export function adyenMessages(): MessageCalls {
  return {
    openMessages: async (connection, raw, { now }) => openMessages(connection, raw, now),
    readMessage: ({ body }) => (isAdyenObject(body.item) ? meaningOf(body.item) : meaningOfToken(body)),
    modeOf,
    listMessages: null,
  }
}

function openMessages(
  { secrets, settings }: Connection,
  { body, headers }: RawDelivery,
  now: Instant,
): OpenedMessages {
  const text = Buffer.from(body).toString('utf8')
  const tokenSignature = headers.hmacsignature
  if (tokenSignature !== undefined) {
    const isSigned = isSignedWith(secrets.token_hmac_key, text, tokenSignature)
    return isSigned ? opened(text, (content) => tokenIn(content)) : { ok: false, reason: 'signature' }
  }
  // Each item has its signature within, so the text is read first. Nothing of it is kept unless all are right.
  let isForged = false
  const result = opened(text, (content) => {
    const items = itemsIn(content)
    if (items === null) return null
    isForged = !items.every((item) => isSignedItem(secrets.hmac_key, item))
    // A webhook of a company tells of all its accounts.
    const own = items.filter((item) => item.merchantAccountCode === settings.merchant_account)
    return own.map((item) => messageOf(item, content.live, now))
  })
  return isForged ? { ok: false, reason: 'signature' } : result
}

function opened(
  text: string,
  read: (content: AdyenObject) => readonly InboundMessage[] | null,
): OpenedMessages {
  try {
    const content: unknown = JSON.parse(text)
    const messages = isAdyenObject(content) ? read(content) : null
    return messages === null ? { ok: false, reason: 'malformed' } : { ok: true, messages }
  } catch {
    return { ok: false, reason: 'malformed' } // no JSON
  }
}

function isSignedWith(key: string | undefined, text: string, signature: unknown): boolean {
  if (key === undefined || typeof signature !== 'string') return false
  const wanted = createHmac('sha256', Buffer.from(key, 'hex')).update(text, 'utf8').digest()
  const given = Buffer.from(signature, 'base64')
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

/** The fields that are signed: nothing else of an item can be trusted by itself. */
function isSignedItem(key: string | undefined, item: AdyenObject): boolean {
  const amount = isAdyenObject(item.amount) ? item.amount : {}
  const signed = [
    item.pspReference,
    item.originalReference,
    item.merchantAccountCode,
    item.merchantReference,
    amount.value,
    amount.currency,
    item.eventCode,
    item.success,
  ]
  const text = signed.map((each) => (each === undefined || each === null ? '' : String(each))).join(':')
  return isSignedWith(key, text, additional(item).hmacSignature)
}

function itemsIn({ notificationItems }: AdyenObject): readonly AdyenObject[] | null {
  if (!Array.isArray(notificationItems) || notificationItems.length === 0) return null
  const items = notificationItems.map((each: unknown) =>
    isAdyenObject(each) ? each.NotificationRequestItem : undefined,
  )
  return items.every(isItem) ? items : null
}

function isItem(item: unknown): item is AdyenObject {
  return isAdyenObject(item) && textOf(item.eventCode) !== null && textOf(item.pspReference) !== null
}

function messageOf(item: AdyenObject, live: unknown, now: Instant): InboundMessage {
  const { eventCode, pspReference, success } = item
  const told = [eventCode, pspReference, String(success), String(additional(item).disputeStatus ?? '')]
  const body = { live, item }
  return {
    messageId: createHash('sha256').update(told.join(':')).digest('hex'),
    type: String(eventCode),
    occurredAt: timeOf(item.eventDate) ?? now,
    mode: modeOf(body),
    body,
  }
}

function tokenIn(content: AdyenObject): readonly InboundMessage[] | null {
  const { type, createdAt, data } = content
  const id = isAdyenObject(data) ? textOf(data.storedPaymentMethodId) : null
  const occurredAt = timeOf(createdAt)
  if (textOf(type) === null || id === null || occurredAt === null) return null
  const messageId = `${type}:${id}:${createdAt}`
  return [{ messageId, type: String(type), occurredAt, mode: modeOf(content), body: content }]
}

function timeOf(text: unknown): Instant | null {
  const at = Date.parse(textOf(text) ?? '')
  return Number.isFinite(at) ? instant(at) : null
}

function modeOf(body: InboundMessage['body']): ProviderMode | null {
  const { live, environment } = body
  if (live === 'true' || live === true || environment === 'live') return 'live'
  return live === 'false' || live === false || environment === 'test' ? 'test' : null
}

const NOTHING: MessageMeaning = { about: 'nothing' }

/** Whatever happened to a stored method, what is stored now counts. */
function meaningOfToken({ type, data }: InboundMessage['body']): MessageMeaning {
  if (!isAdyenObject(data) || textOf(type)?.startsWith('recurring.token.') !== true) return NOTHING
  const id = textOf(data.storedPaymentMethodId)
  const providerCustomerId = textOf(data.shopperReference)
  if (id === null || providerCustomerId === null) return NOTHING
  return { about: 'methods', providerMethodIds: [id], providerCustomerId, change: 'any' }
}

const UNDONE: Readonly<Record<string, 'canceled' | 'declined'>> = {
  CANCELLATION: 'canceled',
  TECHNICAL_CANCEL: 'canceled',
  CAPTURE_FAILED: 'declined',
}
const DISPUTES: Readonly<Record<string, 'open' | 'won' | 'lost'>> = {
  NOTIFICATION_OF_CHARGEBACK: 'open',
  REQUEST_FOR_INFORMATION: 'open',
  CHARGEBACK: 'lost',
  SECOND_CHARGEBACK: 'lost',
  PREARBITRATION_LOST: 'lost',
  CHARGEBACK_REVERSED: 'won',
  PREARBITRATION_WON: 'won',
}

function meaningOf(item: AdyenObject): MessageMeaning {
  const event = String(item.eventCode)
  const isDone = item.success === 'true' || item.success === true
  if (event === 'AUTHORISATION') return meaningOfAuthorisation(item, isDone)
  const undone = UNDONE[event]
  if (undone !== undefined) return isDone ? meaningOfEnd(item, event, undone) : NOTHING
  if (event === 'REFUND' || event === 'REFUND_FAILED' || event === 'REFUNDED_REVERSED') {
    return meaningOfRefund(item, event === 'REFUND' && isDone)
  }
  const dispute = DISPUTES[event]
  return dispute !== undefined && isDone ? meaningOfDispute(item, dispute) : NOTHING
}

function meaningOfAuthorisation(item: AdyenObject, isDone: boolean): MessageMeaning {
  const stored = isDone ? storedIn(item) : null
  const money = moneyOf(item.amount)
  if (money.cents === 0n) return meaningOfSetup(item, isDone, stored)
  const id = idIn(item.merchantReference)
  return {
    about: 'payment',
    payment: {
      providerPaymentId: textOf(item.pspReference),
      paymentId: id,
      providerStatus: isDone ? 'Authorised' : 'Refused',
      state: isDone ? 'settled' : 'declined',
      money,
      isOnlyAuthorised: isDone,
      error: isDone ? null : declineOf(null, item.reason),
    },
    organizationId: textOf(additional(item)['metadata.lago_organization_id']),
    // What it pays is not signed: only a page that is known here tells it.
    payableId: null,
    isOfPage: false,
    pageId: id,
    stored,
  }
}

/** Nothing was paid: a card was checked, to be stored. */
function meaningOfSetup(item: AdyenObject, isDone: boolean, stored: StoredMethod | null): MessageMeaning {
  if (!isDone) {
    const externalCustomerId = customerOfSetup(item.merchantReference)
    if (externalCustomerId === null) return NOTHING
    const message = textOf(item.reason) ?? 'The card was refused'
    return { about: 'setup_refused', externalCustomerId, code: 'AUTHORISATION', message }
  }
  if (stored === null) return NOTHING
  const { providerMethodId, providerCustomerId } = stored
  return { about: 'methods', providerMethodIds: [providerMethodId], providerCustomerId, change: 'added' }
}

/** Adyen has two generations of names for the same. None is signed, so the method is read before it is taken. */
function storedIn(item: AdyenObject): StoredMethod | null {
  const said = additional(item)
  const id =
    textOf(said['tokenization.storedPaymentMethodId']) ?? textOf(said['recurring.recurringDetailReference'])
  const shopper = textOf(said['tokenization.shopperReference']) ?? textOf(said['recurring.shopperReference'])
  return id === null || shopper === null ? null : { providerMethodId: id, providerCustomerId: shopper }
}

/** A message about what was done to a payment names the payment as its original. */
function meaningOfEnd(item: AdyenObject, event: string, state: 'canceled' | 'declined'): MessageMeaning {
  const failure = {
    class: 'late_failure',
    code: event,
    message: textOf(item.reason) ?? 'The money was not captured',
  } as const
  return {
    about: 'undone_payment',
    paymentId: idIn(item.merchantReference),
    providerPaymentId: textOf(item.originalReference),
    providerStatus: event === 'CAPTURE_FAILED' ? 'CaptureFailed' : 'Cancelled',
    state,
    error: state === 'declined' ? failure : null,
  }
}

function meaningOfRefund(item: AdyenObject, isDone: boolean): MessageMeaning {
  const providerRefundId = textOf(item.pspReference) ?? ''
  const refundId = idIn(item.merchantReference)
  const refund: ProviderRefund = {
    providerRefundId,
    providerStatus: String(item.eventCode),
    state: isDone ? 'succeeded' : 'failed',
    money: moneyOf(item.amount),
    refundId,
  }
  return { about: 'refund', providerRefundId, refundId, refund }
}

/** A chargeback that can still be defended has not taken the money for good; where there is no defence, nothing says so. */
function meaningOfDispute(item: AdyenObject, event: 'open' | 'won' | 'lost'): MessageMeaning {
  const status = textOf(additional(item).disputeStatus)
  const isFinal = status === null || status.toLowerCase() === 'lost'
  return {
    about: 'dispute',
    paymentId: idIn(item.merchantReference),
    providerDisputeId: textOf(item.pspReference) ?? '',
    providerPaymentId: textOf(item.originalReference),
    cents: moneyOf(item.amount).cents,
    status: event === 'lost' && !isFinal ? 'open' : event,
    reason: textOf(item.reason),
  }
}

function additional(item: AdyenObject): AdyenObject {
  return isAdyenObject(item.additionalData) ? item.additionalData : {}
}
