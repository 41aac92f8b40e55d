import type { ErrorClass, GatewayError } from '../../core/payments/gateway.ts'
import type { JsonReply } from '../json-calls.ts'

type Kind = 'refused' | 'not_sent' | 'unknown'

/** Why GoCardless did not do what was asked (docs/rules/provider-payments.md#what-an-answer-means). */
export class GoCardlessProblem extends Error {
  override readonly name = 'GoCardlessProblem'
  readonly kind: Kind
  readonly error: GatewayError
  readonly retryAfterMs: number | null
  /** What was made first with the same key. */
  readonly firstId: string | null

  constructor(
    kind: Kind,
    error: GatewayError,
    { retryAfterMs = null, firstId = null }: { retryAfterMs?: number | null; firstId?: string | null } = {},
  ) {
    super(error.message)
    this.kind = kind
    this.error = error
    this.retryAfterMs = retryAfterMs
    this.firstId = firstId
  }

  get isMissing(): boolean {
    return this.error.httpStatus === 404 || this.error.httpStatus === 410
  }
}

type Fault = {
  readonly reason?: string
  readonly field?: string
  readonly message?: string
  readonly links?: Readonly<Record<string, unknown>>
}
type Said = {
  readonly type?: string
  readonly message?: string
  readonly request_id?: string
  readonly errors?: readonly Fault[]
}

/** The problem behind a reply that is no success. */
export function problemOf(reply: JsonReply): GoCardlessProblem {
  if (reply.kind !== 'answered') {
    const isUnsent = reply.kind === 'not_connected'
    const reason = isUnsent || reply.message.startsWith('no answer') ? 'network' : 'provider_unavailable'
    const error = { class: reason, code: null, message: reply.message } as const
    return new GoCardlessProblem(isUnsent ? 'not_sent' : 'unknown', error)
  }
  const { status, headers } = reply
  const said = reply.body?.error as Said | undefined
  const faults = Array.isArray(said?.errors) ? said.errors : []
  const first = faults.find(({ reason }) => reason === 'idempotent_creation_conflict')
  const { kind, reason } = judged(status, said, faults)
  const error: GatewayError = {
    class: reason,
    code: faults[0]?.reason ?? said?.type ?? null,
    message: messageOf(said, faults) ?? `status ${status}`,
    requestId: said?.request_id ?? null,
    httpStatus: status,
    details: { type: said?.type, errors: faults.map(({ reason: why, field }) => ({ reason: why, field })) },
  }
  const firstId = first?.links?.conflicting_resource_id
  return new GoCardlessProblem(kind, error, {
    retryAfterMs: retryAfterOf(headers),
    firstId: typeof firstId === 'string' ? firstId : null,
  })
}

function judged(
  status: number,
  said: Said | undefined,
  faults: readonly Fault[],
): { readonly kind: Kind; readonly reason: ErrorClass } {
  if (status === 401) return { kind: 'not_sent', reason: 'invalid_credentials' }
  if (status === 403) return { kind: 'not_sent', reason: 'permission_missing' }
  if (status === 429) return { kind: 'not_sent', reason: 'rate_limited' }
  if (status === 409) return { kind: 'unknown', reason: 'key_conflict' }
  // A redirect, a time-out, a failure, a success without a body, or a page of a proxy.
  const isRefusal = status >= 400 && status < 500 && status !== 408 && said !== undefined
  if (!isRefusal) return { kind: 'unknown', reason: 'provider_unavailable' }
  return { kind: 'refused', reason: refusalClass(faults) }
}

const MANDATE = /mandate/
const TOO_LARGE = /less than|maximum|exceed|too (large|high)/i

function refusalClass(faults: readonly Fault[]): ErrorClass {
  for (const { reason = '', field = '', message = '' } of faults) {
    if (MANDATE.test(reason) || MANDATE.test(field)) return 'method_revoked'
    if (field === 'customer') return 'customer_missing'
    if (field === 'currency') return 'currency_not_supported'
    if (field === 'amount') return TOO_LARGE.test(message) ? 'amount_too_large' : 'amount_too_small'
  }
  return 'invalid_request'
}

function messageOf(said: Said | undefined, faults: readonly Fault[]): string | undefined {
  const details = faults.map(({ field, message }) => [field, message].filter(Boolean).join(' '))
  return [said?.message, ...details].filter(Boolean).join('; ') || undefined
}

function retryAfterOf(headers: Readonly<Record<string, string | string[] | undefined>>): number | null {
  const seconds = Number(headers['retry-after'])
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null
}

/** Why a payment failed, as an event of GoCardless tells it. */
export function failureOf(details: Readonly<Record<string, unknown>> | undefined): GatewayError {
  const cause = typeof details?.cause === 'string' ? details.cause : 'failed'
  const description = typeof details?.description === 'string' ? details.description : 'The payment failed'
  return {
    class: cause === 'insufficient_funds' ? 'insufficient_funds' : 'card_declined',
    code: cause,
    message: description,
  }
}
