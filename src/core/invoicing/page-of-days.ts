import type { CalendarDate } from '../calendar/calendar-date.ts'

/** Where a page of a list by day is: between two days, both included, behind so many entries of the newest one. */
export type DayPage = {
  readonly newest: CalendarDate
  readonly oldest: CalendarDate
  readonly skipped: number
}

/**
 * Finds the days that hold a page of a list whose newest day comes first. Takes the number of entries of each day that
 * has any, the newest day first; null when the page is behind the end.
 */
export function pageOfDays(
  days: readonly { readonly day: CalendarDate; readonly count: number }[],
  { perPage, offset }: { readonly perPage: number; readonly offset: number },
): DayPage | null {
  let before = 0
  const first = days.findIndex(({ count }) => {
    if (before + count > offset) return true
    before += count
    return false
  })
  const newest = days[first]
  if (newest === undefined) return null
  const skipped = offset - before
  let wanted = skipped + perPage
  const last = days.findIndex(({ count }, place) => {
    if (place < first) return false
    wanted -= count
    return wanted <= 0
  })
  const oldest = days[last] ?? days[days.length - 1] ?? newest
  return { newest: newest.day, oldest: oldest.day, skipped }
}
