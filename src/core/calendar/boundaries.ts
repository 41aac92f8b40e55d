import {
  addDays,
  addMonthsClamped,
  type CalendarDate,
  dateOf,
  daysBetween,
  isLastDayOfMonth,
  partsOf,
  weekday,
} from './calendar-date.ts'

/** How often a plan bills. */
export type BillingInterval = 'weekly' | 'monthly' | 'quarterly' | 'semiannual' | 'yearly'

/** Whether periods begin with the calendar (a Monday, the 1st) or on the anniversary of the subscription. */
export type BillingTime = 'calendar' | 'anniversary'

export const BILLING_INTERVALS: readonly BillingInterval[] = [
  'weekly',
  'monthly',
  'quarterly',
  'semiannual',
  'yearly',
]

export const BILLING_TIMES: readonly BillingTime[] = ['calendar', 'anniversary']

/** What determines a subscription's periods. The anchor is the local date of `subscription_at` and never moves. */
export type PeriodRule = {
  readonly interval: BillingInterval
  readonly billingTime: BillingTime
  readonly anchor: CalendarDate
}

/** A billing period in local dates, both inclusive. */
export type DatePeriod = { readonly start: CalendarDate; readonly end: CalendarDate }

type MonthlyInterval = Exclude<BillingInterval, 'weekly'>

const WEEK_DAYS = 7
const MONDAY = 1
const MONTHS: Readonly<Record<MonthlyInterval, number>> = {
  monthly: 1,
  quarterly: 3,
  semiannual: 6,
  yearly: 12,
}

/**
 * The period that contains a date (docs/rules/periods.md). The start is always computed from the anchor, so a short
 * month does not shift later periods.
 */
export function periodContaining(date: CalendarDate, rule: PeriodRule): DatePeriod {
  if (rule.interval === 'weekly') {
    const first = rule.billingTime === 'calendar' ? MONDAY : weekday(rule.anchor)
    const start = addDays(date, -((weekday(date) - first + WEEK_DAYS) % WEEK_DAYS))
    return { start, end: addDays(start, WEEK_DAYS - 1) }
  }
  const months = MONTHS[rule.interval]
  const from = rule.billingTime === 'calendar' ? { month: 1, day: 1 } : partsOf(rule.anchor)
  const { year, month } = partsOf(date)
  const monthsIn = (((month - from.month) % months) + months) % months
  const sameMonth = addMonthsClamped(dateOf(year, month, 1), -monthsIn, from.day)
  const start = sameMonth <= date ? sameMonth : addMonthsClamped(sameMonth, -months, from.day)
  return { start, end: addDays(addMonthsClamped(start, months, from.day), -1) }
}

/** The period before the one that contains a date. */
export function previousPeriod(date: CalendarDate, rule: PeriodRule): DatePeriod {
  return periodContaining(addDays(periodContaining(date, rule).start, -1), rule)
}

/** The period after the one that contains a date. */
export function nextPeriod(date: CalendarDate, rule: PeriodRule): DatePeriod {
  return periodContaining(addDays(periodContaining(date, rule).end, 1), rule)
}

/**
 * A date one interval earlier (docs/rules/periods.md#windows): clamped to the length of the month, and restored to
 * the anchor's day when the date itself is a clamped anniversary. From the first day of a period it leads into the
 * previous period.
 */
export function shiftBack(date: CalendarDate, rule: PeriodRule): CalendarDate {
  if (rule.interval === 'weekly') return addDays(date, -WEEK_DAYS)
  const months = MONTHS[rule.interval]
  const anchorDay = partsOf(rule.anchor).day
  const isClamped =
    rule.billingTime === 'anniversary' && isLastDayOfMonth(date) && partsOf(date).day < anchorDay
  return addMonthsClamped(date, -months, isClamped ? anchorDay : undefined)
}

/** Days in a period, both ends included. */
export function periodDays(period: DatePeriod): number {
  return daysBetween(period.start, period.end) + 1
}

/** True when a period starts on this date. */
export function isPeriodStart(date: CalendarDate, rule: PeriodRule): boolean {
  return periodContaining(date, rule).start === date
}

/**
 * True in the first month of a semiannual or yearly period, for plans that bill some fees monthly
 * (docs/rules/periods.md#monthly-charges). With calendar billing this is the month of the date; with anniversary
 * billing, the month in which the date's own monthly period starts.
 */
export function isFirstMonth(date: CalendarDate, rule: PeriodRule): boolean {
  if (rule.interval === 'weekly') return true
  const months = MONTHS[rule.interval]
  if (rule.billingTime === 'calendar') return (partsOf(date).month - 1) % months === 0
  const monthStart = periodContaining(date, { ...rule, interval: 'monthly' }).start
  return (partsOf(monthStart).month - partsOf(rule.anchor).month) % months === 0
}
