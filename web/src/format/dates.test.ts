import { describe, expect, it } from 'vitest'
import {
  dayIn,
  formatAgo,
  formatDay,
  formatMoment,
  formatMonth,
  formatPeriod,
  formatTime,
  startOfDayIn,
} from './dates.ts'

describe('dates', () => {
  it('writes a day as it is, in every zone', () => {
    expect(formatDay('2026-11-01')).toMatch(/1.*2026|2026.*1/)
  })

  it('names the zone of an instant', () => {
    expect(formatTime('2026-11-01T00:30:00Z')).toMatch(/UTC$/)
    expect(formatTime('2026-07-01T00:30:00Z', 'Europe/Paris')).toMatch(/GMT\+2$/)
  })

  it('writes an instant to the second, with the year of another year', () => {
    const now = Date.parse('2026-11-04T00:00:00Z')
    expect(formatMoment('2026-11-01T00:30:07Z', now)).toMatch(/^Nov 1, 12:30:07.AM$/)
    expect(formatMoment('2025-12-31T13:30:07Z', now)).toMatch(/^Dec 31, 2025, 1:30:07.PM$/)
  })

  it('writes a period with the last day included, in the zone of the customer', () => {
    expect(formatPeriod('2026-10-31T23:00:00Z', '2026-11-30T22:59:59Z', 'Europe/Paris')).toMatch(/Nov.*30/)
  })

  it('tells how long ago', () => {
    const now = Date.parse('2026-11-04T00:00:00Z')
    expect(formatAgo('2026-11-01T00:00:00Z', now)).toBe('3 days ago')
    expect(formatAgo('2026-11-04T00:05:00Z', now)).toBe('in 5 minutes')
    expect(formatAgo(null, now)).toBe('—')
  })

  it('begins a day at the midnight of a zone, also when the clocks change', () => {
    expect(startOfDayIn('2026-11-01', 'UTC')).toBe('2026-11-01T00:00:00Z')
    expect(startOfDayIn('2026-11-01', 'America/New_York')).toBe('2026-11-01T04:00:00Z')
    expect(startOfDayIn('2026-11-02', 'America/New_York')).toBe('2026-11-02T05:00:00Z')
    expect(startOfDayIn('2026-03-29', 'Pacific/Auckland')).toBe('2026-03-28T11:00:00Z')
    expect(startOfDayIn('2026-04-06', 'Pacific/Auckland')).toBe('2026-04-05T12:00:00Z')
  })

  it('finds the day of an instant in a zone', () => {
    const instant = Date.parse('2026-11-01T23:30:00Z')
    expect([dayIn(instant, 'UTC'), dayIn(instant, 'Europe/Paris')]).toEqual(['2026-11-01', '2026-11-02'])
  })
})

describe('months', () => {
  it('have their names', () => {
    expect(formatMonth('2026-10')).toBe('October 2026')
  })
})
