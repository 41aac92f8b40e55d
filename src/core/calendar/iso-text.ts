import { utcDate } from './calendar-date.ts'
import { DAY_MS, type Instant, SECOND_MS } from './instant.ts'

/** The last formatted day is cached: the events of a batch nearly always share it. */
let lastDay = Number.NaN
let lastDate = ''

/**
 * ISO 8601 in UTC with milliseconds, for the years 1 to 9999: the same output as JavaScript's own, but much faster
 * when many instants fall on the same day.
 */
export function isoText(at: Instant): string {
  const day = Math.floor(at / DAY_MS)
  if (day !== lastDay) {
    lastDate = utcDate(at)
    lastDay = day
  }
  const ms = at - day * DAY_MS
  const seconds = Math.floor(ms / SECOND_MS)
  const minutes = Math.floor(seconds / 60)
  const time = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds % 60)}`
  return `${lastDate}T${time}.${String(ms % SECOND_MS).padStart(3, '0')}Z`
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value)
}
