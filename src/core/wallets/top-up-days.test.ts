import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addDays, calendarDate, compareDates, daysBetween } from '../calendar/calendar-date.ts'
import { instant } from '../calendar/instant.ts'
import { localDate } from '../calendar/zone.ts'
import { RULE_INTERVALS } from './recurring-rule.ts'
import { isAnniversary, nextTopUpAt, type TopUpSchedule } from './top-up-days.ts'

const at = (text: string) => instant(Date.parse(text))
const iso = (ms: number) => new Date(ms).toISOString()

/** The first firings of a rule whose wallet was made as it started. */
function firings(
  schedule: Partial<TopUpSchedule> & Pick<TopUpSchedule, 'interval' | 'startedAt'>,
  count: number,
) {
  const full = { walletCreatedAt: schedule.startedAt, zone: 'UTC', ...schedule }
  const found: string[] = []
  let from = localDate(full.startedAt, full.zone)
  while (found.length < count) {
    const next = nextTopUpAt(full, from)
    found.push(iso(next))
    from = addDays(localDate(next, full.zone), 1)
  }
  return found
}

describe('nextTopUpAt', () => {
  it('fires on the last day of months that are shorter, not on the day the wallet was made', () => {
    const days = firings({ interval: 'monthly', startedAt: at('2026-01-31T10:00:00Z') }, 4)
    expect(days).toEqual([
      '2026-02-28T00:00:00.000Z',
      '2026-03-31T00:00:00.000Z',
      '2026-04-30T00:00:00.000Z',
      '2026-05-31T00:00:00.000Z',
    ])
  })

  it('fires on the 29th of February in a leap year, and at its own start when the wallet is older', () => {
    const startedAt = at('2028-01-31T10:00:00Z')
    const days = firings({ interval: 'monthly', startedAt, walletCreatedAt: at('2027-05-05T00:00:00Z') }, 2)
    expect(days).toEqual(['2028-01-31T10:00:00.000Z', '2028-02-29T00:00:00.000Z'])
  })

  it.each<[TopUpSchedule['interval'], string[]]>([
    ['weekly', ['2026-01-27', '2026-02-03', '2026-02-10']],
    ['monthly', ['2026-02-20', '2026-03-20', '2026-04-20']],
    ['quarterly', ['2026-04-20', '2026-07-20', '2026-10-20']],
    ['semiannual', ['2026-07-20', '2027-01-20', '2027-07-20']],
    ['yearly', ['2027-01-20', '2028-01-20', '2029-01-20']],
  ])('%s', (interval, days) => {
    const found = firings({ interval, startedAt: at('2026-01-20T10:00:00Z') }, 3)
    expect(found.map((each) => each.slice(0, 10))).toEqual(days)
  })

  it('has a birthday every year when it began on the 29th of February', () => {
    const days = firings({ interval: 'yearly', startedAt: at('2024-02-29T10:00:00Z') }, 4)
    expect(days.map((each) => each.slice(0, 10))).toEqual([
      '2025-02-28',
      '2026-02-28',
      '2027-02-28',
      '2028-02-29',
    ])
  })

  it('fires at the midnight of the customer', () => {
    const startedAt = at('2026-01-20T02:00:00Z')
    expect(firings({ interval: 'monthly', startedAt, zone: 'America/Los_Angeles' }, 1)).toEqual([
      '2026-02-19T08:00:00.000Z',
    ])
    expect(firings({ interval: 'monthly', startedAt, zone: 'Asia/Tokyo' }, 1)).toEqual([
      '2026-02-19T15:00:00.000Z',
    ])
  })

  it('waits for a start that lies ahead', () => {
    const schedule = { interval: 'weekly', startedAt: at('2030-06-05T12:00:00Z'), zone: 'UTC' } as const
    const walletCreatedAt = at('2026-01-01T00:00:00Z')
    expect(iso(nextTopUpAt({ ...schedule, walletCreatedAt }, calendarDate('2026-01-01')))).toBe(
      '2030-06-05T12:00:00.000Z',
    )
  })

  it('never lets a year pass, and fires on anniversaries only', () => {
    const day = fc.integer({ min: 0, max: 20_000 }).map((days) => addDays(calendarDate('1990-01-01'), days))
    fc.assert(
      fc.property(day, day, fc.constantFrom(...RULE_INTERVALS), (anchor, from, interval) => {
        const startedAt = at(`${anchor}T00:00:00Z`)
        const schedule = { interval, startedAt, walletCreatedAt: at('1980-01-01T00:00:00Z'), zone: 'UTC' }
        const next = localDate(nextTopUpAt(schedule, from), 'UTC')
        expect(isAnniversary(interval, anchor, next)).toBe(true)
        const start = compareDates(from, anchor) < 0 ? anchor : from
        expect(daysBetween(start, next)).toBeLessThanOrEqual(366)
      }),
    )
  })
})
