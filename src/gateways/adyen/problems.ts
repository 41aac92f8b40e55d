import type { ErrorClass, GatewayError } from '../../core/payments/gateway.ts'
import type { JsonReply } from '../json-calls.ts'

type Kind = 'refused' | 'not_sent' | 'unknown'

/** Why Adyen did not do what was asked (docs/rules/provider-payments.md#what-an-answer-means). */
export class AdyenProblem extends Error {
  override readonly name = 'AdyenProblem'
  readonly kind: Kind
  readonly error: GatewayError
  readonly retryAfterMs: number | null

  constructor(kind: Kind, error: GatewayError, retryAfterMs: number | null = null) {
    super(error.message)
    this.kind = kind
    this.error = error
    this.retryAfterMs = retryAfterMs
  }

  get isMissing(): boolean {
    return this.error.httpStatus === 404
  }
}

/** Codes of refusals by the API itself; the message of another one says what is wrong with the request. */
const REFUSALS: Readonly<Record<string, ErrorClass>> = {
  '137': 'amount_too_small',
  '800': 'method_revoked',
  '803': 'method_revoked',
}
/** The first request with the same key is still being done. */
const KEY_IN_USE = '704'

/** The problem behind a reply that is no success. */
export function problemOf(reply: JsonReply): AdyenProblem {
  if (reply.kind !== 'answered') {
    const isUnsent = reply.kind === 'not_connected'
    const reason = isUnsent || reply.message.startsWith('no answer') ? 'network' : 'provider_unavailable'
    return new AdyenProblem(isUnsent ? 'not_sent' : 'unknown', {
      class: reason,
      code: null,
      message: reply.message,
    })
  }
  const { status, headers, body } = reply
  const code = typeof body?.errorCode === 'string' ? body.errorCode : null
  const { kind, reason } = judged(status, code, body !== undefined)
  const error: GatewayError = {
    class: reason,
    code,
    message: typeof body?.message === 'string' ? body.message : `status ${status}`,
    requestId: typeof body?.pspReference === 'string' ? body.pspReference : null,
    httpStatus: status,
    details: { type: body?.errorType, code },
  }
  return new AdyenProblem(kind, error, retryAfterOf(headers))
}

function judged(
  status: number,
  code: string | null,
  isRead: boolean,
): { readonly kind: Kind; readonly reason: ErrorClass } {
  if (status === 401) return { kind: 'not_sent', reason: 'invalid_credentials' }
  if (status === 403) return { kind: 'not_sent', reason: 'permission_missing' }
  if (status === 429) return { kind: 'not_sent', reason: 'rate_limited' }
  if (status === 409 || code === KEY_IN_USE) return { kind: 'unknown', reason: 'key_conflict' }
  // A redirect, a time-out, a failure, a success without a body, or a page of a proxy.
  const isRefusal = status >= 400 && status < 500 && status !== 408 && isRead
  if (!isRefusal) return { kind: 'unknown', reason: 'provider_unavailable' }
  return { kind: 'refused', reason: REFUSALS[code ?? ''] ?? 'invalid_request' }
}

function retryAfterOf(headers: Readonly<Record<string, string | string[] | undefined>>): number | null {
  const seconds = Number(headers['retry-after'])
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null
}

/** Reasons of declines that are more than a no of the bank. Answers have the code, messages the words. */
const DECLINES: readonly { readonly code: string; readonly words: string; readonly class: ErrorClass }[] = [
  { code: '11', words: '3D Not Authenticated', class: 'authentication_required' },
  { code: '12', words: 'Not enough balance', class: 'insufficient_funds' },
  { code: '14', words: 'Acquirer Fraud', class: 'fraud_suspected' },
  { code: '20', words: 'FRAUD', class: 'fraud_suspected' },
  { code: '22', words: 'FRAUD-CANCELLED', class: 'fraud_suspected' },
  { code: '26', words: 'Revocation Of Auth', class: 'method_revoked' },
  { code: '31', words: 'Issuer Suspected Fraud', class: 'fraud_suspected' },
  { code: '38', words: 'Authentication required', class: 'authentication_required' },
]

/** Why a payment was declined, by the code of the reason or its words. */
export function declineOf(code: unknown, words: unknown): GatewayError {
  const said = typeof words === 'string' ? words.trim() : ''
  const known = DECLINES.find((each) => each.code === code || each.words.toLowerCase() === said.toLowerCase())
  const reason = known?.class ?? 'card_declined'
  return {
    class: reason,
    code: reason,
    message: said || 'The payment was refused',
    declineCode: typeof code === 'string' ? code : (known?.code ?? null),
  }
}
