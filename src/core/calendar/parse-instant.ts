import { Temporal } from 'temporal-polyfill'
import { type Instant, instant } from './instant.ts'

const ISO =
  /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s?([Zz]|[+-]\d{2}(?::?\d{2})?)?)?$/
/** Years that a calendar can count on and back from without leaving the four digits of a date. */
const YEAR_MIN = 1900
const YEAR_MAX = 2999

/**
 * The instant of an ISO 8601 date or date-time, to the millisecond below; a text without an offset is UTC
 * (subscriptions-and-invoicing §2.1). Undefined for anything else, also for a day or an hour that there is
 * not, and for a year that no subscription lives in.
 */
export function parseInstant(text: string): Instant | undefined {
  const match = ISO.exec(text.trim())
  if (!match) return undefined
  const [, date = '', time = '00:00', seconds = '00', fraction = '0', offset = 'Z'] = match
  const year = Number(date.slice(0, 4))
  if (year < YEAR_MIN || year > YEAR_MAX) return undefined
  try {
    const read = Temporal.Instant.from(`${date}T${time}:${seconds}.${fraction}${offset.toUpperCase()}`)
    return instant(read.epochMilliseconds)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}
