import type {
  ChargeOrder,
  Connection,
  GatewayAnswer,
  GatewayError,
  PageState,
} from '../../core/payments/gateway.ts'
import type { PaymentGateway } from '../../core/payments/payment-gateway.ts'
import { toMajorUnits } from '../../core/payments/provider-amounts.ts'
import { unsendable } from '../amounts.ts'
import { methodOf } from '../order-method.ts'
import { MONEY_TIMEOUT_MS, partOf, plainOutcome } from '../plain-calls.ts'
import { callMoneyHash, type MoneyHashHost } from './client.ts'
import { readIntent } from './intents.ts'
import { findIntent, openIntent, pageIntentOf, pageStateOf } from './pages.ts'

type PaymentCalls = Pick<
  PaymentGateway,
  'pages' | 'charge' | 'readPayment' | 'findPayment' | 'cancelPayment' | 'refund' | 'findRefund'
>

/** Charges of stored cards, payment pages, and the questions about both. */
export function moneyhashPayments(host: MoneyHashHost): PaymentCalls {
  const readPage = async (connection: Connection, id: string): Promise<GatewayAnswer<PageState>> => {
    const found = await findIntent(host, connection, id)
    if (!found.ok) return found
    return { ok: true, value: found.value ? pageStateOf(found.value) : { kind: 'closed' } }
  }
  return {
    pages: {
      open: async (connection, order) => {
        const body = pageIntentOf(connection, order)
        if (!body) return { ok: false, error: unsendable('MoneyHash') }
        const made = await openIntent(host, connection, body, 'generate_payment_url')
        return made.ok ? { ok: true, value: { ...made.value, expiresAt: order.expiresAt } } : made
      },
      read: readPage,
      // MoneyHash closes no page: it is over when its intent expires.
      close: readPage,
    },
    charge: async (connection, order) => {
      const sent = toMajorUnits(order.money)
      if (!sent.ok) return { kind: 'refused', error: unsendable('MoneyHash') }
      const reply = await callMoneyHash(host, connection, {
        method: 'POST',
        path: '/v1.1/payments/intent/',
        body: chargeOf(connection, order, sent.text),
        timeoutMs: MONEY_TIMEOUT_MS,
      })
      return plainOutcome(reply, (answer) => readIntent(partOf(answer, 'data'))?.payment)
    },
    readPayment: async (connection, id) => {
      const found = await findIntent(host, connection, id)
      return found.ok ? { ok: true, value: found.value?.payment ?? null } : found
    },
    // Intents are not listed: one whose answer was lost is told by its message, or found by somebody.
    findPayment: async () => ({ ok: true, value: { isComplete: false, items: [] } }),
    cancelPayment: async () => ({ kind: 'refused', error: UNSUPPORTED }),
    refund: async () => ({ kind: 'refused', error: UNSUPPORTED }),
    findRefund: async () => ({ ok: true, value: { isComplete: false, items: [] } }),
  }
}

const UNSUPPORTED: GatewayError = {
  class: 'invalid_request',
  code: 'feature_not_supported',
  message: 'MoneyHash is not asked for this',
}

function chargeOf({ settings }: Connection, order: ChargeOrder, amount: string): object {
  const { money, customerId, metadata } = order
  return {
    amount,
    amount_currency: money.currency,
    flow_id: settings.flow_id,
    customer: customerId,
    card_token: methodOf(order).id,
    merchant_initiated: true,
    payment_type: 'UNSCHEDULED',
    recurring_data: { agreement_id: metadata.lago_customer_id },
    webhook_url: settings.webhook_id,
    custom_fields: metadata,
  }
}
