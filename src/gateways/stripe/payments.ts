import type Stripe from 'stripe'
import { BANK_TRANSFER, bankTransferFor } from '../../core/payments/bank-transfer.ts'
import type {
  ChargeOrder,
  ChargeOutcome,
  Connection,
  GatewayError,
  OrderOutcome,
  ProviderPayment,
  ProviderRefund,
  RefundOrder,
  RefundOutcome,
} from '../../core/payments/gateway.ts'
import type { PaymentGateway } from '../../core/payments/payment-gateway.ts'
import { toProviderUnits } from '../../core/payments/provider-amounts.ts'
import { unsendable } from '../amounts.ts'
import { askStripe, isMissing, MONEY_TIMEOUT_MS, openStripe, type StripeHost } from './client.ts'
import { stripeProblem } from './errors.ts'
import { readIntent, readRefund } from './reading.ts'

const PAGE_SIZE = 100
/** Clocks differ, and Stripe counts in seconds. */
const CLOCK_SLACK_SECONDS = 60
/** Payments of a customer in the days since a payment was sent; more are looked at the next time. */
const LOOKED_AT_MAX = 2000

type PaymentCalls = Pick<
  PaymentGateway,
  'charge' | 'readPayment' | 'findPayment' | 'cancelPayment' | 'describePayment' | 'refund' | 'findRefund'
>

/** Charges, refunds, and the questions about them. */
export function stripePayments(host: StripeHost): PaymentCalls {
  return {
    charge: (connection, order) => charge(host, connection, order),
    refund: (connection, order) => refund(host, connection, order),
    readPayment: (connection, id) =>
      askStripe(host, connection, (stripe) =>
        stripe.paymentIntents.retrieve(id, { expand: ['payment_method'] }).then(readIntent, nullIfMissing),
      ),
    findPayment: (connection, { paymentId, customerId, sentFrom }) =>
      askStripe(host, connection, async (stripe) => {
        const since = Math.floor(sentFrom / 1000) - CLOCK_SLACK_SECONDS
        const query = { customer: customerId, created: { gte: since }, limit: PAGE_SIZE }
        const found: ProviderPayment[] = []
        let seen = 0
        for await (const intent of stripe.paymentIntents.list(query)) {
          seen += 1
          if (intent.metadata?.lago_payment_id === paymentId) found.push(readIntent(intent))
          if (seen >= LOOKED_AT_MAX) break
        }
        return { isComplete: seen < LOOKED_AT_MAX, items: found }
      }),
    cancelPayment: (connection, id, idempotencyKey) =>
      send(host, connection, INTENTS, (stripe) =>
        stripe.paymentIntents.cancel(id, { cancellation_reason: 'abandoned' }, { idempotencyKey }),
      ),
    describePayment: (connection, id, { description, metadata }) =>
      askStripe(host, connection, async (stripe) => {
        await stripe.paymentIntents.update(id, { description, metadata: { ...metadata } })
        return null
      }),
    findRefund: (connection, { refundId, providerPaymentId }) =>
      askStripe(host, connection, async (stripe) => {
        const items = []
        for await (const each of stripe.refunds.list({
          payment_intent: providerPaymentId,
          limit: PAGE_SIZE,
        })) {
          if (each.metadata?.lago_refund_id === refundId) items.push(readRefund(each))
        }
        return { isComplete: true, items }
      }),
  }
}

async function charge(host: StripeHost, connection: Connection, order: ChargeOrder): Promise<ChargeOutcome> {
  const sent = toProviderUnits('stripe', order.money)
  if (!sent.ok) return { kind: 'refused', error: unsendable('Stripe', sent.reason) }
  const how = order.method ? chargeOf(order, order.method) : transferOf(order)
  if ('class' in how) return { kind: 'refused', error: how }
  const params: Stripe.PaymentIntentCreateParams = {
    amount: Number(sent.units),
    currency: order.money.currency.toLowerCase(),
    customer: order.customerId,
    ...how,
    confirm: true,
    return_url: order.returnUrl,
    description: order.description,
    metadata: { ...order.metadata },
    expand: ['payment_method'],
  }
  const { idempotencyKey } = order
  return send(host, connection, INTENTS, (stripe) => stripe.paymentIntents.create(params, { idempotencyKey }))
}

