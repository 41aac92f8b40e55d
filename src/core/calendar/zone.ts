import { Temporal } from 'temporal-polyfill'
import { addDays, type CalendarDate, dateOf, partsOf, startOfUtcDay, utcDate } from './calendar-date.ts'
import { addMs, DAY_MS, type Instant, instant } from './instant.ts'

/** An IANA time zone name such as `Europe/Paris`, in its usual spelling. */
export type TimeZone = string

/** A stretch of time from `at` during which a zone keeps one offset. */
type OffsetStretch = { readonly at: Instant; readonly offsetMs: number }

/**
 * Offsets by zone and UTC year, cached because a Temporal call costs tens of microseconds and a billing run makes
 * several per subscription. A zone's offsets in a year never change while the process runs.
 */
const offsetsByZoneYear = new Map<string, readonly OffsetStretch[]>()
const ZONE_YEARS_MAX = 5000

const ZONE_NAME = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/

/**
 * True when the text is an IANA time zone name in its usual spelling; offsets such as `+02:00` are not
 * names.
 */
export function isTimeZone(text: string): boolean {
  if (!ZONE_NAME.test(text)) return false
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text).timeZoneId === text
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/**
 * How far the zone is ahead of UTC at an instant, in milliseconds: positive in the east. Throws on an unknown zone.
 */
export function utcOffsetMs(at: Instant, zone: TimeZone): number {
  if (zone === 'UTC') return 0
  return offsetIn(offsetsOfYear(partsOf(utcDate(at)).year, zone), at)
}

/** The local date of an instant in a zone. */
export function localDate(at: Instant, zone: TimeZone): CalendarDate {
  return utcDate(addMs(at, utcOffsetMs(at, zone)))
}

/** The local time of day of an instant in milliseconds, 0 to 86,399,999. */
export function localTimeMs(at: Instant, zone: TimeZone): number {
  const wall = at + utcOffsetMs(at, zone)
  return ((wall % DAY_MS) + DAY_MS) % DAY_MS
}

/**
 * The first instant of a local date. If clocks go back over midnight it is the earlier midnight; if they skip
 * midnight it is the moment of the skip.
 */
export function startOfDay(date: CalendarDate, zone: TimeZone): Instant {
  const wall = startOfUtcDay(date)
  if (zone === 'UTC') return wall
  const before = utcOffsetMs(addMs(wall, -DAY_MS), zone)
  const after = utcOffsetMs(addMs(wall, DAY_MS), zone)
  // The greater offset is the earlier instant, so try it first when clocks show midnight twice.
  for (const offset of [Math.max(before, after), Math.min(before, after)]) {
    const candidate = addMs(wall, -offset)
    if (utcOffsetMs(candidate, zone) === offset) return candidate
  }
  return skippedMidnight(wall, zone)
}

/** The last millisecond of a local date: 23:59:59.999 unless clocks change around midnight. */
export function endOfDay(date: CalendarDate, zone: TimeZone): Instant {
  return addMs(startOfDay(addDays(date, 1), zone), -1)
}

/** The offset change that skipped a local midnight. */
function skippedMidnight(wall: Instant, zone: TimeZone): Instant {
  const { year } = partsOf(utcDate(wall))
  const stretches = [year - 1, year, year + 1].flatMap((each) => offsetsOfYear(each, zone))
  let offset = stretches[0]?.offsetMs
  for (const stretch of stretches) {
    const skips = offset !== undefined && stretch.at + offset <= wall && wall < stretch.at + stretch.offsetMs
    if (skips) return stretch.at
    offset = stretch.offsetMs
  }
  throw new Error(`no midnight on ${utcDate(wall)} in ${zone}`)
}

/** The offset in effect at an instant. */
function offsetIn(stretches: readonly OffsetStretch[], at: Instant): number {
  for (let index = stretches.length - 1; index > 0; index -= 1) {
    const stretch = stretches[index]
    if (stretch && stretch.at <= at) return stretch.offsetMs
  }
  return stretches[0]?.offsetMs ?? 0
}

function offsetsOfYear(year: number, zone: TimeZone): readonly OffsetStretch[] {
  const key = `${zone} ${year}`
  const known = offsetsByZoneYear.get(key)
  if (known) return known
  const found = readOffsets(year, zone)
  if (offsetsByZoneYear.size >= ZONE_YEARS_MAX) offsetsByZoneYear.clear()
  offsetsByZoneYear.set(key, found)
  return found
}

function readOffsets(year: number, zone: TimeZone): readonly OffsetStretch[] {
  const yearStart = startOfUtcDay(dateOf(year, 1, 1))
  const yearEnd = addMs(startOfUtcDay(dateOf(year, 12, 31)), DAY_MS)
  const stretches: OffsetStretch[] = []
  let next: Temporal.ZonedDateTime | null =
    Temporal.Instant.fromEpochMilliseconds(yearStart).toZonedDateTimeISO(zone)
  while (next !== null && next.epochMilliseconds < yearEnd) {
    stretches.push({
      at: instant(next.epochMilliseconds),
      offsetMs: Math.round(next.offsetNanoseconds / 1e6),
    })
    next = next.getTimeZoneTransition('next')
  }
  return stretches
}
