import type Stripe from 'stripe'
import { instant } from '../../core/calendar/instant.ts'
import type {
  PageOrder,
  PageState,
  ProviderPage,
  ProviderPayment,
  SetupOrder,
} from '../../core/payments/gateway.ts'
import type { PaymentGateway } from '../../core/payments/payment-gateway.ts'
import { toProviderUnits } from '../../core/payments/provider-amounts.ts'
import { unsendable } from '../amounts.ts'
import { askStripe, type StripeHost } from './client.ts'
import { readIntent } from './reading.ts'

type PageCalls = Pick<PaymentGateway, 'openSetupPage' | 'pages'>

type Session = Stripe.Checkout.Session
type Types = Stripe.Checkout.SessionCreateParams['allowed_payment_method_types']

/** Pages at Stripe on which a method is stored or an invoice is paid. */
export function stripePages(host: StripeHost): PageCalls {
  return {
    openSetupPage: (connection, order) =>
      askStripe(host, connection, async (stripe) =>
        pageOf(await stripe.checkout.sessions.create(setupOf(order))),
      ),
    pages: {
      open: async (connection, order) => {
        const params = paymentOf(order)
        if (params === null) return { ok: false, error: unsendable('Stripe') }
        const { idempotencyKey } = order
        return askStripe(host, connection, async (stripe) =>
          pageOf(await stripe.checkout.sessions.create(params, { idempotencyKey })),
        )
      },
      close: (connection, pageId) => askStripe(host, connection, (stripe) => closePage(stripe, pageId)),
    },
  }
}

async function closePage(stripe: Stripe, pageId: string): Promise<PageState> {
  const state = await stateOf(stripe, pageId)
  if (state.kind !== 'open') return state
  try {
    await stripe.checkout.sessions.expire(pageId)
    return { kind: 'closed' }
  } catch (error) {
    // Paid or closed between the two calls.
    const after = await stateOf(stripe, pageId)
    if (after.kind === 'open') throw error
    return after
  }
}

const UNPAID: readonly ProviderPayment['state'][] = ['declined', 'canceled']

async function stateOf(stripe: Stripe, pageId: string): Promise<PageState> {
  const session = await stripe.checkout.sessions.retrieve(pageId, {
    expand: ['payment_intent.payment_method'],
  })
  if (session.status === 'open') return { kind: 'open' }
  if (session.status === 'expired') return { kind: 'closed' }
  const intent = session.payment_intent
  if (typeof intent !== 'object' || intent === null) return { kind: 'paying' }
  const payment = readIntent(intent)
  if (payment.state === 'settled') return { kind: 'paid', payment }
  // The bank said no days after the page was done: nobody can pay on it again.
  return UNPAID.includes(payment.state) ? { kind: 'closed', declined: payment } : { kind: 'paying' }
}

function setupOf(order: SetupOrder): Stripe.Checkout.SessionCreateParams {
  return {
    mode: 'setup',
    customer: order.providerCustomerId,
    success_url: order.returnUrl,
    allowed_payment_method_types: [...order.methodTypes] as Types & {},
    ...(order.methodTypes.length === 0 && order.currency ? { currency: order.currency.toLowerCase() } : {}),
    ...(order.asksForConsent ? { consent_collection: { terms_of_service: 'required' } } : {}),
    metadata: { lago_customer_id: order.customerId },
  }
}

/** Null when Stripe has no such amount. */
function paymentOf(order: PageOrder): Stripe.Checkout.SessionCreateParams | null {
  const lines = order.lines.map(({ name, money }) => {
    const sent = toProviderUnits('stripe', money)
    if (!sent.ok) return null
    return {
      quantity: 1,
      price_data: {
        currency: money.currency.toLowerCase(),
        unit_amount: Number(sent.units),
        product_data: { name },
      },
    }
  })
  if (lines.includes(null)) return null
  return {
    mode: 'payment',
    customer: order.providerCustomerId,
    line_items: lines.flatMap((line) => (line ? [line] : [])),
    allowed_payment_method_types: [...order.methodTypes] as Types & {},
    success_url: order.returnUrl,
    expires_at: Math.floor(order.expiresAt / 1000),
    payment_intent_data: {
      description: order.description,
      ...(order.keepsMethod ? { setup_future_usage: 'off_session' } : {}),
      metadata: { ...order.metadata },
    },
    ...(order.asksForConsent ? { consent_collection: { terms_of_service: 'required' } } : {}),
    metadata: { ...order.metadata },
  }
}

function pageOf(session: Session): ProviderPage {
  if (!session.url) throw new Error(`session ${session.id} of Stripe has no URL`)
  return { pageId: session.id, url: session.url, expiresAt: instant(session.expires_at * 1000) }
}
