import type { FastifyInstance } from 'fastify'
import { parse as parseLossless } from 'lossless-json'
import { Decimal } from '../core/amounts/decimal.ts'
import { Refusal } from '../core/refusal.ts'

/**
 * More digits than a double keeps, or an exponent: such a number is parsed losslessly. Only matches where a number
 * can start, because hexadecimal ids in strings are full of digits around an `e`.
 */
const INEXACT_NUMBER = /(?:^|[:,[\s])-?(?:\d[\d.]{15,}|\d+(?:\.\d+)?[eE])/
/** The same, plus fractions that end in a zero, which a double would drop. */
const ALTERED_NUMBER = /(?:^|[:,[\s])-?(?:\d[\d.]{15,}|\d+(?:\.\d+)?[eE]|\d+\.\d*0(?!\d))/
/** Escapes of a NUL, or of a surrogate, which PostgreSQL can only store as part of a pair. */
const SUSPICIOUS_ESCAPE = /\\u(0000|[dD][89a-fA-F])/
/** The key `__proto__`, or an escape that may be part of it. */
const PROTOTYPE_KEY = /__proto__|\\u00(5f|7[02]|6f|74)/i
const DEPTH_MAX = 200

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether the route keeps numbers as written: as an event property, `1.0` differs from `1`. */
    keepsDigits?: boolean
  }
}

/**
 * Parses JSON bodies losslessly: a number that a double would round, or would print differently on a route that keeps
 * digits, becomes an `ExactNumber`. 400 for invalid JSON, excessive nesting, and strings that the database cannot
 * store.
 */
export function readBodies(app: FastifyInstance): void {
  app.removeContentTypeParser('application/json')
  app.addContentTypeParser(
    ['application/json', 'application/*+json'],
    { parseAs: 'string' },
    (request, text, done) => {
      try {
        done(null, parseBody(text as string, request.routeOptions.config.keepsDigits))
      } catch (error) {
        done(error as Error)
      }
    },
  )
}

export function parseBody(text: string, keepsDigits = false): unknown {
  if (text.trim() === '') return undefined
  if (SUSPICIOUS_ESCAPE.test(text) || text.includes('\u0000')) refuseBrokenText(text)
  if (isTooDeep(text)) throw badJson('the body is nested too deeply')
  try {
    const isPlain = !(keepsDigits ? ALTERED_NUMBER : INEXACT_NUMBER).test(text)
    const value = isPlain
      ? JSON.parse(text)
      : parseLossless(text, undefined, keepsDigits ? readDigits : readNumber)
    return PROTOTYPE_KEY.test(text) ? withoutPrototype(value) : value
  } catch (error) {
    throw badJson(error instanceof Error ? error.message.slice(0, 200) : 'the body is not JSON')
  }
}

/** A double if it is the same number (`1e3`, `2.50`), otherwise the digits as sent. */
function readNumber(text: string): unknown {
  const value = Number(text)
  const isSame =
    String(value) === text ||
    (Number.isFinite(value) && Decimal.parse(text)?.equals(Decimal.of(String(value))) === true)
  return isSame ? value : new ExactNumber(text)
}

/** A double if it prints the same, otherwise the digits as sent. A negative zero becomes zero. */
function readDigits(text: string): unknown {
  const value = Number(text)
  const digits = value === 0 && text.startsWith('-') ? text.slice(1) : text
  return String(value) === digits ? value : new ExactNumber(digits)
}

/** A number as written. `isLosslessNumber` makes lossless-json treat it as one of its own. */
export class ExactNumber {
  readonly isLosslessNumber = true
  readonly value: string
  constructor(value: string) {
    this.value = value
  }
  toString(): string {
    return this.value
  }
}

/**
 * JSON.parse creates an own `__proto__` property, which copying code could turn into a prototype, and the lossless
 * parser sets the prototype directly. No key in the API has this name, so it is removed at any depth.
 */
function withoutPrototype(value: unknown): unknown {
  if (Array.isArray(value)) value.forEach(withoutPrototype)
  else if (typeof value === 'object' && value !== null && !(value instanceof ExactNumber)) {
    Reflect.deleteProperty(value, '__proto__')
    Object.setPrototypeOf(value, Object.prototype)
    Object.values(value).forEach(withoutPrototype)
  }
  return value
}

function refuseBrokenText(text: string): void {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw badJson('the body is not JSON')
  }
  if (!isStorable(value)) throw badJson('a text contains a NUL character or half of a surrogate pair')
}

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\u0000') && !/\p{Surrogate}/u.test(value)
  if (Array.isArray(value)) return value.every(isStorable)
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).every(([key, item]) => isStorable(key) && isStorable(item))
  }
  return true
}

function isTooDeep(text: string): boolean {
  let depth = 0
  let inText = false
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    if (inText) {
      if (code === 92) i += 1
      else if (code === 34) inText = false
    } else if (code === 34) inText = true
    else if (code === 123 || code === 91) {
      depth += 1
      if (depth > DEPTH_MAX) return true
    } else if (code === 125 || code === 93) depth -= 1
  }
  return false
}

function badJson(message: string): Refusal {
  return new Refusal({ kind: 'bad_request', message })
}
