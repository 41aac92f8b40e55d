import type { ErrorClass, GatewayAnswer, GatewayError, OrderOutcome } from '../core/payments/gateway.ts'
import { callJson, type JsonReply, type JsonRequest } from './json-calls.ts'

/** An object as a provider sends it. */
export type Plain = Readonly<Record<string, unknown>>

/** What became of a call: an answer, or why there is none and whether anything can have been accepted. */
export type PlainReply = { readonly kind: 'answered'; readonly body: Plain } | PlainProblem
export type PlainProblem = Exclude<OrderOutcome<never>, { readonly kind: 'known' }>

/** Orders that move money may take long; questions and pages are waited for by somebody. */
export const MONEY_TIMEOUT_MS = 60_000
export const ANSWER_TIMEOUT_MS = 15_000

/**
 * Sends a request to a provider that answers with plain JSON, once, and judges what came back
 * (docs/rules/provider-payments.md#what-an-answer-means). `reasonOf` tells the class of a refusal.
 */
export async function callPlainly(
  request: JsonRequest,
  reasonOf: (body: Plain) => ErrorClass = () => 'invalid_request',
): Promise<PlainReply> {
  const reply = await callJson(request)
  if (reply.kind === 'answered' && reply.status < 300 && reply.status >= 200 && reply.body) {
    return { kind: 'answered', body: reply.body }
  }
  return problemOf(reply, reasonOf)
}

/** The answer to a question, read from its body; one that cannot be read is none. */
export function plainAnswer<T>(reply: PlainReply, reading: (body: Plain) => T | undefined): GatewayAnswer<T> {
  if (reply.kind !== 'answered') {
    const { error } = reply
    return reply.kind === 'not_sent'
      ? { ok: false, error, retryAfterMs: reply.retryAfterMs }
      : { ok: false, error }
  }
  const value = reading(reply.body)
  return value === undefined ? { ok: false, error: UNREADABLE } : { ok: true, value }
}

/** What became of an order, read from its answer: with an answer that cannot be read, anything may have happened. */
export function plainOutcome<T>(reply: PlainReply, reading: (body: Plain) => T | undefined): OrderOutcome<T> {
  if (reply.kind !== 'answered') return reply
  const payment = reading(reply.body)
  return payment === undefined ? { kind: 'unknown', error: UNREADABLE } : { kind: 'known', payment }
}

const UNREADABLE: GatewayError = {
  class: 'provider_unavailable',
  code: null,
  message: 'an answer that cannot be read',
}

function problemOf(reply: JsonReply, reasonOf: (body: Plain) => ErrorClass): PlainProblem {
  if (reply.kind !== 'answered') {
    const isUnsent = reply.kind === 'not_connected'
    const reason = isUnsent || reply.message.startsWith('no answer') ? 'network' : 'provider_unavailable'
    const error = { class: reason, code: null, message: reply.message } as const
    return isUnsent ? { kind: 'not_sent', error, retryAfterMs: null } : { kind: 'unknown', error }
  }
  const { status, headers, body } = reply
  const error = (reason: ErrorClass): GatewayError => ({
    class: reason,
    code: textOf(body?.code) ?? textOf(body?.type),
    message: messageIn(body) ?? `status ${status}`,
    httpStatus: status,
  })
  const unsent = UNSENT[status]
  if (unsent) return { kind: 'not_sent', error: error(unsent), retryAfterMs: retryAfterOf(headers) }
  // A redirect, a time-out, a failure, a success without a body, or a page of a proxy.
  const isRefusal = status >= 400 && status < 500 && status !== 408 && status !== 409 && body !== undefined
  if (isRefusal) return { kind: 'refused', error: error(reasonOf(body)) }
  return { kind: 'unknown', error: error(status === 409 ? 'key_conflict' : 'provider_unavailable') }
}

const UNSENT: Readonly<Record<number, ErrorClass>> = {
  401: 'invalid_credentials',
  403: 'permission_missing',
  429: 'rate_limited',
}

/** Providers say what is wrong in a text of the body, or in one of its `status`, with a list of errors. */
function messageIn(body: Plain | undefined): string | null {
  const status = partOf(body, 'status')
  const errors = Array.isArray(status.errors) ? JSON.stringify(status.errors) : ''
  const told = textOf(body?.message) ?? textOf(body?.detail) ?? textOf(status.message)
  return (
    [told, errors === '[]' ? '' : errors]
      .filter((each) => each)
      .join(' ')
      .slice(0, 500) || null
  )
}

function retryAfterOf(headers: Readonly<Record<string, string | string[] | undefined>>): number | null {
  const seconds = Number(headers['retry-after'])
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null
}

/** An object within another; empty where there is none. */
export function partOf(body: Plain | undefined, name: string): Plain {
  const part = body?.[name]
  return typeof part === 'object' && part !== null && !Array.isArray(part) ? (part as Plain) : {}
}

/** A text; null for anything else. */
export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/** An id as a part of a path: nothing from outside may lead elsewhere. */
export function isPathId(id: string): boolean {
  return /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/.test(id)
}
