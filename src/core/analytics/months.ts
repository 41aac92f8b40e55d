import { addMonthsClamped, type CalendarDate, dateOf, partsOf, utcDate } from '../calendar/calendar-date.ts'
import type { Instant } from '../calendar/instant.ts'

/** The first day of a date's month. */
export function monthOf(date: CalendarDate): CalendarDate {
  const { year, month } = partsOf(date)
  return dateOf(year, month, 1)
}

/** The first day of the earliest of the last `count` months, the running one (in UTC) included. */
export function firstMonth(now: Instant, count: number): CalendarDate {
  return addMonthsClamped(monthOf(utcDate(now)), 1 - count)
}

/** The first days of all months from one month to another, both included. */
export function monthsBetween(from: CalendarDate, to: CalendarDate): CalendarDate[] {
  const months: CalendarDate[] = []
  for (let month = monthOf(from); month <= to; month = addMonthsClamped(month, 1)) months.push(month)
  return months
}
