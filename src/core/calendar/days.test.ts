import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addDays, calendarDate, daysBetween } from './calendar-date.ts'
import { days } from './days.ts'
import { type Instant, instant } from './instant.ts'
import { endOfDay, startOfDay } from './zone.ts'

const at = (text: string): Instant => instant(Date.parse(text))

describe('days', () => {
  it.each([
    ['2023-02-28T23:10:00Z', '2023-03-31T21:59:59Z', 'Europe/Paris', 31],
    ['2023-12-01T00:00:00Z', '2023-12-07T00:00:00Z', 'UTC', 7],
    ['2024-02-29T23:00:00Z', '2024-03-31T21:59:59.999Z', 'Europe/Paris', 31],
    ['2024-01-01T00:00:00Z', '2024-01-01T23:59:59.999Z', 'UTC', 1],
    ['2024-01-01T18:00:00Z', '2024-01-02T06:00:00Z', 'UTC', 1],
    ['2024-01-01T18:00:00Z', '2024-01-02T19:00:00Z', 'UTC', 2],
    ['2024-01-01T10:00:00Z', '2024-01-01T10:00:00Z', 'UTC', 0],
    ['2024-01-03T10:00:00Z', '2024-01-01T09:00:00Z', 'UTC', -2],
  ])('%s to %s in %s is %i', (from, to, zone, expected) => {
    expect(days(at(from), at(to), zone)).toBe(expected)
  })

  it('counts whole local days whatever the clocks do', () => {
    const zones = fc.constantFrom(
      'UTC',
      'Europe/Paris',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Tokyo',
    )
    fc.assert(
      fc.property(fc.nat({ max: 9000 }), fc.nat({ max: 800 }), zones, (offset, length, zone) => {
        const first = addDays(calendarDate('2010-01-01'), offset)
        const last = addDays(first, length)
        expect(days(startOfDay(first, zone), endOfDay(last, zone), zone)).toBe(daysBetween(first, last) + 1)
      }),
    )
  })
})
