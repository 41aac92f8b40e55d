import { DEPTH_MAX } from './json-reader.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const LOWER_U = 0x75
/** A double keeps this many digits, and prints a number below 1 without an exponent up to this many decimals. */
const DIGITS_MAX = 15
const SMALL_FRACTION_MAX = 6

/**
 * The value of a body that is plain: JSON.parse reads it exactly as `JsonReader` would, several times as fast. Nearly
 * every body is. Undefined for all others, the wrong ones among them: `JsonReader` reads or refuses those, so that every
 * rule is in one place. Only for bodies small enough to be read in one turn of the event loop.
 */
export function readPlainJson(text: string): { readonly value: unknown } | undefined {
  const keys = countPlainKeys(text)
  if (keys === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    // A key that came twice is one key of the value.
    return countKeys(value) === keys ? { value } : undefined
  } catch {
    return undefined
  }
}

/** How many keys the objects of a body have as they are written; undefined for a body that is not plain. */
function countPlainKeys(text: string): number | undefined {
  let depth = 0
  let keys = 0
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = endOfText(text, at + 1)
      if (at < 0) return undefined
    } else if (code === MINUS || (code >= ZERO && code <= NINE)) {
      at = endOfNumber(text, at)
      if (at < 0) return undefined
    } else {
      if (code === COLON) keys += 1
      // Brackets and braces of either kind differ by their lowest bits alone.
      else if ((code | 0x20) === 0x7b) depth += 1
      else if ((code | 0x20) === 0x7d) depth -= 1
      if (depth > DEPTH_MAX) return undefined
      at += 1
    }
  }
  return text.includes('"__proto__"') ? undefined : keys
}

/** The place behind a text, or -1 when it holds an escape by number or does not end. */
function endOfText(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at + 1
    if (code === BACKSLASH) {
      at += 1
      if (text.charCodeAt(at) === LOWER_U) return -1
    }
  }
  return -1
}

/** The place behind a number, or -1 when a double would not keep it as it is written. */
function endOfNumber(text: string, from: number): number {
  let at = text.charCodeAt(from) === MINUS ? from + 1 : from
  const whole = at
  let code = text.charCodeAt(at)
  while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at)
  let digits = at - whole
  const isZero = text.charCodeAt(whole) === ZERO
  if (code === POINT) {
    const fraction = at + 1
    code = text.charCodeAt(++at)
    while (code >= ZERO && code <= NINE) code = text.charCodeAt(++at)
    const length = at - fraction
    if (text.charCodeAt(at - 1) === ZERO || (isZero && length > SMALL_FRACTION_MAX)) return -1
    digits += length
  } else if (isZero && whole > from) return -1
  const isExponent = (code | 0x20) === 0x65
  return digits > DIGITS_MAX || isExponent ? -1 : at
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let keys = 0
  if (Array.isArray(value)) {
    for (const each of value) if (typeof each === 'object') keys += countKeys(each)
    return keys
  }
  for (const each of Object.values(value)) keys += typeof each === 'object' ? 1 + countKeys(each) : 1
  return keys
}
