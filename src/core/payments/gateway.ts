import type { Instant } from '../calendar/instant.ts'

/** An amount in the smallest unit of its currency. */
export type GatewayMoney = { readonly cents: bigint; readonly currency: string }

/** What a provider says about a payment: in an answer, in a message, or when it is asked. */
export type ProviderPayment = {
  readonly providerPaymentId: string
  /** Ours, from the metadata that we sent. */
  readonly paymentId: string | null
  /** The provider's own word. */
  readonly providerStatus: string
  readonly state: 'settled' | 'processing' | 'action_required' | 'declined' | 'canceled'
  readonly money: GatewayMoney
}

export type GatewayError = { readonly code: string | null; readonly message: string }

/** One attempt to move money. The same order with the same key is one payment at the provider, however often it is sent. */
export type ChargeOrder = {
  readonly paymentId: string
  readonly idempotencyKey: string
  readonly money: GatewayMoney
  readonly customerId: string
  readonly methodId: string | null
}

/**
 * What became of an order: the provider told its state; it will never execute the order; nothing was accepted, which is
 * proven; or anything may have happened.
 */
export type ChargeOutcome =
  | { readonly kind: 'known'; readonly payment: ProviderPayment }
  | { readonly kind: 'refused'; readonly error: GatewayError }
  | { readonly kind: 'not_sent'; readonly error: GatewayError; readonly retryAfterMs: number | null }
  | { readonly kind: 'unknown'; readonly error: GatewayError }

/** What was found; with `isComplete`, absence is proof. */
export type Found<T> = { readonly isComplete: boolean; readonly items: readonly T[] }

/** An answer to a question, or the reason why there is none. */
export type GatewayAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: GatewayError }

/**
 * A payment provider as the engine sees it. Methods never throw for anything that a provider or a network does; a throw
 * is a bug of ours and counts as `unknown`.
 */
export type PaymentGateway = {
  /** Also the replay of an order: same order, same key. */
  readonly charge: (order: ChargeOrder) => Promise<ChargeOutcome>
  readonly findPayment: (
    paymentId: string,
    sentFrom: Instant,
  ) => Promise<GatewayAnswer<Found<ProviderPayment>>>
  /** Ends a payment that has not succeeded; `known` when the provider told what became of it. */
  readonly cancelPayment: (paymentId: string, idempotencyKey: string) => Promise<ChargeOutcome>
}
