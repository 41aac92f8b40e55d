import { describe, expect, it } from 'vitest'
import { calendarDate } from '../calendar/calendar-date.ts'
import { instant } from '../calendar/instant.ts'
import { firstMonth, monthsBetween } from './months.ts'

const MARCH = instant(Date.parse('2026-03-31T23:59:59Z'))

describe('the last months', () => {
  it('include the running one', () => {
    expect(firstMonth(MARCH, 1)).toBe('2026-03-01')
    expect(firstMonth(MARCH, 3)).toBe('2026-01-01')
    expect(firstMonth(MARCH, 4)).toBe('2025-12-01')
  })

  it('are listed without a gap', () => {
    expect(monthsBetween(calendarDate('2025-11-15'), calendarDate('2026-02-01'))).toEqual([
      '2025-11-01',
      '2025-12-01',
      '2026-01-01',
      '2026-02-01',
    ])
    expect(monthsBetween(calendarDate('2026-03-01'), calendarDate('2026-02-01'))).toEqual([])
  })
})
