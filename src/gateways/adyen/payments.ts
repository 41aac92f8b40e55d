import type { ChargeOrder, ChargeOutcome, Connection, ProviderRefund } from '../../core/payments/gateway.ts'
import type { PaymentGateway } from '../../core/payments/payment-gateway.ts'
import { toProviderUnits } from '../../core/payments/provider-amounts.ts'
import { unsendable } from '../amounts.ts'
import { methodOf } from '../order-method.ts'
import { type Adyen, type AdyenHost, askAdyen, sendToAdyen } from './client.ts'
import { AdyenProblem } from './problems.ts'
import { metadataOf, readResult, referenceOf, textOf } from './reading.ts'

type PaymentCalls = Pick<
  PaymentGateway,
  'charge' | 'readPayment' | 'findPayment' | 'cancelPayment' | 'cancelSent' | 'refund' | 'findRefund'
>

/** Charges, cancels and refunds. Adyen cannot be asked about any of them: the same key again, or a message, tells. */
export function adyenPayments(host: AdyenHost): PaymentCalls {
  return {
    charge: (connection, order) => charge(host, connection, order),
    readPayment: null,
    findPayment: null,
    cancelPayment: async (connection, id, idempotencyKey) => {
      const outcome = await sendToAdyen(host, connection, (adyen) => cancel(adyen, id, idempotencyKey))
      // Whether it has ended is told by a message.
      return outcome.kind === 'known' ? { kind: 'unknown', error: ASKED_TO_END } : outcome
    },
    cancelSent: (connection, { paymentId, reference, idempotencyKey }) =>
      askAdyen(host, connection, async (adyen) => {
        const { merchantAccount } = adyen
        const paymentReference = referenceOf(paymentId, reference)
        const asked = { merchantAccount, paymentReference, reference: paymentId }
        await adyen.create(['cancels'], asked, idempotencyKey)
        return null
      }),
    refund: async (connection, order) => {
      const sent = toProviderUnits('adyen', order.money)
      if (!sent.ok) return { kind: 'refused', error: unsendable('Adyen', sent.reason) }
      return sendToAdyen(host, connection, async (adyen): Promise<ProviderRefund> => {
        const path = ['payments', order.providerPaymentId, 'refunds']
        const { merchantAccount } = adyen
        const amount = { value: Number(sent.units), currency: order.money.currency }
        const asked = { merchantAccount, amount, reference: order.refundId }
        const answer = await adyen.create(path, asked, order.idempotencyKey)
        const { refundId, money } = order
        const providerRefundId = textOf(answer.pspReference)
        if (providerRefundId === null) throw UNREADABLE
        return { providerRefundId, providerStatus: 'received', state: 'pending', money, refundId }
      })
    },
    findRefund: null,
  }
}

const ASKED_TO_END = {
  class: 'provider_unavailable',
  code: null,
  message: 'Adyen was asked for the end of the payment',
} as const

/** An answer that names nothing is none: the same order is sent again. */
const UNREADABLE = new AdyenProblem('unknown', {
  class: 'provider_unavailable',
  code: null,
  message: 'an answer that cannot be read',
})

async function charge(host: AdyenHost, connection: Connection, order: ChargeOrder): Promise<ChargeOutcome> {
  const sent = toProviderUnits('adyen', order.money)
  if (!sent.ok) return { kind: 'refused', error: unsendable('Adyen', sent.reason) }
  const { paymentId, money, idempotencyKey } = order
  return sendToAdyen(host, connection, async (adyen) => {
    const answer = await adyen.create(['payments'], chargeOf(adyen, order, sent.units), idempotencyKey)
    const said = readResult(answer, paymentId, money)
    if (textOf(answer.resultCode) === null || said.providerPaymentId === null) throw UNREADABLE
    if (said.providerStatus === 'PartiallyAuthorised') {
      // A part of an invoice is not taken. Without an answer the order is sent again, and so is its end.
      await cancel(adyen, said.providerPaymentId, `cancel-${paymentId}`)
      return { ...said, money }
    }
    return said
  })
}

/**
 * The same bytes whenever it is sent: nothing of it may change between two sendings, as the address of a customer may,
 * so it names the shopper by the reference alone.
 */
function chargeOf({ merchantAccount }: Adyen, order: ChargeOrder, units: bigint): object {
  return {
    merchantAccount,
    amount: { value: Number(units), currency: order.money.currency },
    reference: referenceOf(order.paymentId, order.reference),
    merchantOrderReference: order.reference,
    paymentMethod: { type: 'scheme', storedPaymentMethodId: methodOf(order).id },
    shopperReference: order.customerId,
    shopperInteraction: 'ContAuth',
    recurringProcessingModel: 'UnscheduledCardOnFile',
    returnUrl: order.returnUrl,
    metadata: metadataOf(order.metadata),
  }
}

async function cancel(adyen: Adyen, pspReference: string, key: string): Promise<void> {
  const { merchantAccount } = adyen
  await adyen.create(['payments', pspReference, 'cancels'], { merchantAccount }, key)
}
