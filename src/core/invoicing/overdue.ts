import { addDays, parseCalendarDate } from '../calendar/calendar-date.ts'
import type { Instant } from '../calendar/instant.ts'
import { startOfDay, type TimeZone } from '../calendar/zone.ts'

/**
 * When an unpaid invoice becomes overdue: the start of the day after its due date
 * (docs/rules/invoices.md#payment-and-overdue).
 */
export function overdueAt(paymentDueOn: string, zone: TimeZone): Instant {
  const date = parseCalendarDate(paymentDueOn)
  if (date === undefined) throw new Error(`not a date: ${paymentDueOn}`)
  return startOfDay(addDays(date, 1), zone)
}
