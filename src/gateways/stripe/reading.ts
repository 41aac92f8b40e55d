import type Stripe from 'stripe'
import type { MethodSummary, ProviderPayment, ProviderRefund } from '../../core/payments/gateway.ts'
import { fromProviderUnits } from '../../core/payments/provider-amounts.ts'
import { lastErrorOf } from './errors.ts'

const STATES: Readonly<Record<string, ProviderPayment['state']>> = {
  succeeded: 'settled',
  processing: 'processing',
  requires_capture: 'processing',
  requires_confirmation: 'processing',
  requires_action: 'action_required',
  requires_payment_method: 'declined',
  canceled: 'canceled',
}

/** A payment as Stripe describes it. A status that we do not know is one that is not final. */
export function readIntent(intent: Stripe.PaymentIntent): ProviderPayment {
  const currency = intent.currency.toUpperCase()
  return {
    providerPaymentId: intent.id,
    paymentId: intent.metadata?.lago_payment_id ?? null,
    providerStatus: intent.status,
    state: STATES[intent.status] ?? 'processing',
    money: { cents: centsOf(intent.amount, currency), currency },
    mode: intent.livemode ? 'live' : 'test',
    nextAction: (intent.next_action as unknown as Record<string, unknown> | null) ?? null,
    error: lastErrorOf(intent),
    method:
      typeof intent.payment_method === 'object' && intent.payment_method !== null
        ? readMethod(intent.payment_method)
        : null,
  }
}

/** An amount that is none of ours reads as a negative one, which no payment has: it is set aside for somebody to see. */
export function centsOf(units: number, currency: string): bigint {
  return fromProviderUnits('stripe', BigInt(units), currency) ?? -BigInt(units)
}

const REFUND_STATES: Readonly<Record<string, ProviderRefund['state']>> = {
  pending: 'pending',
  requires_action: 'pending',
  succeeded: 'succeeded',
  failed: 'failed',
  canceled: 'failed',
}

/** A refund as Stripe describes it. */
export function readRefund(refund: Stripe.Refund): ProviderRefund {
  const currency = refund.currency.toUpperCase()
  const status = refund.status ?? 'pending'
  return {
    providerRefundId: refund.id,
    providerStatus: status,
    state: REFUND_STATES[status] ?? 'pending',
    money: { cents: centsOf(refund.amount, currency), currency },
    refundId: refund.metadata?.lago_refund_id ?? null,
  }
}

/** A method as Stripe describes it: never more of a card than its last four digits. */
export function readMethod(method: Stripe.PaymentMethod): MethodSummary {
  const { card } = method
  const debit = method.sepa_debit ?? method.us_bank_account ?? method.bacs_debit
  return {
    providerMethodId: method.id,
    type: method.type,
    brand: card?.brand ?? null,
    last4: card?.last4 ?? debit?.last4 ?? null,
    expirationMonth: card ? String(card.exp_month).padStart(2, '0') : null,
    expirationYear: card ? String(card.exp_year) : null,
    holder: method.billing_details?.name ?? null,
  }
}

/** The id of an object that Stripe gives as an id or as the whole object. */
export function idOf(value: string | { readonly id: string } | null | undefined): string | null {
  return typeof value === 'string' ? value : (value?.id ?? null)
}
