import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  BILLING_INTERVALS,
  BILLING_TIMES,
  type BillingInterval,
  type BillingTime,
  isFirstMonth,
  isPeriodStart,
  nextPeriod,
  type PeriodRule,
  periodContaining,
  periodDays,
  previousPeriod,
  shiftBack,
} from './boundaries.ts'
import { addDays, type CalendarDate, calendarDate as d, partsOf } from './calendar-date.ts'

const rule = (interval: BillingInterval, billingTime: BillingTime, anchor: string): PeriodRule => ({
  interval,
  billingTime,
  anchor: d(anchor),
})
const dates = fc.nat({ max: 40_000 }).map((offset) => addDays(d('1970-01-01'), offset))
const rules = fc.record({
  interval: fc.constantFrom(...BILLING_INTERVALS),
  billingTime: fc.constantFrom(...BILLING_TIMES),
  anchor: dates,
})

/** The starts of the periods after a date, in order. */
function startsAfter(date: string, count: number, of: PeriodRule): CalendarDate[] {
  const starts: CalendarDate[] = []
  for (let next = nextPeriod(d(date), of).start; starts.length < count; next = nextPeriod(next, of).start) {
    starts.push(next)
  }
  return starts
}

describe('periodContaining', () => {
  it('starts with the calendar', () => {
    const on = (interval: BillingInterval) =>
      periodContaining(d('2024-05-15'), rule(interval, 'calendar', '2023-03-31'))
    expect(on('weekly')).toEqual({ start: '2024-05-13', end: '2024-05-19' })
    expect(on('monthly')).toEqual({ start: '2024-05-01', end: '2024-05-31' })
    expect(on('quarterly')).toEqual({ start: '2024-04-01', end: '2024-06-30' })
    expect(on('semiannual')).toEqual({ start: '2024-01-01', end: '2024-06-30' })
    expect(on('yearly')).toEqual({ start: '2024-01-01', end: '2024-12-31' })
  })

  it.each([
    ['quarterly', '2023-04-06', '2023-08-04', '2023-07-06', '2023-10-05'],
    ['semiannual', '2023-01-06', '2023-08-04', '2023-07-06', '2024-01-05'],
    ['quarterly', '2021-05-30', '2022-05-29', '2022-02-28', '2022-05-29'],
    ['weekly', '2021-02-02', '2022-03-09', '2022-03-08', '2022-03-14'],
    ['yearly', '2020-02-29', '2025-02-28', '2025-02-28', '2026-02-27'],
    ['yearly', '2020-02-29', '2024-02-28', '2023-02-28', '2024-02-28'],
    ['yearly', '2021-02-02', '2022-01-03', '2021-02-02', '2022-02-01'],
  ] as const)('%s anniversary of %s on %s', (interval, anchor, date, start, end) => {
    expect(periodContaining(d(date), rule(interval, 'anniversary', anchor))).toEqual({ start, end })
  })

  it('never lets a short month move the later ones', () => {
    expect(startsAfter('2022-12-31', 15, rule('monthly', 'anniversary', '2022-12-31'))).toEqual(
      ['2023-01-31 2023-02-28 2023-03-31 2023-04-30 2023-05-31 2023-06-30 2023-07-31 2023-08-31 2023-09-30']
        .concat('2023-10-31 2023-11-30 2023-12-31 2024-01-31 2024-02-29 2024-03-31')
        .flatMap((line) => line.split(' ')),
    )
    expect(startsAfter('2023-12-30', 3, rule('monthly', 'anniversary', '2022-04-30'))).toEqual([
      '2024-01-30',
      '2024-02-29',
      '2024-03-30',
    ])
    expect(startsAfter('2022-12-31', 4, rule('quarterly', 'anniversary', '2022-12-31'))).toEqual([
      '2023-03-31',
      '2023-06-30',
      '2023-09-30',
      '2023-12-31',
    ])
    expect(startsAfter('2022-12-31', 4, rule('quarterly', 'anniversary', '2022-02-28'))).toEqual([
      '2023-02-28',
      '2023-05-28',
      '2023-08-28',
      '2023-11-28',
    ])
    expect(startsAfter('2024-02-29', 4, rule('yearly', 'anniversary', '2024-02-29'))).toEqual([
      '2025-02-28',
      '2026-02-28',
      '2027-02-28',
      '2028-02-29',
    ])
  })

  it('tiles the calendar without a gap or an overlap', () => {
    fc.assert(
      fc.property(dates, rules, (date, of) => {
        const period = periodContaining(date, of)
        expect(period.start <= date && date <= period.end).toBe(true)
        expect(periodContaining(period.start, of)).toEqual(period)
        expect(periodContaining(period.end, of)).toEqual(period)
        expect(nextPeriod(date, of).start).toBe(addDays(period.end, 1))
        expect(previousPeriod(date, of).end).toBe(addDays(period.start, -1))
        expect(nextPeriod(previousPeriod(date, of).start, of)).toEqual(period)
      }),
      { numRuns: 1000 },
    )
  })

  it('starts on the anchor itself, and months of longer periods start within them', () => {
    fc.assert(
      fc.property(dates, rules, (date, of) => {
        if (of.billingTime === 'anniversary') expect(isPeriodStart(of.anchor, of)).toBe(true)
        if (of.interval === 'weekly') return
        const monthly = { ...of, interval: 'monthly' as const }
        const { start } = periodContaining(date, of)
        expect(isPeriodStart(start, monthly)).toBe(true)
        expect(isFirstMonth(start, of)).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('starts by the day rule of the billing clock', () => {
    fc.assert(
      fc.property(dates, dates, (date, anchor) => {
        const day = partsOf(anchor).day
        const isLast = partsOf(addDays(date, 1)).day === 1
        const isDue = partsOf(date).day === day || (isLast && day >= partsOf(date).day)
        expect(isPeriodStart(date, rule('monthly', 'anniversary', anchor))).toBe(isDue)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('shiftBack', () => {
  it.each([
    ['2024-03-31', 'monthly', 'anniversary', '2024-01-31', '2024-02-29'],
    ['2024-04-30', 'monthly', 'anniversary', '2024-01-31', '2024-03-31'],
    ['2025-02-28', 'yearly', 'anniversary', '2020-02-29', '2024-02-29'],
    ['2022-02-28', 'monthly', 'calendar', '2021-01-31', '2022-01-28'],
    ['2022-03-06', 'weekly', 'calendar', '2021-01-31', '2022-02-27'],
  ] as const)('from %s by a %s %s of %s to %s', (date, interval, billingTime, anchor, expected) => {
    expect(shiftBack(d(date), rule(interval, billingTime, anchor))).toBe(expected)
  })

  it('leads from a billing day into the previous period', () => {
    fc.assert(
      fc.property(dates, rules, (date, of) => {
        const { start } = periodContaining(date, of)
        expect(periodContaining(shiftBack(start, of), of)).toEqual(previousPeriod(start, of))
      }),
      { numRuns: 1000 },
    )
  })
})

describe('isFirstMonth', () => {
  it('follows the calendar or the anchor', () => {
    const first = (date: string, interval: BillingInterval, time: BillingTime) =>
      isFirstMonth(d(date), rule(interval, time, '2024-01-31'))
    expect([first('2025-01-01', 'yearly', 'calendar'), first('2025-07-01', 'yearly', 'calendar')]).toEqual([
      true,
      false,
    ])
    expect(first('2025-07-01', 'semiannual', 'calendar')).toBe(true)
    expect([
      first('2024-02-29', 'yearly', 'anniversary'),
      first('2025-01-31', 'yearly', 'anniversary'),
    ]).toEqual([false, true])
    expect([
      first('2024-07-31', 'semiannual', 'anniversary'),
      first('2025-02-10', 'yearly', 'anniversary'),
    ]).toEqual([true, true])
  })
})

it('counts the days of a period', () => {
  expect(periodDays(periodContaining(d('2024-02-10'), rule('monthly', 'calendar', '2024-01-01')))).toBe(29)
  expect(periodDays(periodContaining(d('2024-02-10'), rule('yearly', 'calendar', '2024-01-01')))).toBe(366)
})
