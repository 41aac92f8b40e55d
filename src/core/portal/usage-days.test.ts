import { describe, expect, it } from 'vitest'
import { at } from '../../../test/support/subscription-fixtures.ts'
import { DAYS_MAX, usageDays } from './usage-days.ts'

const datesOf = (from: string, to: string, now: string, zone: string) =>
  usageDays({ from: at(from), to: at(to) }, at(now), zone)

describe('the days of a period', () => {
  it('are those that have begun where the customer is, the first from where the period begins', () => {
    const days = datesOf(
      '2025-03-30T10:00:00Z',
      '2025-04-29T21:59:59.999Z',
      '2025-03-31T22:30:00Z',
      'Europe/Paris',
    )
    expect(days).toEqual([
      {
        date: '2025-03-30',
        window: { from: at('2025-03-30T10:00:00Z'), to: at('2025-03-30T21:59:59.999Z') },
      },
      {
        date: '2025-03-31',
        window: { from: at('2025-03-30T22:00:00Z'), to: at('2025-03-31T21:59:59.999Z') },
      },
      {
        date: '2025-04-01',
        window: { from: at('2025-03-31T22:00:00Z'), to: at('2025-04-01T21:59:59.999Z') },
      },
    ])
  })

  it('follow one another without a gap, also over a change of the clocks, to the end of the period', () => {
    const days = datesOf('2025-10-20T22:00:00Z', '2025-10-30T22:59:59.999Z', '2026-01-01', 'Europe/Paris')
    expect(days).toHaveLength(10)
    const gaps = days.slice(1).map(({ window }, n) => window.from - (days[n]?.window.to ?? 0))
    expect(new Set(gaps)).toEqual(new Set([1]))
    expect(days.at(-1)?.window.to).toBe(at('2025-10-30T22:59:59.999Z'))
  })

  it('are none of a period that has not begun, and the latest of a long one', () => {
    expect(datesOf('2025-02-01', '2025-02-28', '2025-01-31', 'UTC')).toEqual([])
    const year = datesOf('2025-01-01', '2025-12-31', '2025-12-31', 'UTC')
    expect([year.length, year[0]?.date, year.at(-1)?.date]).toEqual([DAYS_MAX, '2025-12-01', '2025-12-31'])
  })
})
