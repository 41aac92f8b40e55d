import { Decimal } from '../amounts/decimal.ts'
import { ExactNumber } from '../input/exact-number.ts'

/** Properties of an event as received: any JSON values; numbers are doubles or lossless. */
export type EventProperties = Readonly<Record<string, unknown>>

const NUMERIC_TEXT = /^-?\d+(\.\d+)?$/
const JSON_NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/
/** The limits of PostgreSQL's numeric: digits before and after the decimal point. */
const WHOLE_DIGITS_MAX = 131_072
const FRACTION_DIGITS_MAX = 16_383
const HALF_PAIR = /\p{Surrogate}/u
/** The deepest nesting that is inspected; a request could exceed the stack. */
const DEPTH_MAX = 200

/**
 * The value of a property, or undefined when the event lacks the key. Inherited names (`constructor`) are not
 * properties.
 */
export function propertyOf(properties: EventProperties, key: string): unknown {
  return Object.hasOwn(properties, key) ? properties[key] : undefined
}

/**
 * A property as text, as PostgreSQL's `->>` gives it for jsonb: strings unchanged, numbers in plain notation with the
 * digits as sent, true/false, objects and arrays as jsonb prints them (keys by length, then by bytes). JSON null
 * gives null, an absent value undefined. Filters, groups and values all use this text
 * (docs/rules/aggregation.md#which-events-count and docs/rules/filters-and-groups.md#filters).
 */
export function propertyText(value: unknown): string | null | undefined {
  if (value === undefined) return undefined
  if (value === null) return null
  return typeof value === 'string' ? value : jsonbText(value, 0)
}

/** The property `key` as text; a missing key and JSON null are both null, as in PostgreSQL. */
export function textOf(properties: EventProperties, key: string): string | null {
  return propertyText(propertyOf(properties, key)) ?? null
}

/**
 * The number in a property text, only for `^-?\d+(\.\d+)?$`: `1e3`, `+2`, `.5` and ` 3` are not values
 * (docs/rules/aggregation.md#which-events-count). Neither are texts longer than 2000 characters.
 */
export function numericValue(text: string | null | undefined): Decimal | undefined {
  if (text === null || text === undefined || !NUMERIC_TEXT.test(text)) return undefined
  return Decimal.parse(text)
}

/** A JSON number in plain notation with its trailing zeros; undefined when PostgreSQL cannot hold it. */
export function plainNumber(source: string): string | undefined {
  const match = JSON_NUMBER.exec(source)
  if (!match) return undefined
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match
  const exponent = Number(exponentText)
  if (Math.abs(exponent) > WHOLE_DIGITS_MAX) return undefined
  const digits = `${'0'.repeat(Math.max(0, -exponent))}${whole}${fraction}${'0'.repeat(Math.max(0, exponent))}`
  const scale = Math.max(0, fraction.length - exponent)
  const point = Math.max(0, -exponent) + whole.length + exponent
  const integerPart = digits.slice(0, point).replace(/^0+(?=\d)/, '') || '0'
  const fractionPart = digits.slice(point, point + scale)
  if (integerPart.length > WHOLE_DIGITS_MAX || fractionPart.length > FRACTION_DIGITS_MAX) return undefined
  const plain = fractionPart === '' ? integerPart : `${integerPart}.${fractionPart}`
  return /[1-9]/.test(plain) ? `${sign}${plain}` : plain
}

/**
 * Whether PostgreSQL's jsonb can store the value: no NUL character, no lone surrogate, no number beyond the limits of
 * numeric, and no nesting beyond 200 levels.
 */
export function isStorable(value: unknown, depth = 0): boolean {
  if (depth > DEPTH_MAX) return false
  if (typeof value === 'string') return isStorableText(value)
  if (typeof value === 'number') return Number.isFinite(value)
  if (value instanceof ExactNumber) return plainNumber(value.toString()) !== undefined
  if (Array.isArray(value)) return value.every((each) => isStorable(each, depth + 1))
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).every(([key, each]) => isStorableText(key) && isStorable(each, depth + 1))
  }
  return true
}

/**
 * Whether a value is more than so many bytes as JSON text in UTF-8 without blanks. Escapes within texts count as what
 * they stand for. What is far larger costs no more than the bound, and a value may be nested as deep as a body.
 */
export function isLargerThan(value: unknown, bytesMax: number): boolean {
  return bytesLeft(value, bytesMax) < 0
}

function bytesLeft(value: unknown, bytes: number): number {
  if (typeof value === 'string') return bytesLeftOfText(value, bytes)
  if (value instanceof ExactNumber) return bytes - value.value.length
  if (typeof value !== 'object' || value === null) return bytes - String(value).length
  // Brackets, and a comma or a colon behind each part; an empty list has none.
  let left = bytes - 1
  if (Array.isArray(value)) {
    for (const each of value) {
      if (left < 0) return left
      left = bytesLeft(each, left) - 1
    }
    return value.length === 0 ? left - 1 : left
  }
  let isEmpty = true
  for (const key of Object.keys(value)) {
    if (left < 0) return left
    isEmpty = false
    left = bytesLeft((value as EventProperties)[key], bytesLeftOfText(key, left) - 1) - 1
  }
  return isEmpty ? left - 1 : left
}

function bytesLeftOfText(text: string, bytes: number): number {
  const left = bytes - text.length - 2
  return left < 0 ? left : left - (byteLength(text) - text.length)
}

export function isStorableText(text: string): boolean {
  return !text.includes('\u0000') && !HALF_PAIR.test(text)
}

function jsonbText(value: unknown, depth: number): string {
  if (value === null || value === undefined || depth > DEPTH_MAX) return 'null'
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number' || value instanceof ExactNumber) {
    const source = value.toString()
    return plainNumber(source) ?? source
  }
  if (Array.isArray(value)) return `[${value.map((each) => jsonbText(each, depth + 1)).join(', ')}]`
  if (typeof value !== 'object') return String(value)
  const entries = Object.entries(value).sort(([a], [b]) => compareKeys(a, b))
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}: ${jsonbText(each, depth + 1)}`).join(', ')}}`
}

/** jsonb sorts shorter keys first and equal lengths in byte order, which in UTF-8 is code point order. */
function compareKeys(a: string, b: string): number {
  const byLength = byteLength(a) - byteLength(b)
  if (byLength !== 0) return byLength
  const left = [...a]
  const right = [...b]
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const difference = (left[index]?.codePointAt(0) ?? 0) - (right[index]?.codePointAt(0) ?? 0)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}

/** In UTF-8; each half of a surrogate pair counts for two. */
function byteLength(text: string): number {
  let bytes = text.length
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    if (code < 0x80) continue
    bytes += code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 1 : 2
  }
  return bytes
}
