import { isCurrency } from '../core/amounts/currency.ts'
import type { CalendarDate } from '../core/calendar/calendar-date.ts'
import type { Instant } from '../core/calendar/instant.ts'
import { parseDay, parseInstant } from '../core/calendar/parse-instant.ts'
import type { FieldCode } from '../core/codes.ts'
import { tidyId } from '../core/input/ids.ts'
import { Problems } from '../core/problems.ts'
import { refuseIfAny } from '../core/refusal.ts'
import { isId } from '../store/ids.ts'
import { isObject } from './params.ts'

/** Within PostgreSQL's bigint. */
const WHOLE_NUMBER = /^-?\d{1,18}$/

/**
 * Reads query parameters and reports all errors in one 422: an unknown word or boolean (`value_is_invalid`), a date
 * or time that does not exist (`invalid_date`).
 */
export function readQuery<T>(query: unknown, read: (query: Query) => T): T {
  const problems = new Problems()
  const result = read(new Query(query, problems))
  refuseIfAny(problems)
  return result
}

/**
 * The parameters within `readQuery`. Every reader returns `undefined` for a parameter that is absent, empty or
 * invalid; when repeated, the last one counts.
 */
export class Query {
  private readonly query: unknown
  private readonly problems: Problems

  constructor(query: unknown, problems: Problems) {
    this.query = query
    this.problems = problems
  }

  text(name: string): string | undefined {
    return queryText(this.query, name)
  }

  /** An external id or a code, trimmed. */
  id(name: string): string | undefined {
    const text = this.text(name)
    return text === undefined ? undefined : tidyId(text) || undefined
  }

  /** The `lago_id` of something. */
  uuid(name: string): string | undefined {
    const text = this.text(name)
    return text === undefined || isId(text) ? text : this.refuse(name, 'value_is_invalid')
  }

  /** All values of `name[]=` or `name=`. */
  texts(name: string): string[] | undefined {
    const value = isObject(this.query) ? (this.query[`${name}[]`] ?? this.query[name]) : undefined
    const texts = [value].flat().filter((each): each is string => typeof each === 'string' && each !== '')
    return texts.length > 0 ? texts : undefined
  }

  /** Ids or codes of a repeated parameter. */
  ids(name: string): string[] | undefined {
    return this.texts(name)?.map(tidyId)
  }

  /** `true` or `false`, in any letter case, as several languages print booleans. */
  boolean(name: string): boolean | undefined {
    const word = this.text(name)?.toLowerCase()
    if (word === undefined || word === 'true' || word === 'false') return word && word === 'true'
    return this.refuse(name, 'value_is_invalid')
  }

  /** One of the given words. */
  word<T extends string>(name: string, words: readonly T[]): T | undefined {
    const text = this.text(name)
    return text === undefined
      ? undefined
      : (words.find((each) => each === text) ?? this.refuse(name, 'value_is_invalid'))
  }

  /** Some of the given words, read from `plural` if the list has its own name; errors are reported under `name`. */
  words<T extends string>(name: string, words: readonly T[], plural = name): T[] | undefined {
    const texts = this.texts(plural) ?? this.texts(name)
    const known = texts?.flatMap((text) => words.find((each) => each === text) ?? [])
    return known?.length === texts?.length ? known : this.refuse(name, 'value_is_invalid')
  }

  /** A supported currency, in any letter case. */
  currency(name: string): string | undefined {
    const code = this.text(name)?.toUpperCase()
    return code === undefined || isCurrency(code) ? code : this.refuse(name, 'value_is_invalid')
  }

  /** An amount in minor units, which may be negative. */
  cents(name: string): bigint | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    return WHOLE_NUMBER.test(text) ? BigInt(text) : this.refuse(name, 'value_is_invalid')
  }

  /** An ISO 8601 date or date-time, in UTC unless it has an offset. */
  instant(name: string): Instant | undefined {
    const text = this.time(name)
    return text === undefined ? undefined : (parseInstant(text) ?? this.refuse(name, 'invalid_date'))
  }

  /** The day of an ISO 8601 date or date-time. */
  day(name: string): CalendarDate | undefined {
    const text = this.time(name)
    return text === undefined ? undefined : (parseDay(text) ?? this.refuse(name, 'invalid_date'))
  }

  /** The pairs of `name[key]=value`. */
  pairs(name: string): [string, string][] {
    return Object.keys(isObject(this.query) ? this.query : {}).flatMap((each) => {
      const key = each.startsWith(`${name}[`) && each.endsWith(']') ? each.slice(name.length + 1, -1) : ''
      const last = key === '' ? undefined : lastText(this.query, each)
      return last === undefined ? [] : [[key, last] as [string, string]]
    })
  }

  private refuse(name: string, code: FieldCode): undefined {
    this.problems.add(name, code)
    return undefined
  }

  /** A plus sign in a query string is decoded as a space. */
  private time(name: string): string | undefined {
    return this.text(name)?.replace(/ (\d\d(?::?\d\d)?)$/, '+$1')
  }
}

/** A query parameter, the last one if repeated; undefined when absent or empty. */
export function queryText(query: unknown, name: string): string | undefined {
  return lastText(query, name) || undefined
}

function lastText(query: unknown, name: string): string | undefined {
  const value = isObject(query) ? query[name] : undefined
  const last: unknown = Array.isArray(value) ? value.at(-1) : value
  return typeof last === 'string' ? last : undefined
}
