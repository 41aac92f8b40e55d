import { addDays, type CalendarDate } from '../calendar/calendar-date.ts'
import { type Instant, instant } from '../calendar/instant.ts'
import { endOfDay, localDate, startOfDay, type TimeZone } from '../calendar/zone.ts'
import type { RatedCharge } from '../rating/charge.ts'
import type { Window } from '../subscriptions/windows.ts'

/** So many days are shown of a longer period, the latest ones. */
export const DAYS_MAX = 31

/** A day of a period with its part of it; both ends inclusive. */
export type UsageDay = { readonly date: CalendarDate; readonly window: Window }

/** The days of a period that have begun, in a time zone; none of one that has not. */
export function usageDays({ from, to }: Window, now: Instant, zone: TimeZone): readonly UsageDay[] {
  const until = now < to ? now : to
  if (until < from) return []
  const last = localDate(until, zone)
  const days: UsageDay[] = []
  for (let date = localDate(from, zone); date <= last; date = addDays(date, 1)) {
    const begins = Math.max(startOfDay(date, zone), from)
    const ends = Math.min(endOfDay(date, zone), to)
    days.push({ date, window: { from: instant(begins), to: instant(ends) } })
  }
  return days.slice(-DAYS_MAX)
}

/** Whether the units of a charge are those of its days together. A highest value, say, is of the whole period. */
export function isSumOfDays({ metric }: Pick<RatedCharge, 'metric'>): boolean {
  return !metric.recurring && (metric.aggregation === 'count_agg' || metric.aggregation === 'sum_agg')
}
