import type {
  ChargeOrder,
  Connection,
  OrderOutcome,
  ProviderPayment,
  ProviderRefund,
  RefundOrder,
  RefundOutcome,
} from '../../core/payments/gateway.ts'
import type { PaymentGateway } from '../../core/payments/payment-gateway.ts'
import { toProviderUnits } from '../../core/payments/provider-amounts.ts'
import { unsendable } from '../amounts.ts'
import { methodOf } from '../order-method.ts'
import {
  askGoCardless,
  type GoCardless,
  type GoCardlessHost,
  MONEY_TIMEOUT_MS,
  openGoCardless,
  type Resource,
  unlessMissing,
} from './client.ts'
import { failureOf, GoCardlessProblem } from './problems.ts'
import { readPayment, readRefund } from './reading.ts'

/** Clocks differ. */
const CLOCK_SLACK_MS = 60_000

type PaymentCalls = Pick<
  PaymentGateway,
  'charge' | 'readPayment' | 'findPayment' | 'cancelPayment' | 'refund' | 'findRefund'
>

/** Charges, refunds, and the questions about them. */
export function gocardlessPayments(host: GoCardlessHost): PaymentCalls {
  return {
    charge: async (connection, order) => {
      const sent = toProviderUnits('gocardless', order.money)
      if (!sent.ok) return { kind: 'refused', error: unsendable('GoCardless', sent.reason) }
      const body = chargeOf(order, sent.units)
      return send(host, connection, readPayment, (gocardless) =>
        gocardless.create('payments', body, order.idempotencyKey),
      )
    },
    readPayment: (connection, id) =>
      askGoCardless(host, connection, async (gocardless) => {
        const payment = await unlessMissing(gocardless.read('payments', id))
        return payment && withFailure(gocardless, readPayment(payment))
      }),
    findPayment: (connection, { paymentId, customerId, sentFrom }) =>
      askGoCardless(host, connection, async (gocardless) => {
        const since = new Date(sentFrom - CLOCK_SLACK_MS).toISOString()
        const query = { customer: customerId, 'created_at[gte]': since }
        const { isComplete, items } = await gocardless.list('payments', query)
        const ours = items.map(readPayment).filter((each) => each.paymentId === paymentId)
        return {
          isComplete,
          items: await Promise.all(ours.map((each) => withFailure(gocardless, each))),
        }
      }),
    cancelPayment: (connection, id) =>
      send(host, connection, readPayment, (gocardless) => gocardless.act('payments', id, 'cancel')),
    refund: (connection, order) => refund(host, connection, order),
    findRefund: (connection, { refundId, providerPaymentId }) =>
      askGoCardless(host, connection, async (gocardless) => {
        const { isComplete, items } = await gocardless.list('refunds', { payment: providerPaymentId })
        return { isComplete, items: items.map(readRefund).filter((each) => each.refundId === refundId) }
      }),
  }
}

/** GoCardless keeps three texts with a payment. */
function chargeOf(order: ChargeOrder, units: bigint): object {
  const { money, reference, metadata } = order
  const { lago_payment_id, lago_invoice_id, lago_payable_id, lago_customer_id } = metadata
  return {
    amount: Number(units),
    currency: money.currency,
    // A second try of ours is a payment of its own.
    retry_if_possible: false,
    description: reference,
    links: { mandate: methodOf(order).id },
    metadata: {
      lago_payment_id,
      ...(lago_invoice_id === undefined ? { lago_payable_id } : { lago_invoice_id }),
      lago_customer_id,
    },
  }
}

/** Why a payment failed is told by its events only. */
async function withFailure(gocardless: GoCardless, payment: ProviderPayment): Promise<ProviderPayment> {
  const { providerPaymentId, providerStatus } = payment
  if (providerStatus !== 'failed' || providerPaymentId === null) return payment
  const { items } = await gocardless.list('events', { payment: providerPaymentId })
  const last = items.find(({ action, resource_type }) => action === 'failed' && resource_type === 'payments')
  return { ...payment, error: failureOf(last?.details as Resource | undefined) }
}

/**
 * Gives a part of a payment back. GoCardless asks for the sum of all refunds of a payment, as a protection from double
 * ones: what it says was refunded, and this one.
 */
async function refund(
  host: GoCardlessHost,
  connection: Connection,
  order: RefundOrder,
): Promise<RefundOutcome> {
  const sent = toProviderUnits('gocardless', order.money)
  if (!sent.ok) return { kind: 'refused', error: unsendable('GoCardless', sent.reason) }
  const before = await askGoCardless(host, connection, (gocardless) =>
    gocardless.read('payments', order.providerPaymentId),
  )
  // So far nothing was ordered.
  if (!before.ok) {
    return before.error.httpStatus === 404
      ? { kind: 'refused', error: before.error }
      : { kind: 'not_sent', error: before.error, retryAfterMs: before.retryAfterMs ?? null }
  }
  const units = Number(sent.units)
  const { lago_refund_id, lago_credit_note_id, lago_invoice_id } = order.metadata
  const body = {
    amount: units,
    total_amount_confirmation: Number(before.value.amount_refunded ?? 0) + units,
    links: { payment: order.providerPaymentId },
    metadata: {
      lago_refund_id,
      ...(lago_credit_note_id === undefined ? {} : { lago_credit_note_id }),
      ...(lago_invoice_id === undefined ? {} : { lago_invoice_id }),
    },
  }
  const outcome = await send<ProviderRefund>(host, connection, readRefund, (gocardless) =>
    gocardless.create('refunds', body, order.idempotencyKey),
  )
  return ofRefund(outcome)
}

/** Another refund of the payment was faster: looked for, and sent again with the new sum. */
const SUM_HAS_CHANGED = 'total_amount_confirmation_invalid'

function ofRefund(outcome: RefundOutcome): RefundOutcome {
  if (outcome.kind === 'refused' && outcome.error.code === SUM_HAS_CHANGED) {
    return { kind: 'unknown', error: { ...outcome.error, class: 'key_conflict' } }
  }
  // GoCardless lets only some accounts refund: the connection is well all the same.
  if (outcome.kind === 'not_sent' && outcome.error.class === 'permission_missing') {
    return { kind: 'refused', error: { ...outcome.error, class: 'invalid_request' } }
  }
  return outcome
}

/** Sends an order that moves money, and judges what came back. */
async function send<T>(
  host: GoCardlessHost,
  connection: Connection,
  reading: (answer: Resource) => T,
  order: (gocardless: GoCardless) => Promise<Resource>,
): Promise<OrderOutcome<T>> {
  try {
    const answer = await order(openGoCardless(host, connection, MONEY_TIMEOUT_MS))
    return { kind: 'known', payment: reading(answer) }
  } catch (thrown) {
    if (!(thrown instanceof GoCardlessProblem)) throw thrown
    const { kind, error, retryAfterMs } = thrown
    return kind === 'not_sent' ? { kind, error, retryAfterMs } : { kind, error }
  }
}
