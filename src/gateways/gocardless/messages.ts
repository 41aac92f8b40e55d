import { createHmac, timingSafeEqual } from 'node:crypto'
import { instant } from '../../core/calendar/instant.ts'
import type {
  Connection,
  InboundMessage,
  MessageMeaning,
  OpenedMessages,
  RawDelivery,
} from '../../core/payments/gateway.ts'
import type { PaymentGateway, Present } from '../../core/payments/payment-gateway.ts'
import { askGoCardless, type GoCardlessHost, type Resource } from './client.ts'
import { failureOf } from './problems.ts'
import { textOf } from './reading.ts'

type MessageCalls = Pick<PaymentGateway, 'openMessages' | 'readMessage' | 'modeOf' | 'listMessages'>

/** Messages that GoCardless sends, up to 250 at once, and those that it lists when none arrived. */
export function gocardlessMessages(host: GoCardlessHost): MessageCalls {
  return {
    openMessages,
    readMessage: ({ body }) => meaningOf(body),
    // Its two environments have a token each, and say so nowhere.
    modeOf: () => null,
    listMessages: (connection, from) =>
      askGoCardless(host, connection, async (gocardless) => {
        const query = { 'created_at[gte]': new Date(from).toISOString() }
        return (await gocardless.list('events', query)).items.filter(isEvent).map(messageOf)
      }),
  }
}

async function openMessages(
  { secrets, settings }: Connection,
  { body, headers }: RawDelivery,
  { now }: Present,
): Promise<OpenedMessages> {
  const signature = headers['webhook-signature']
  const { webhook_secret: secret, old_webhook_secret: old } = secrets
  const isOldTaken = typeof settings.old_secret_until === 'number' && now < settings.old_secret_until
  const isSigned = [secret, isOldTaken ? old : undefined].some((each) => isSignedWith(each, body, signature))
  if (!isSigned) return { ok: false, reason: 'signature' }
  try {
    const { events } = (JSON.parse(Buffer.from(body).toString('utf8')) ?? {}) as { events?: unknown }
    if (!Array.isArray(events) || !events.every(isEvent)) return { ok: false, reason: 'malformed' }
    return { ok: true, messages: events.map(messageOf) }
  } catch {
    return { ok: false, reason: 'malformed' } // signed, and no JSON
  }
}

function isSignedWith(secret: string | undefined, body: Uint8Array, signature: unknown): boolean {
  if (secret === undefined || typeof signature !== 'string') return false
  const wanted = createHmac('sha256', secret).update(body).digest()
  const given = Buffer.from(signature, 'hex')
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

function isEvent(event: unknown): event is Resource {
  const { id, created_at, resource_type, action } = (event ?? {}) as Resource
  return (
    [id, resource_type, action].every((each) => textOf(each) !== null) &&
    Number.isFinite(Date.parse(textOf(created_at) ?? ''))
  )
}

function messageOf(event: Resource): InboundMessage {
  return {
    messageId: event.id as string,
    type: `${event.resource_type}.${event.action}`,
    occurredAt: instant(Date.parse(event.created_at as string)),
    mode: null,
    body: event,
  }
}

const NOTHING: MessageMeaning = { about: 'nothing' }

/** An event says what has happened, and not what is so now: what it is about is read. */
function meaningOf(event: Resource): MessageMeaning {
  const links = (event.links ?? {}) as Resource
  const details = event.details as Resource | undefined
  switch (event.resource_type) {
    case 'payments': {
      const id = textOf(links.payment)
      if (id === null) return NOTHING
      const error = event.action === 'failed' ? failureOf(details) : null
      return { about: 'changed_payment', providerPaymentId: id, error, reason: textOf(details?.cause) }
    }
    case 'refunds': {
      const id = textOf(links.refund)
      return id === null ? NOTHING : { about: 'refund', providerRefundId: id, refundId: null, refund: null }
    }
    case 'mandates':
      return methods('any', links.mandate, links.new_mandate)
    case 'billing_requests':
      return event.action === 'fulfilled' ? methods('added', links.mandate_request_mandate) : NOTHING
    default:
      return NOTHING
  }
}

function methods(change: 'added' | 'any', ...ids: readonly unknown[]): MessageMeaning {
  const providerMethodIds = ids.flatMap((id) => textOf(id) ?? [])
  return providerMethodIds.length === 0 ? NOTHING : { about: 'methods', providerMethodIds, change }
}
