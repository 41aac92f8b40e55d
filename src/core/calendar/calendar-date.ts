import { DAY_MS, type Instant, instant } from './instant.ts'

/** A calendar day as `YYYY-MM-DD`, without a zone. Comparing the strings compares the days. */
export type CalendarDate = string & { readonly __calendarDate: unique symbol }

/** Year, month 1 to 12, day 1 to 31. */
export type DateParts = { readonly year: number; readonly month: number; readonly day: number }

const DATE_TEXT = /^(\d{4})-(\d{2})-(\d{2})$/
const EPOCH_WEEKDAY = 4
const ERA_DAYS = 146_097
const EPOCH_FROM_ERA_DAYS = 719_468

/** The date in a text `YYYY-MM-DD`, or undefined when there is no such day. */
export function parseCalendarDate(text: string): CalendarDate | undefined {
  const match = DATE_TEXT.exec(text)
  if (!match) return undefined
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number]
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined
  return text as CalendarDate
}

/** The date in a text `YYYY-MM-DD`; throws when there is no such day. */
export function calendarDate(text: string): CalendarDate {
  const date = parseCalendarDate(text)
  if (date === undefined) throw new Error(`not a date: ${text.slice(0, 30)}`)
  return date
}

/** The date with these parts; the day is clamped to the length of the month, the month is not. */
export function dateOf(year: number, month: number, day: number): CalendarDate {
  if (year < 0 || year > 9999) throw new Error(`year out of range: ${year}`)
  const clamped = Math.min(day, daysInMonth(year, month))
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(clamped, 2)}` as CalendarDate
}

/** Year, month and day of a date. */
export function partsOf(date: CalendarDate): DateParts {
  return { year: Number(date.slice(0, 4)), month: Number(date.slice(5, 7)), day: Number(date.slice(8, 10)) }
}

/** Days in a month (1 to 12) of the Gregorian calendar. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Day of the week, 1 for Monday to 7 for Sunday. */
export function weekday(date: CalendarDate): number {
  const fromSunday = floorModulo(epochDay(date) + EPOCH_WEEKDAY, 7)
  return fromSunday === 0 ? 7 : fromSunday
}

/** The date a number of days later, or earlier when negative. */
export function addDays(date: CalendarDate, days: number): CalendarDate {
  return dateOfEpochDay(epochDay(date) + days)
}

/**
 * The same day a number of months later (earlier when negative), or the last day of that month when it is shorter.
 * `day` replaces the day of the date, so that a clamped date can return to its anchor's day.
 */
export function addMonthsClamped(date: CalendarDate, months: number, day?: number): CalendarDate {
  const parts = partsOf(date)
  const index = parts.year * 12 + (parts.month - 1) + months
  return dateOf(Math.floor(index / 12), floorModulo(index, 12) + 1, day ?? parts.day)
}

/** Days from one date to another: 1 from a day to the next, negative when `to` is earlier. */
export function daysBetween(from: CalendarDate, to: CalendarDate): number {
  return epochDay(to) - epochDay(from)
}

/** -1, 0 or 1 when the first date is before, equal to or after the second. */
export function compareDates(a: CalendarDate, b: CalendarDate): -1 | 0 | 1 {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** True when the date is the last day of its month. */
export function isLastDayOfMonth(date: CalendarDate): boolean {
  const { year, month, day } = partsOf(date)
  return day === daysInMonth(year, month)
}

/** The date of an instant in UTC. */
export function utcDate(at: Instant): CalendarDate {
  return dateOfEpochDay(Math.floor(at / DAY_MS))
}

/** The instant at which a date begins in UTC. */
export function startOfUtcDay(date: CalendarDate): Instant {
  return instant(epochDay(date) * DAY_MS)
}

/** Days since 1970-01-01, counted in 400-year eras whose years begin in March, so that 29 February comes last. */
function epochDay(date: CalendarDate): number {
  const { year, month, day } = partsOf(date)
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * ERA_DAYS + dayOfEra - EPOCH_FROM_ERA_DAYS
}

/** The inverse of `epochDay`. */
function dateOfEpochDay(days: number): CalendarDate {
  const shifted = days + EPOCH_FROM_ERA_DAYS
  const era = Math.floor(shifted / ERA_DAYS)
  const dayOfEra = shifted - era * ERA_DAYS
  const leaps = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096)
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365)
  const before = 365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100)
  const dayOfYear = dayOfEra - before
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  return dateOf(yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

function floorModulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0')
}
