import { Decimal } from '../amounts/decimal.ts'
import type { Instant } from '../calendar/instant.ts'
import { isBillable, parseInstant } from '../calendar/parse-instant.ts'
import type { FieldCode } from '../codes.ts'
import type { Problems } from '../problems.ts'
import { ExactNumber } from './exact-number.ts'
import { tidyId } from './ids.ts'

/** An object of a request body, under its root key. */
export type Input = { readonly [key: string]: unknown }

/** Longer strings are rejected everywhere: no name, address or code needs more. */
const TEXT_LENGTH_MAX = 10_000
/** Longer lists are rejected everywhere: a PostgreSQL statement takes at most 65,535 parameters. */
const TEXTS_MAX = 10_000
const INTEGER_MAX = 2_147_483_647

/** True for a JSON object; false for arrays, null and lossless numbers. */
export function isInput(value: unknown): value is Input {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactNumber)
  )
}

/** The digits of a JSON number, parsed as a double or losslessly; undefined for anything else. */
export function digitsOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined
  return value instanceof ExactNumber ? value.value : undefined
}

/**
 * Reads the fields of a request and collects every error, so that one response reports all of them. Each reader
 * returns `undefined` for an absent or invalid key and null for null, and never throws, whatever the JSON value.
 */
export class Fields {
  private readonly input: Input
  private readonly problems: Problems
  private readonly prefix: string

  constructor(input: Input, problems: Problems, prefix = '') {
    this.input = input
    this.problems = problems
    this.prefix = prefix
  }

  has(key: string): boolean {
    return Object.hasOwn(this.input, key)
  }

  isNull(key: string): boolean {
    return this.input[key] === null
  }

  /** Absent, null, or a blank string. */
  isBlank(key: string): boolean {
    const value = this.input[key]
    return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
  }

  refuse(key: string, code: FieldCode): undefined {
    this.problems.add(`${this.prefix}${key}`, code)
    return undefined
  }

  /** A string. Numbers are accepted by their digits, since loosely typed clients send them. */
  text(key: string, lengthMax = TEXT_LENGTH_MAX): string | null | undefined {
    const value = this.input[key]
    if (value === undefined || value === null) return value
    const text = typeof value === 'string' ? value : digitsOf(value)
    if (text === undefined) return this.refuse(key, 'value_is_invalid')
    return text.length > lengthMax ? this.refuse(key, 'value_is_too_long') : text
  }

  /** A string that must be present and not blank: `value_is_mandatory` otherwise. */
  mandatoryText(key: string, lengthMax = TEXT_LENGTH_MAX): string | undefined {
    const text = this.text(key, lengthMax)
    if (typeof text === 'string' && text.trim() !== '') return text
    const isAbsent = text === null || text === '' || !this.has(key) || typeof text === 'string'
    return isAbsent ? this.refuse(key, 'value_is_mandatory') : undefined
  }

  /** Like `mandatoryText`, but only if the key is present: for updates, which leave absent keys alone. */
  presentText(key: string, lengthMax = TEXT_LENGTH_MAX): string | undefined {
    return this.has(key) ? this.mandatoryText(key, lengthMax) : undefined
  }

  /** An external id or a code, trimmed. */
  id(key: string, lengthMax = TEXT_LENGTH_MAX): string | null | undefined {
    const text = this.text(key)
    if (typeof text !== 'string') return text
    const id = tidyId(text)
    return id.length > lengthMax ? this.refuse(key, 'value_is_too_long') : id
  }

  /** An external id or a code that must be present: `value_is_mandatory` otherwise. */
  mandatoryId(key: string, lengthMax = TEXT_LENGTH_MAX): string | undefined {
    const text = this.mandatoryText(key)
    return text === undefined ? undefined : (this.id(key, lengthMax) ?? undefined)
  }

  /** Like `mandatoryId`, but only if the key is present: for updates, which leave absent keys alone. */
  presentId(key: string, lengthMax = TEXT_LENGTH_MAX): string | undefined {
    return this.has(key) ? this.mandatoryId(key, lengthMax) : undefined
  }

  /** A list of ids or codes, deduplicated; null counts as empty. */
  ids(key: string): string[] | undefined {
    const texts = this.texts(key)
    return texts && [...new Set(texts.map(tidyId))]
  }

  /**
   * An ISO 8601 date or date-time within the billable years: `invalid_date` otherwise. An empty string counts as
   * null.
   */
  instant(key: string): Instant | null | undefined {
    const value = this.input[key]
    if (value === undefined) return undefined
    if (value === null || value === '') return null
    const at = typeof value === 'string' ? parseInstant(value) : undefined
    return at !== undefined && isBillable(at) ? at : this.refuse(key, 'invalid_date')
  }

  /** One of the given words; `code` is the error otherwise. */
  word<T extends string>(
    key: string,
    words: readonly T[],
    code: FieldCode = 'value_is_invalid',
  ): T | null | undefined {
    const value = this.input[key]
    if (value === undefined || value === null) return value
    return words.find((word) => word === value) ?? this.refuse(key, code)
  }

  boolean(key: string): boolean | null | undefined {
    const value = this.input[key]
    if (value === undefined || value === null || typeof value === 'boolean') return value
    if (value === 'true' || value === 'false') return value === 'true'
    return this.refuse(key, 'value_is_invalid')
  }

  /** A whole number of at least `min`, as a number or a digit string. */
  integer(key: string, min = 0): number | null | undefined {
    const value = this.input[key]
    if (value === undefined || value === null) return value
    const text = typeof value === 'string' ? value : digitsOf(value)
    const number = text === undefined ? undefined : Decimal.parse(text)
    if (!number?.isInteger()) return this.refuse(key, 'value_is_invalid')
    const isInRange = number.compare(Decimal.of(min)) >= 0 && number.compare(Decimal.of(INTEGER_MAX)) <= 0
    return isInRange ? number.toNumber() : this.refuse(key, 'value_is_out_of_range')
  }

  /** An exact number, as a JSON number or a string. */
  decimal(key: string, code: FieldCode = 'value_is_invalid'): Decimal | null | undefined {
    const value = this.input[key]
    if (value === undefined || value === null) return value
    const text = typeof value === 'string' ? value.trim() : digitsOf(value)
    return (text === undefined ? undefined : Decimal.parse(text)) ?? this.refuse(key, code)
  }

  /** A list of strings, deduplicated; null counts as empty. `value_is_too_long` beyond the limit. */
  texts(key: string, code: FieldCode = 'value_is_invalid'): string[] | undefined {
    const value = this.input[key]
    if (value === undefined) return undefined
    if (value === null) return []
    if (!Array.isArray(value)) return this.refuse(key, code)
    if (value.length > TEXTS_MAX) return this.refuse(key, 'value_is_too_long')
    const texts = value.map((item: unknown) => (typeof item === 'string' ? item : digitsOf(item)))
    if (texts.some((text) => text === undefined)) return this.refuse(key, code)
    if (texts.some((text) => text !== undefined && text.length > TEXT_LENGTH_MAX))
      return this.refuse(key, 'value_is_too_long')
    return [...new Set(texts.filter((text) => text !== undefined))]
  }

  /** A nested object, read with the same rules; its errors are reported under its own keys. */
  object(key: string): Fields | undefined {
    const value = this.input[key]
    if (value === undefined || value === null) return undefined
    return isInput(value) ? new Fields(value, this.problems) : this.refuse(key, 'value_is_invalid')
  }
}

/** The entries of an object that are not undefined: what an update writes. */
export function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [K in keyof T]?: Exclude<T[K], undefined> }
}
