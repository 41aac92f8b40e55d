import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, it } from 'vitest'
import { addDays, calendarDate, utcDate } from './calendar-date.ts'
import { DAY_MS, HOUR_MS, type Instant, instant } from './instant.ts'
import { endOfDay, isTimeZone, localDate, localTimeMs, startOfDay, utcOffsetMs } from './zone.ts'

const at = (text: string): Instant => instant(Date.parse(text))
const zones = fc.constantFrom(
  ...[
    'UTC',
    'Europe/Paris',
    'America/New_York',
    'Asia/Kolkata',
    'Asia/Tokyo',
    'America/Sao_Paulo',
    'Pacific/Apia',
  ],
  ...['Africa/Casablanca', 'Australia/Lord_Howe', 'Pacific/Chatham', 'America/Havana', 'Pacific/Kiritimati'],
  ...['Asia/Beirut', 'America/St_Johns', 'Africa/Cairo', 'Europe/London', 'Antarctica/Troll', 'Asia/Tehran'],
)
const instants = fc
  .integer({ min: Date.parse('1995-01-01T00:00Z'), max: Date.parse('2045-01-01T00:00Z') })
  .map((ms) => instant(ms))

describe('zones', () => {
  it('agrees with Temporal on offsets, dates and starts of days', () => {
    fc.assert(
      fc.property(instants, zones, (when, zone) => {
        const zoned = Temporal.Instant.fromEpochMilliseconds(when).toZonedDateTimeISO(zone)
        expect(utcOffsetMs(when, zone)).toBe(zoned.offsetNanoseconds / 1e6)
        const date = localDate(when, zone)
        expect(date).toBe(zoned.toPlainDate().toString())
        expect(startOfDay(date, zone)).toBe(zoned.startOfDay().epochMilliseconds)
        expect(localTimeMs(when, zone)).toBe(
          ((zoned.hour * 60 + zoned.minute) * 60 + zoned.second) * 1000 + zoned.millisecond,
        )
      }),
      { numRuns: 400 },
    )
  })

  it('agrees with Temporal on each day of years with strange midnights', () => {
    for (const [zone, year] of [
      ['America/Sao_Paulo', 2018],
      ['Asia/Beirut', 2023],
      ['America/Havana', 2023],
      ['Africa/Cairo', 2024],
      ['Pacific/Apia', 2011],
      ['America/Toronto', 2005],
    ] as const) {
      for (let date = calendarDate(`${year}-01-01`); date < `${year}-12-31`; date = addDays(date, 1)) {
        const expected = Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds
        expect([zone, date, startOfDay(date, zone)]).toEqual([zone, date, expected])
      }
    }
  })

  it('ends each day where the next one starts', () => {
    fc.assert(
      fc.property(instants, zones, (when, zone) => {
        const date = utcDate(when)
        expect(endOfDay(date, zone) + 1).toBe(startOfDay(addDays(date, 1), zone))
        // A day that the zone left out has no instants at all.
        expect(endOfDay(date, zone) + 1 - startOfDay(date, zone)).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  it('has short and long days where clocks change', () => {
    const length = (date: string, zone: string) =>
      endOfDay(calendarDate(date), zone) + 1 - startOfDay(calendarDate(date), zone)
    expect(length('2024-03-31', 'Europe/Paris')).toBe(23 * HOUR_MS)
    expect(length('2024-10-27', 'Europe/Paris')).toBe(25 * HOUR_MS)
    expect(length('2024-10-28', 'Europe/Paris')).toBe(DAY_MS)
    expect(length('2011-12-30', 'Pacific/Apia')).toBe(0)
  })

  it('gives the bounds of the examples of the specification', () => {
    expect(startOfDay(calendarDate('2023-01-01'), 'America/New_York')).toBe(at('2023-01-01T05:00:00Z'))
    expect(endOfDay(calendarDate('2023-01-31'), 'America/New_York')).toBe(at('2023-02-01T04:59:59.999Z'))
    expect(startOfDay(calendarDate('2024-03-01'), 'Europe/Paris')).toBe(at('2024-02-29T23:00:00Z'))
    expect(endOfDay(calendarDate('2024-03-31'), 'Europe/Paris')).toBe(at('2024-03-31T21:59:59.999Z'))
    expect(localDate(at('2023-01-31T15:10:00Z'), 'Asia/Tokyo')).toBe('2023-02-01')
  })

  it('distinguishes zone names from other strings', () => {
    const names = [
      'UTC',
      'Europe/Paris',
      'America/Argentina/Buenos_Aires',
      'US/Pacific',
      'Etc/GMT+5',
      'Asia/Kolkata',
    ]
    for (const name of names) expect([name, isTimeZone(name)]).toEqual([name, true])
    for (const text of [
      '',
      'Foo/Bar',
      '+02:00',
      'europe/paris',
      'America/New York',
      'UTC\n',
      '../etc',
      'utc',
    ]) {
      expect([text, isTimeZone(text)]).toEqual([text, false])
    }
    expect(() => localDate(instant(0), 'Foo/Bar')).toThrow(RangeError)
  })
})
