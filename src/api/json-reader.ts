import { isUtf8 } from 'node:buffer'
import { Decimal } from '../core/amounts/decimal.ts'
import { ExactNumber } from '../core/input/exact-number.ts'
import { Refusal } from '../core/refusal.ts'
import { keyText } from './json-keys.ts'

/** Levels of nesting. No request of the API needs more than eight. */
export const DEPTH_MAX = 64
/** The maximum length of a number, the same as for exact arithmetic. */
const NUMBER_LENGTH_MAX = 2000
/** The maximum length of a string in bytes; the longest that any field accepts is a logo. */
const TEXT_BYTES_MAX = 2 * 1024 * 1024
/** Enough for 10,000 events with 50 values each; small values take far more memory than their bytes suggest. */
const VALUES_MAX = 500_000
/** Decimals with up to this many digits survive the conversion to a double and back. */
const DOUBLE_DIGITS = 15
const DOUBLE_EXPONENT_MAX = 200

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const MINUS = 0x2d
const PLUS = 0x2b
const POINT = 0x2e
const ZERO = 0x30
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** What the parser expects next. */
const VALUE = 0
const VALUE_OR_END = 1
const KEY = 2
const KEY_OR_END = 3
const COMMA_OR_END = 4
const NOTHING = 5

type JsonObject = { [key: string]: unknown }

/**
 * Reads JSON from bytes, a slice at a time, in time and memory linear in the bytes. Refuses with 400, each by one rule
 * whatever else the body holds: what is not JSON, bytes that are not UTF-8, more than 64 levels, a key twice in one
 * object, a number of more than 2000 characters, a text of more than 2 MB, more than 500,000 values, a NUL
 * character, and half of a surrogate pair. The key `__proto__` is
 * dropped: no key of the API has that name, and code that copies objects would make a prototype of it.
 */
export class JsonReader {
  private readonly bytes: Buffer
  private readonly keepsDigits: boolean
  private readonly open: (JsonObject | unknown[])[] = []
  private inside: JsonObject | unknown[] | null = null
  private key = ''
  private at = 0
  private values = 0
  private awaits = VALUE
  private read: unknown

  /** @param keepsDigits whether a number that a double would write otherwise (`1.0`) keeps its digits */
  constructor(bytes: Buffer, keepsDigits: boolean) {
    if (!isUtf8(bytes)) throw badJson('the body is not UTF-8')
    this.bytes = bytes
    this.keepsDigits = keepsDigits
  }

  /** What was read, once `step` has said that it is all; undefined when there was nothing but white space. */
  get value(): unknown {
    return this.read
  }

