import type { Instant } from '../calendar/instant.ts'
import type { TransferPlaces } from './bank-transfer.ts'

/** The payment providers, as customers and connections name them. */
export const PROVIDER_TYPES = [
  'stripe',
  'gocardless',
  'cashfree',
  'adyen',
  'flutterwave',
  'moneyhash',
] as const
export type ProviderType = (typeof PROVIDER_TYPES)[number]

export type ProviderMode = 'test' | 'live'

/** An account at a provider, with its secrets decrypted for one call. */
export type Connection = {
  readonly id: string
  readonly type: ProviderType
  readonly code: string
  readonly mode: ProviderMode
  readonly settings: Readonly<Record<string, unknown>>
  readonly secrets: Readonly<Record<string, string>>
}

/** An amount in the smallest unit of its currency. */
export type GatewayMoney = { readonly cents: bigint; readonly currency: string }

/** Why a provider or a network did not do what was asked; docs/rules/provider-payments.md#errors has the classes. */
export const ERROR_CLASSES = [
  'card_declined',
  'insufficient_funds',
  'fraud_suspected',
  'authentication_required',
  'amount_too_small',
  'amount_too_large',
  'amount_not_representable',
  'method_revoked',
  'customer_missing',
  'currency_not_supported',
  'method_type_not_enabled',
  'invalid_request',
  'invalid_credentials',
  'permission_missing',
  'rate_limited',
  'key_conflict',
  'provider_unavailable',
  'network',
  'outcome_absent',
  'late_failure',
] as const
export type ErrorClass = (typeof ERROR_CLASSES)[number]

export type GatewayError = {
  readonly class: ErrorClass
  /** The provider's own code. */
  readonly code: string | null
  readonly message: string
  readonly declineCode?: string | null
  readonly requestId?: string | null
  readonly httpStatus?: number | null
  /** What a provider says in a failure, reduced to fields without personal data. */
  readonly details?: Readonly<Record<string, unknown>>
}

/** A card or mandate, as its provider describes it. */
export type MethodSummary = {
  readonly providerMethodId: string
  readonly type: string
  readonly brand: string | null
  readonly last4: string | null
  readonly expirationMonth: string | null
  readonly expirationYear: string | null
  readonly holder: string | null
}

/** A method as it is now at its provider. */
export type ToldMethod = {
  readonly method: MethodSummary
  readonly providerCustomerId: string | null
  /** Ours, where the provider tells it. */
  readonly customerId?: string | null
  /** Whether it can be charged. */
  readonly isUsable: boolean
}

/** What a provider says about a payment: in an answer, in a message, or when it is asked. */
export type ProviderPayment = {
  /** Null where a page says that it was paid, and not by which payment. */
  readonly providerPaymentId: string | null
  /** Ours, from the metadata that we sent. */
  readonly paymentId: string | null
  /** What it pays, where the metadata tells it. */
  readonly payableId?: string | null
  /** The provider's own word. */
  readonly providerStatus: string
  readonly state: 'settled' | 'processing' | 'action_required' | 'declined' | 'canceled'
  /** Whether a decline also ends a payment that had succeeded: the bank has taken the money back. */
  readonly undoesSuccess?: boolean
  /** Whether it is the news of an authorisation, which is older than any news of its end and may come after it. */
  readonly isOnlyAuthorised?: boolean
  /** Whether the payer has had a settled payment taken back; undefined where disputes are told by messages of their own. */
  readonly isChargedBack?: boolean
  readonly money: GatewayMoney
  readonly mode?: ProviderMode | null
  /** What the payer has to do, in the provider's words. */
  readonly nextAction?: Readonly<Record<string, unknown>> | null
  readonly error?: GatewayError | null
  readonly method?: MethodSummary | null
}

/** One attempt to move money. The same order with the same key is one payment at the provider, however often it is sent. */
export type ChargeOrder = {
  readonly paymentId: string
  readonly idempotencyKey: string
  readonly money: GatewayMoney
  readonly customerId: string
  /** Null when the payer transfers the money. */
  readonly method: { readonly id: string; readonly type: string } | null
  /** Where the payer and the seller are, of a bank transfer. */
  readonly transferPlaces?: TransferPlaces
  /** Whether the payer is there, so that the provider may ask for an authentication. */
  readonly isOnSession: boolean
  readonly description: string
  /** The number of what is paid, or an id where there is none. */
  readonly reference: string
  readonly returnUrl: string
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * What became of an order: the provider told its state; it will never execute the order; nothing was accepted, which is
 * proven; or anything may have happened.
 */
export type OrderOutcome<T> =
  | { readonly kind: 'known'; readonly payment: T }
  | { readonly kind: 'refused'; readonly error: GatewayError }
  | { readonly kind: 'not_sent'; readonly error: GatewayError; readonly retryAfterMs: number | null }
  | { readonly kind: 'unknown'; readonly error: GatewayError }

export type ChargeOutcome = OrderOutcome<ProviderPayment>
export type RefundOutcome = OrderOutcome<ProviderRefund>

/** What was found; with `isComplete`, absence is proof. */
export type Found<T> = { readonly isComplete: boolean; readonly items: readonly T[] }

/** An answer to a question, or the reason why there is none. */
export type GatewayAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: GatewayError; readonly retryAfterMs?: number | null }

export type RefundOrder = {
  readonly refundId: string
  readonly idempotencyKey: string
  readonly providerPaymentId: string
  readonly money: GatewayMoney
  readonly reason: 'duplicate' | 'requested_by_customer' | 'fraudulent' | null
  readonly metadata: Readonly<Record<string, string>>
}

