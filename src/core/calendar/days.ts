import { addMs, DAY_MS, type Instant, SECOND_MS } from './instant.ts'
import { localTimeMs, type TimeZone, utcOffsetMs } from './zone.ts'

/**
 * The day count of every proration (docs/rules/proration.md#counting-days): local calendar days, with a started day
 * counting as a whole one. An end at exactly local midnight includes the day that begins there. Zero or negative when
 * `to` is before `from`.
 */
export function days(from: Instant, to: Instant, zone: TimeZone): number {
  const end = localTimeMs(to, zone) === 0 ? addMs(to, SECOND_MS) : to
  const wall = end - from - (utcOffsetMs(from, zone) - utcOffsetMs(end, zone))
  return Math.ceil(wall / DAY_MS) + 0
}
