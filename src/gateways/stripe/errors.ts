import type Stripe from 'stripe'
import type { ErrorClass, GatewayError } from '../../core/payments/gateway.ts'

/** What an error of the SDK says about a request (docs/rules/provider-payments.md#what-an-answer-means). */
export type StripeProblem = {
  readonly kind: 'declined' | 'refused' | 'not_sent' | 'unknown'
  readonly error: GatewayError
  readonly retryAfterMs: number | null
  /** The payment that was declined. */
  readonly intent: Stripe.PaymentIntent | null
}

/** The fields of the SDK's errors that are read here. */
type SdkError = {
  readonly type?: string
  readonly code?: string
  readonly decline_code?: string
  readonly message?: string
  readonly param?: string
  readonly statusCode?: number
  readonly requestId?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly detail?: unknown
  readonly advice_code?: string
  readonly payment_intent?: Stripe.PaymentIntent
}

/** Failures of a connection before anything was written to it. */
const NOT_CONNECTED: readonly unknown[] = [
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
]
const NOT_TRUSTED = /^(CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/

/** The problem behind an error of the SDK, after a number of sendings of the request. Unexpected errors are thrown on. */
export function stripeProblem(thrown: unknown, sendings: number): StripeProblem {
  const error = thrown as SdkError
  if (typeof error?.type !== 'string' || !error.type.startsWith('Stripe')) throw thrown
  const status = error.statusCode ?? null
  const { kind, reason } = status === null ? networkKind(error, sendings) : answeredKind(error, status)
  return {
    kind,
    error: {
      class: reason,
      code: error.code ?? null,
      message: error.message ?? 'no message',
      declineCode: error.decline_code ?? null,
      requestId: error.requestId ?? null,
      httpStatus: status,
      details: detailsOf(error),
    },
    retryAfterMs: retryAfterOf(error),
    intent: error.payment_intent ?? null,
  }
}

type Judged = { readonly kind: StripeProblem['kind']; readonly reason: ErrorClass }

/** Nothing was accepted only if no connection was made at all: after a reset, the SDK has sent the request again. */
function networkKind({ detail }: SdkError, sendings: number): Judged {
  const code = (detail as { code?: unknown } | null | undefined)?.code
  const isUnsent = NOT_CONNECTED.includes(code) || (typeof code === 'string' && NOT_TRUSTED.test(code))
  return { kind: isUnsent && sendings <= 1 ? 'not_sent' : 'unknown', reason: 'network' }
}

function answeredKind(error: SdkError, status: number): Judged {
  if (status === 401) return { kind: 'not_sent', reason: 'invalid_credentials' }
  if (status === 403) return { kind: 'not_sent', reason: 'permission_missing' }
  if (status === 429) return { kind: 'not_sent', reason: 'rate_limited' }
  if (status === 409 || error.type === 'StripeIdempotencyError') {
    return { kind: 'unknown', reason: 'key_conflict' }
  }
  if (status === 402) return { kind: 'declined', reason: declineClass(error) }
  if (status === 408 || status >= 500 || status < 400)
    return { kind: 'unknown', reason: 'provider_unavailable' }
  // A page of a proxy instead of an answer of Stripe.
  if (error.type === 'StripeAPIError' && error.code === undefined && error.param === undefined) {
    return { kind: 'unknown', reason: 'provider_unavailable' }
  }
  return { kind: 'refused', reason: refusalClass(error) }
}

const FRAUD: readonly unknown[] = ['fraudulent', 'lost_card', 'stolen_card', 'pickup_card']

function declineClass({ code, decline_code: declineCode }: SdkError): ErrorClass {
  if (code === 'authentication_required') return 'authentication_required'
  if (declineCode === 'authentication_required') return 'authentication_required'
  if (declineCode === 'insufficient_funds') return 'insufficient_funds'
  if (FRAUD.includes(declineCode)) return 'fraud_suspected'
  if (code === 'payment_intent_mandate_invalid' || code === 'debit_not_authorized') return 'method_revoked'
  return 'card_declined'
}

function refusalClass({ code, param }: SdkError): ErrorClass {
  if (code === 'amount_too_small' || code === 'amount_too_large') return code
  if (code === 'payment_intent_mandate_invalid' || code === 'debit_not_authorized') return 'method_revoked'
  if (code === 'resource_missing' && param === 'customer') return 'customer_missing'
  if (code === 'resource_missing' && param === 'payment_method') return 'method_revoked'
  if (code === 'payment_intent_invalid_currency' || code === 'currency_not_supported') {
    return 'currency_not_supported'
  }
  return code === 'payment_method_type_not_enabled' ? 'method_type_not_enabled' : 'invalid_request'
}

/** The class of what Stripe keeps as the last error of a payment. */
export function lastErrorOf(intent: Stripe.PaymentIntent): GatewayError | null {
  const last = intent.last_payment_error
  if (!last) return null
  const error: SdkError = { ...given('code', last.code), ...given('decline_code', last.decline_code) }
  return {
    class: declineClass(error),
    code: last.code ?? null,
    message: last.message ?? 'no message',
    declineCode: last.decline_code ?? null,
    requestId: null,
    httpStatus: null,
  }
}

function given<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [key]: value } as Record<K, string>)
}

function retryAfterOf({ headers }: SdkError): number | null {
  const seconds = Number(headers?.['retry-after'])
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null
}

/** What is told of the failure to the user: nothing of the card or its holder. */
function detailsOf(error: SdkError): Readonly<Record<string, unknown>> {
  const { payment_intent: intent } = error
  return {
    type: error.type,
    ...given('code', error.code),
    ...given('decline_code', error.decline_code),
    ...given('param', error.param),
    ...given('advice_code', error.advice_code),
    ...(intent ? { payment_intent: { id: intent.id, status: intent.status } } : {}),
  }
}
