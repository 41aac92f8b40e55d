import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addDays,
  addMonthsClamped,
  calendarDate,
  compareDates,
  dateOf,
  daysBetween,
  daysInMonth,
  isLastDayOfMonth,
  parseCalendarDate,
  partsOf,
  startOfUtcDay,
  utcDate,
  weekday,
} from './calendar-date.ts'
import { DAY_MS, instant } from './instant.ts'

const d = calendarDate
const anyDay = fc.integer({ min: -200_000, max: 2_900_000 })

describe('calendar dates', () => {
  it('agrees with the platform calendar for any day', () => {
    fc.assert(
      fc.property(anyDay, (day) => {
        const date = utcDate(instant(day * DAY_MS))
        const platform = new Date(day * DAY_MS)
        expect(date).toBe(platform.toISOString().slice(0, 10))
        expect(weekday(date)).toBe(platform.getUTCDay() || 7)
        expect(startOfUtcDay(date)).toBe(day * DAY_MS)
        expect(parseCalendarDate(date)).toBe(date)
      }),
    )
  })

  it('adds days and counts them back, in the order of the texts', () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: -20_000, max: 20_000 }), (day, days) => {
        const date = utcDate(instant(day * DAY_MS))
        const other = addDays(date, days)
        expect(daysBetween(date, other)).toBe(days)
        expect(compareDates(date, other)).toBe(Math.sign(-days) + 0)
      }),
    )
  })

  it('clamps a day to the length of the month', () => {
    expect(addMonthsClamped(d('2024-01-31'), 1)).toBe('2024-02-29')
    expect(addMonthsClamped(d('2024-02-29'), 12)).toBe('2025-02-28')
    expect(addMonthsClamped(d('2024-04-30'), -1, 31)).toBe('2024-03-31')
    expect(addMonthsClamped(d('2024-01-15'), -1)).toBe('2023-12-15')
    expect(addMonthsClamped(d('2024-12-15'), 1)).toBe('2025-01-15')
    expect(dateOf(2023, 2, 31)).toBe('2023-02-28')
    expect(partsOf(d('2024-02-29'))).toEqual({ year: 2024, month: 2, day: 29 })
  })

  it('knows the ends of months', () => {
    expect([daysInMonth(1900, 2), daysInMonth(2000, 2), daysInMonth(2024, 4)]).toEqual([28, 29, 30])
    expect(isLastDayOfMonth(d('2023-02-28'))).toBe(true)
    expect(isLastDayOfMonth(d('2024-02-28'))).toBe(false)
  })

  it('refuses days that do not exist', () => {
    for (const text of [
      '2023-02-29',
      '2023-13-01',
      '2023-00-10',
      '2023-04-31',
      '2023-1-1',
      '',
      '2023-01-01T00:00',
    ]) {
      expect(parseCalendarDate(text)).toBeUndefined()
    }
    expect(() => calendarDate('2023-02-29')).toThrow('not a date')
    expect(() => dateOf(10_000, 1, 1)).toThrow('year out of range')
  })
})