export type ProviderRefund = {
  readonly providerRefundId: string
  readonly providerStatus: string
  readonly state: 'pending' | 'succeeded' | 'failed'
  readonly money: GatewayMoney
  /** Ours, from the metadata that we sent. */
  readonly refundId: string | null
}

export type CustomerOrder = {
  readonly customerId: string
  readonly externalId: string
  readonly idempotencyKey: string
  readonly email: string | null
  /** The company's, or else the person's. */
  readonly name: string | null
  readonly companyName: string | null
  readonly taxId: string | null
  readonly person: { readonly firstName: string; readonly lastName: string } | null
  readonly phone: string | null
  readonly address: Readonly<
    Record<'line1' | 'line2' | 'city' | 'state' | 'postal_code' | 'country', string | null>
  >
}

export type ProviderPage = {
  readonly pageId: string
  readonly url: string
  readonly expiresAt: Instant | null
}

/** A page is open, is being paid, was paid, or is closed for good. It may tell of a try that was declined. */
export type PageState =
  | { readonly kind: 'open' | 'closed'; readonly declined?: ProviderPayment }
  | { readonly kind: 'paying' }
  | { readonly kind: 'paid'; readonly payment: ProviderPayment }

export type SetupOrder = {
  readonly customerId: string
  readonly providerCustomerId: string
  readonly methodTypes: readonly string[]
  readonly asksForConsent: boolean
  readonly currency: string | null
  readonly externalCustomerId: string
  readonly email: string | null
  readonly returnUrl: string
}

export type PageOrder = {
  /** Ours, for providers that let us name their pages. */
  readonly pageId: string
  readonly idempotencyKey: string
  readonly lines: readonly { readonly name: string; readonly money: GatewayMoney }[]
  readonly providerCustomerId: string
  readonly payer: Pick<CustomerOrder, 'email' | 'name' | 'phone'>
  readonly methodTypes: readonly string[]
  readonly keepsMethod: boolean
  readonly asksForConsent: boolean
  readonly description: string
  /** The number of what is paid, or an id where there is none. */
  readonly reference: string
  readonly returnUrl: string
  /** The present, for providers that count from it. */
  readonly askedAt: Instant
  readonly expiresAt: Instant
  readonly metadata: Readonly<Record<string, string>>
}

/** A message of a provider, verified. `object` is what it is about, as the provider sent it. */
export type InboundMessage = {
  readonly messageId: string
  readonly type: string
  readonly occurredAt: Instant
  readonly mode: ProviderMode | null
  readonly body: Readonly<Record<string, unknown>>
}

/** What a message says, read from its body. */
export type MessageMeaning =
  | {
      readonly about: 'payment'
      readonly payment: ProviderPayment
      /** Of the metadata: whose it is, and what it pays. */
      readonly organizationId: string | null
      readonly payableId: string | null
      readonly isOfPage: boolean
      /** Ours, where the message names the page on which it may have been made. */
      readonly pageId?: string | null
      /** A method that was stored with it, to be read at the provider. */
      readonly stored?: StoredMethod | null
    }
  | {
      /** A payment whose money does not come, or does not stay, whatever was said of it before. */
      readonly about: 'undone_payment'
      readonly paymentId: string | null
      readonly providerPaymentId: string | null
      readonly providerStatus: string
      readonly state: 'canceled' | 'declined'
      readonly error: GatewayError | null
    }
  | {
      /** A payment of which the message says too little: it is read at the provider. */
      readonly about: 'changed_payment'
      readonly providerPaymentId: string
      /** Why it failed, where the message tells more than the payment. */
      readonly error: GatewayError | null
      /** Why it was taken back. */
      readonly reason: string | null
    }
  | {
      readonly about: 'refund'
      readonly providerRefundId: string
      /** Ours, where the message has it. */
      readonly refundId: string | null
      /** As the message says it; null where it has to be read. */
      readonly refund: ProviderRefund | null
    }
  | {
      readonly about: 'dispute'
      /** Our id of the payment or of its page, where the message names it. */
      readonly paymentId?: string | null
      readonly providerDisputeId: string
      readonly providerPaymentId: string | null
      readonly cents: bigint
      readonly status: 'open' | 'won' | 'lost'
      readonly reason: string | null
    }
  | {
      readonly about: 'methods'
      readonly providerMethodIds: readonly string[]
      /** Whose they are, where they are read by their customer. */
      readonly providerCustomerId?: string | null
      /** Methods that are known are not read again if they can only have been added. */
      readonly change: 'added' | 'any'
    }
  | {
      /** A method as it is now, from a provider that cannot be asked for it. */
      readonly about: 'method'
      readonly told: ToldMethod
    }
  | { readonly about: 'method_removed'; readonly providerMethodId: string }
  | {
      /** A customer could not leave a method. */
      readonly about: 'setup_refused'
      readonly externalCustomerId: string
      readonly code: string
      readonly message: string
    }
  | { readonly about: 'customer_deleted'; readonly providerCustomerId: string }
  | { readonly about: 'page_closed'; readonly pageId: string }
  /** A page on which something has happened: it is read at the provider. */
  | { readonly about: 'changed_page'; readonly pageId: string }
  | { readonly about: 'nothing' }

/** A method that a customer left, and the customer at the provider. */
export type StoredMethod = { readonly providerMethodId: string; readonly providerCustomerId: string }

export type RawDelivery = {
  readonly body: Uint8Array
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

export type OpenedMessages =
  | { readonly ok: true; readonly messages: readonly InboundMessage[] }
  | { readonly ok: false; readonly reason: 'signature' | 'malformed' }