  /** Reads about as many bytes; true when the whole body is read. */
  step(bytesMax: number): boolean {
    const end = Math.min(this.bytes.length, this.at + bytesMax)
    while (this.at < end) {
      const byte = this.bytes[this.at] as number
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) this.at += 1
      else this.take(byte)
    }
    if (this.at < this.bytes.length) return false
    if (this.awaits === NOTHING || this.isBlank) return true
    throw badJson('the body ends too early')
  }

  private get isBlank(): boolean {
    return this.awaits === VALUE && this.inside === null
  }

  private take(byte: number): void {
    const { awaits } = this
    if (awaits === COMMA_OR_END) this.takeSeparator(byte)
    else if (awaits === NOTHING) throw this.unexpected()
    else if (awaits === KEY || awaits === KEY_OR_END) {
      if (byte === CLOSE_OBJECT && awaits === KEY_OR_END) this.close()
      else this.takeKey(byte)
    } else if (byte === CLOSE_LIST && awaits === VALUE_OR_END) this.close()
    else this.takeValue(byte)
  }

  private takeSeparator(byte: number): void {
    const isList = Array.isArray(this.inside)
    if (byte === COMMA) {
      this.at += 1
      this.awaits = isList ? VALUE : KEY
    } else if (byte === (isList ? CLOSE_LIST : CLOSE_OBJECT)) this.close()
    else throw this.unexpected()
  }

  private takeKey(byte: number): void {
    if (byte !== QUOTE) throw this.unexpected()
    const key = this.readText(true)
    const object = this.inside as JsonObject
    // No value is undefined, and inherited names are no keys: the first question answers for nearly every key.
    if (object[key] !== undefined && Object.hasOwn(object, key)) {
      throw badJson(`an object contains the key ${JSON.stringify(key.slice(0, 100))} twice`)
    }
    this.key = key
    let next = this.bytes[this.at]
    while (next === 0x20 || next === 0x0a || next === 0x0d || next === 0x09) {
      this.at += 1
      next = this.bytes[this.at]
    }
    if (next !== COLON) throw this.unexpected()
    this.at += 1
    this.awaits = VALUE
  }

  private takeValue(byte: number): void {
    if (byte === QUOTE) this.put(this.readText(false))
    else if (byte === OPEN_OBJECT) this.enter({}, KEY_OR_END)
    else if (byte === OPEN_LIST) this.enter([], VALUE_OR_END)
    else if (byte === MINUS || isDigit(byte)) this.put(this.readNumber())
    else if (byte === 0x74) this.takeWord('true', true)
    else if (byte === 0x66) this.takeWord('false', false)
    else if (byte === 0x6e) this.takeWord('null', null)
    else throw this.unexpected()
  }

  private put(value: unknown): void {
    const { inside } = this
    this.values += 1
    if (this.values > VALUES_MAX) throw badJson(`the body contains more than ${VALUES_MAX} values`)
    if (inside === null) this.read = value
    else if (Array.isArray(inside)) inside.push(value)
    else if (this.key !== '__proto__') inside[this.key] = value
    this.awaits = inside === null ? NOTHING : COMMA_OR_END
  }

  private enter(container: JsonObject | unknown[], awaits: number): void {
    if (this.open.length >= DEPTH_MAX) throw badJson(`the body is nested more than ${DEPTH_MAX} levels deep`)
    this.put(container)
    this.open.push(container)
    this.inside = container
    this.at += 1
    this.awaits = awaits
  }

  private close(): void {
    this.open.pop()
    this.inside = this.open.at(-1) ?? null
    this.at += 1
    this.awaits = this.inside === null ? NOTHING : COMMA_OR_END
  }

  private takeWord(word: string, value: unknown): void {
    const end = this.at + word.length
    if (this.bytes.toString('latin1', this.at, end) !== word) throw this.unexpected()
    this.at = end
    this.put(value)
  }

  /** The text whose opening quote is next. */
  private readText(isKey: boolean): string {
    const { bytes } = this
    const begin = this.at + 1
    let end = begin
    let hasEscapes = false
    let isPlain = true
    const last = begin + TEXT_BYTES_MAX
    for (let byte = bytes[end]; byte !== QUOTE; byte = bytes[end]) {
      if (end > last) throw badJson(`a text has more than ${TEXT_BYTES_MAX} bytes`)
      if (byte === undefined) throw badJson('the body ends within a text')
      if (byte === BACKSLASH) {
        hasEscapes = true
        end += 1
      } else if (byte < 0x20) throw this.unexpected(end)
      else if (byte > 0x7f) isPlain = false
      end += 1
    }
    this.at = end + 1
    if (hasEscapes) return this.withoutEscapes(begin, end)
    if (!isPlain) return bytes.toString('utf8', begin, end)
    return isKey ? keyText(bytes, begin, end) : bytes.toString('latin1', begin, end)
  }

  private withoutEscapes(begin: number, end: number): string {
    let text: string
    try {
      text = JSON.parse(this.bytes.toString('utf8', begin - 1, end + 1))
    } catch {
      throw badJson('a text contains an unknown escape')
    }
    // PostgreSQL stores neither.
    if (!isWellFormed(text) || text.includes('\u0000')) {
      throw badJson('a text contains a NUL character or half of a surrogate pair')
    }
    return text
  }

  private readNumber(): unknown {
    const { bytes } = this
    const begin = this.at
    let end = bytes[begin] === MINUS ? begin + 1 : begin
    const whole = end
    end = this.digits(end)
    if (bytes[whole] === ZERO && end > whole + 1) throw this.unexpected(whole + 1)
    let digits = end - whole
    const isWhole = bytes[end] !== POINT
    if (!isWhole) {
      const fraction = end + 1
      end = this.digits(fraction)
      digits += end - fraction
    }
    const exponentAt = bytes[end] === 0x65 || bytes[end] === 0x45 ? end : -1
    if (exponentAt >= 0) {
      const sign = bytes[end + 1]
      end = this.digits(sign === MINUS || sign === PLUS ? end + 2 : end + 1)
    }
    if (end - begin > NUMBER_LENGTH_MAX) {
      throw badJson(`a number has more than ${NUMBER_LENGTH_MAX} characters`)
    }
    this.at = end
    const text = bytes.toString('latin1', begin, end)
    const value = Number(text)
    if (isWhole && exponentAt < 0 && digits <= DOUBLE_DIGITS) return value === 0 ? 0 : value
    if (this.keepsDigits) return withDigits(text, value)
    const exponent = exponentAt < 0 ? 0 : Number(text.slice(exponentAt - begin + 1))
    const isSure = digits <= DOUBLE_DIGITS && Math.abs(exponent) <= DOUBLE_EXPONENT_MAX
    return isSure || isSame(text, value) ? value : new ExactNumber(text)
  }

  /** The end of the digits at a place, of which there must be some. */
  private digits(from: number): number {
    let end = from
    while (isDigit(this.bytes[end])) end += 1
    if (end === from) throw this.unexpected(end)
    return end
  }

  private unexpected(at = this.at): Refusal {
    return badJson(`the body is not JSON at byte ${at + 1}`)
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= ZERO + 9
}

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text)
}

/** A double where it is written the same, the digits as they came otherwise. A negative zero is none anywhere. */
function withDigits(text: string, value: number): unknown {
  const digits = value === 0 && text.startsWith('-') ? text.slice(1) : text
  return String(value) === digits ? value : new ExactNumber(digits)
}

/** Whether a double is the very number that a text denotes (`1e3`, `2.50`). */
function isSame(text: string, value: number): boolean {
  return Number.isFinite(value) && Decimal.parse(text)?.equals(Decimal.of(String(value))) === true
}

function badJson(message: string): Refusal {
  return new Refusal({ kind: 'bad_request', message })
}
