import type Stripe from 'stripe'
import { instant } from '../../core/calendar/instant.ts'
import type {
  Connection,
  InboundMessage,
  MessageMeaning,
  OpenedMessages,
  ProviderMode,
  RawDelivery,
} from '../../core/payments/gateway.ts'
import type { PaymentGateway, Present } from '../../core/payments/payment-gateway.ts'
import { STRIPE_EVENTS } from './accounts.ts'
import { askStripe, type StripeHost } from './client.ts'
import { centsOf, idOf, readIntent, readRefund } from './reading.ts'

type MessageCalls = Pick<PaymentGateway, 'openMessages' | 'readMessage' | 'modeOf' | 'listMessages'>

const TOLERANCE_SECONDS = 300

/** Messages that Stripe sends, and those that it lists when none arrived. */
export function stripeMessages(host: StripeHost): MessageCalls {
  return {
    openMessages,
    readMessage: ({ body }) => meaningOf(body as unknown as Stripe.Event),
    modeOf: (body) => modeOf(body as unknown as Stripe.Event),
    listMessages: (connection, from) =>
      askStripe(host, connection, async (stripe) => {
        const query = { types: [...STRIPE_EVENTS], created: { gte: Math.floor(from / 1000) }, limit: 100 }
        const messages: InboundMessage[] = []
        for await (const event of stripe.events.list(query)) messages.push(messageOf(event))
        return messages
      }),
  }
}

async function openMessages(
  { secrets }: Connection,
  { body, headers }: RawDelivery,
  { clock }: Present,
): Promise<OpenedMessages> {
  const { default: StripeSdk } = await import('stripe')
  const header = headers['stripe-signature']
  const secret = secrets.webhook_secret
  if (typeof header !== 'string' || secret === undefined || !StripeSdk.webhooks.signature) {
    return { ok: false, reason: 'signature' }
  }
  try {
    StripeSdk.webhooks.signature?.verifyHeader(
      Buffer.from(body),
      header,
      secret,
      TOLERANCE_SECONDS,
      undefined,
      clock,
    )
  } catch {
    return { ok: false, reason: 'signature' } // whatever is wrong with it, nobody is told
  }
  // The SDK takes a message of the future, however far ahead.
  const sentAt = Number(/(?:^|,)t=(\d+)/.exec(header)?.[1])
  if (!(sentAt * 1000 <= clock + TOLERANCE_SECONDS * 1000)) return { ok: false, reason: 'signature' }
  try {
    const event = JSON.parse(Buffer.from(body).toString('utf8')) as Stripe.Event
    return isEvent(event) ? { ok: true, messages: [messageOf(event)] } : { ok: false, reason: 'malformed' }
  } catch {
    return { ok: false, reason: 'malformed' } // signed, and no JSON
  }
}

function isEvent(event: unknown): event is Stripe.Event {
  const { id, type, created, data } = (event ?? {}) as Partial<Stripe.Event>
  return (
    typeof id === 'string' &&
    typeof type === 'string' &&
    Number.isSafeInteger(created) &&
    typeof data?.object === 'object' &&
    data.object !== null
  )
}

function messageOf(event: Stripe.Event): InboundMessage {
  return {
    messageId: event.id,
    type: event.type,
    occurredAt: instant(event.created * 1000),
    mode: modeOf(event),
    body: event as unknown as Record<string, unknown>,
  }
}

function modeOf({ livemode }: Stripe.Event): ProviderMode {
  return livemode ? 'live' : 'test'
}

const NOTHING: MessageMeaning = { about: 'nothing' }

function meaningOf(event: Stripe.Event): MessageMeaning {
  const { object } = event.data
  if (event.type.startsWith('payment_intent.')) return ofIntent(object as Stripe.PaymentIntent)
  if (event.type.startsWith('charge.dispute.')) return ofDispute(object as Stripe.Dispute)
  switch (event.type as string) {
    case 'refund.updated':
    case 'refund.failed':
    case 'charge.refund.updated': {
      const refund = object as Stripe.Refund
      const said = readRefund(refund)
      return {
        about: 'refund',
        providerRefundId: said.providerRefundId,
        refundId: said.refundId,
        refund: said,
      }
    }
    case 'setup_intent.succeeded': {
      const setup = object as Stripe.SetupIntent
      return methodAdded(idOf(setup.payment_method))
    }
    case 'customer.updated': {
      const customer = object as Stripe.Customer
      return methodAdded(idOf(customer.invoice_settings?.default_payment_method))
    }
    case 'customer.deleted':
      return { about: 'customer_deleted', providerCustomerId: (object as Stripe.Customer).id }
    case 'payment_method.detached':
      return { about: 'method_removed', providerMethodId: (object as Stripe.PaymentMethod).id }
    case 'mandate.updated': {
      const mandate = object as Stripe.Mandate
      const methodId = idOf(mandate.payment_method)
      if (mandate.status !== 'inactive' || methodId === null) return NOTHING
      return { about: 'method_removed', providerMethodId: methodId }
    }
    case 'checkout.session.expired':
    case 'checkout.session.async_payment_failed':
      return { about: 'page_closed', pageId: (object as Stripe.Checkout.Session).id }
    default:
      return NOTHING
  }
}

function ofIntent(intent: Stripe.PaymentIntent): MessageMeaning {
  const { metadata } = intent
  return {
    about: 'payment',
    payment: readIntent(intent),
    organizationId: metadata?.lago_organization_id ?? null,
    payableId: metadata?.lago_payable_id ?? null,
    isOfPage: metadata?.payment_type === 'one-time',
  }
}

function ofDispute(dispute: Stripe.Dispute): MessageMeaning {
  const status = dispute.status as string
  return {
    about: 'dispute',
    providerDisputeId: dispute.id,
    providerPaymentId: idOf(dispute.payment_intent),
    cents: centsOf(dispute.amount, dispute.currency.toUpperCase()),
    status: status === 'lost' || status === 'won' ? status : 'open',
    reason: dispute.reason ?? null,
  }
}

function methodAdded(methodId: string | null): MessageMeaning {
  return methodId === null ? NOTHING : { about: 'methods', providerMethodIds: [methodId], change: 'added' }
}
