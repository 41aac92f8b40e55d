import { Temporal } from 'temporal-polyfill'
import { type CalendarDate, calendarDate, parseCalendarDate, startOfUtcDay } from './calendar-date.ts'
import { type Instant, instant } from './instant.ts'

const ISO =
  /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2})(?::(\d{2})(?:[.,](\d{1,9})\d*)?)?\s?([Zz]|UTC|[+-]\d{2}(?::?\d{2})?)?)?$/
/** The years 1 to 9999, which both four-digit ISO years and PostgreSQL's timestamptz can represent. */
export const INSTANT_MIN = instant(-62_135_596_800_000)
export const INSTANT_MAX = instant(253_402_300_799_999)

/** Leaves room to compute earlier and later periods without leaving four-digit years. */
const BILLING_MIN = startOfUtcDay(calendarDate('1900-01-01'))
const BILLING_END = startOfUtcDay(calendarDate('3000-01-01'))

/**
 * The instant of an ISO 8601 date or date-time, rounded down to the millisecond. Without an offset it is UTC; a date
 * means its first instant. Undefined for anything else, for a day or hour that does not exist, and outside the years
 * 1 to 9999.
 */
export function parseInstant(text: string): Instant | undefined {
  const match = ISO.exec(text.trim())
  if (!match) return undefined
  const [, date = '', time = '00:00', seconds = '00', fraction = '0', zone = 'Z'] = match
  const offset = zone === 'UTC' ? 'Z' : zone.toUpperCase()
  try {
    const at = Temporal.Instant.from(`${date}T${time}:${seconds}.${fraction}${offset}`).epochMilliseconds
    return at >= INSTANT_MIN && at <= INSTANT_MAX ? instant(at) : undefined
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** The day of an ISO 8601 date, or of a date-time in its own offset; undefined as for `parseInstant`. */
export function parseDay(text: string): CalendarDate | undefined {
  const tidy = text.trim()
  return parseInstant(tidy) === undefined ? undefined : parseCalendarDate(tidy.slice(0, 10))
}

/** Whether subscriptions and test clocks may use an instant: the years 1900 to 2999. */
export function isBillable(at: Instant): boolean {
  return at >= BILLING_MIN && at < BILLING_END
}
