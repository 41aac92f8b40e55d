import {
  addDays,
  type CalendarDate,
  compareDates,
  daysInMonth,
  isLastDayOfMonth,
  partsOf,
  weekday,
} from '../calendar/calendar-date.ts'
import { type Instant, instant } from '../calendar/instant.ts'
import { localDate, startOfDay, type TimeZone } from '../calendar/zone.ts'
import type { RULE_INTERVALS } from './recurring-rule.ts'

type TopUpInterval = (typeof RULE_INTERVALS)[number]

/** When a rule with an interval fires. */
export type TopUpSchedule = {
  readonly interval: TopUpInterval
  /** The instant whose local day repeats; nothing fires before it. */
  readonly startedAt: Instant
  /** When the wallet was made: it gets no automatic top-up on that day. */
  readonly walletCreatedAt: Instant
  /** The zone of the customer. */
  readonly zone: TimeZone
}

/** No interval is longer, counted in days. */
const DAYS_MAX = 366

/**
 * The first instant on a local date or later at which a rule fires: the start of the day, but never before the rule
 * itself starts (docs/rules/recurring-top-ups.md#intervals).
 */
export function nextTopUpAt(schedule: TopUpSchedule, from: CalendarDate): Instant {
  const { interval, startedAt, walletCreatedAt, zone } = schedule
  const anchor = localDate(startedAt, zone)
  const created = localDate(walletCreatedAt, zone)
  let date = compareDates(from, anchor) < 0 ? anchor : from
  // The day on which the wallet was made may be one of the days that are looked at.
  for (let days = 0; days <= 2 * DAYS_MAX; days += 1) {
    if (date !== created && isAnniversary(interval, anchor, date)) {
      return instant(Math.max(startOfDay(date, zone), startedAt))
    }
    date = addDays(date, 1)
  }
  throw new Error(`no anniversary of ${anchor} within a year of ${from}`)
}

/** Whether a date repeats the anchor's; the last day of a short month stands for all days that it lacks. */
export function isAnniversary(interval: TopUpInterval, anchor: CalendarDate, date: CalendarDate): boolean {
  if (interval === 'weekly') return weekday(date) === weekday(anchor)
  const start = partsOf(anchor)
  const { month, day } = partsOf(date)
  if (interval === 'yearly') {
    return month === start.month && (day === start.day || isShortened(date, start.day))
  }
  const isDay = day === start.day || isShortened(date, start.day)
  return isDay && (month - start.month) % MONTHS[interval] === 0
}

const MONTHS = { monthly: 1, quarterly: 3, semiannual: 6 } as const

function isShortened(date: CalendarDate, day: number): boolean {
  const { year, month } = partsOf(date)
  return isLastDayOfMonth(date) && day > daysInMonth(year, month)
}