type How = Partial<Stripe.PaymentIntentCreateParams>

function chargeOf({ isOnSession }: ChargeOrder, method: { readonly id: string; readonly type: string }): How {
  return {
    payment_method: method.id,
    allowed_payment_method_types: [method.type],
    ...(isOnSession ? {} : { off_session: true, error_on_requires_action: true }),
  }
}

/** The payer is told an account, and the payment waits until the money is there; an error when there is no such account. */
function transferOf({
  money,
  transferPlaces = { payer: null, seller: null },
}: ChargeOrder): How | GatewayError {
  const transfer = bankTransferFor(money.currency, transferPlaces)
  if (transfer === 'missing_country') {
    const message = 'Bank transfers in euros need the country of the customer or of the billing entity'
    return { class: 'invalid_request', code: transfer, message }
  }
  if (transfer === 'currency_not_supported') return unsendable('Stripe', transfer)
  const { type, country } = transfer
  return {
    allowed_payment_method_types: [BANK_TRANSFER],
    payment_method_data: { type: BANK_TRANSFER },
    payment_method_options: {
      [BANK_TRANSFER]: {
        funding_type: 'bank_transfer',
        bank_transfer: { type, ...(country ? { eu_bank_transfer: { country } } : {}) },
      },
    },
  }
}

async function refund(host: StripeHost, connection: Connection, order: RefundOrder): Promise<RefundOutcome> {
  const sent = toProviderUnits('stripe', order.money)
  if (!sent.ok) return { kind: 'refused', error: unsendable('Stripe', sent.reason) }
  const { idempotencyKey } = order
  return send(host, connection, REFUNDS, (stripe) =>
    stripe.refunds.create(
      {
        payment_intent: order.providerPaymentId,
        amount: Number(sent.units),
        ...(order.reason ? { reason: order.reason } : {}),
        metadata: { ...order.metadata },
      },
      { idempotencyKey },
    ),
  )
}

/** How the answer to an order is read, and the payment in a refusal; null when a refusal tells of none. */
type Reading<Sent, T> = {
  readonly answer: (answer: Sent) => T
  readonly declined: (intent: Stripe.PaymentIntent, error: GatewayError) => T | null
}

const INTENTS: Reading<Stripe.PaymentIntent, ProviderPayment> = {
  answer: readIntent,
  declined: (intent, error) => ({ ...readIntent(intent), error }),
}

const REFUNDS: Reading<Stripe.Refund, ProviderRefund> = { answer: readRefund, declined: () => null }

/** Sends an order that moves money, and judges what came back. A declined payment is known: Stripe tells it. */
async function send<Sent, T>(
  host: StripeHost,
  connection: Connection,
  reading: Reading<Sent, T>,
  order: (stripe: Stripe) => Promise<Sent>,
): Promise<OrderOutcome<T>> {
  const call = await openStripe(host, connection, MONEY_TIMEOUT_MS)
  let answer: Sent
  try {
    answer = await order(call.stripe)
  } catch (thrown) {
    const { kind, error, retryAfterMs, intent } = stripeProblem(thrown, call.sendings())
    if (kind === 'not_sent') return { kind, error, retryAfterMs }
    if (kind === 'unknown' || kind === 'refused') return { kind, error }
    const declined = intent ? reading.declined(intent, error) : null
    return declined ? { kind: 'known', payment: declined } : { kind: 'refused', error }
  }
  return { kind: 'known', payment: reading.answer(answer) }
}

function nullIfMissing(error: unknown): null {
  if (isMissing(error)) return null
  throw error
}
