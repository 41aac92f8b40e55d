import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  at,
  billingPlan,
  billingSubscription,
  endedAt,
  iso,
} from '../../../test/support/subscription-fixtures.ts'
import { BILLING_INTERVALS, BILLING_TIMES, type BillingInterval } from '../calendar/boundaries.ts'
import {
  addDays,
  type CalendarDate,
  calendarDate,
  daysInMonth,
  partsOf,
  weekday,
} from '../calendar/calendar-date.ts'
import { addMs, type Instant, instant } from '../calendar/instant.ts'
import { localDate, startOfDay } from '../calendar/zone.ts'
import {
  activationAt,
  backdatedStart,
  endingBillAt,
  firstBillingAt,
  isEndingAllowed,
  nextBillingAt,
  startTiming,
  terminationAlertDates,
} from './due.ts'
import type { BillingPlan, BillingSubscription } from './subscription.ts'

const anniversary = { billingTime: 'anniversary' } as const

/** The billing instants after an instant, as texts. */
function dueAfter(
  plan: BillingPlan,
  subscription: BillingSubscription,
  after: string,
  count: number,
  zone = 'UTC',
) {
  const found: string[] = []
  let last: Instant | null = at(after)
  while (found.length < count && last !== null) {
    last = nextBillingAt(plan, subscription, last, zone)
    if (last !== null) found.push(iso(last).replace('T00:00:00.000Z', ''))
  }
  return found
}

/** The table of due days, condition by condition, as the specification words it. */
function isDueByTable(today: CalendarDate, anchor: CalendarDate, plan: BillingPlan, time: string): boolean {
  const t = partsOf(today)
  const a = partsOf(anchor)
  const isSplit = plan.billChargesMonthly || plan.billFixedChargesMonthly
  const isLast = t.day === daysInMonth(t.year, t.month)
  const dayRule = a.day === t.day || (isLast && a.day >= t.day)
  if (time === 'calendar') {
    if (plan.interval === 'weekly') return weekday(today) === 1
    const months = { monthly: [t.month], quarterly: [1, 4, 7, 10], semiannual: [1, 7], yearly: [1] }[
      plan.interval
    ]
    const isLong = plan.interval === 'semiannual' || plan.interval === 'yearly'
    return t.day === 1 && (months.includes(t.month) || (isLong && isSplit))
  }
  if (plan.interval === 'weekly') return weekday(today) === weekday(anchor)
  if (plan.interval === 'monthly') return dayRule
  if (plan.interval === 'quarterly') return dayRule && (t.month - a.month) % 3 === 0
  if (plan.interval === 'semiannual') return dayRule && ((t.month - a.month) % 6 === 0 || isSplit)
  const isCommon28 = t.month === 2 && t.day === 28 && isLast && (a.day === 28 || a.day === 29)
  return (t.month === a.month && (a.day === t.day || isCommon28)) || (isSplit && dayRule)
}

describe('nextBillingAt', () => {
  it.each<[BillingInterval, string, string, string[]]>([
    ['monthly', '2022-12-31', '2023-01-01', ['2023-01-31', '2023-02-28', '2023-03-31', '2023-04-30']],
    ['monthly', '2022-04-30', '2023-01-01', ['2023-01-30', '2023-02-28', '2023-03-30']],
    ['quarterly', '2022-12-31', '2023-01-01', ['2023-03-31', '2023-06-30', '2023-09-30', '2023-12-31']],
    ['quarterly', '2022-02-28', '2023-01-01', ['2023-02-28', '2023-05-28', '2023-08-28', '2023-11-28']],
    ['yearly', '2020-02-29', '2022-06-01', ['2023-02-28', '2024-02-29', '2025-02-28']],
  ])('%s anniversary of %s', (interval, start, after, expected) => {
    const subscription = billingSubscription(start, anniversary)
    expect(dueAfter(billingPlan({ interval }), subscription, after, expected.length)).toEqual(expected)
  })

  it('is the local midnight of the customer', () => {
    const weekly = billingPlan({ interval: 'weekly' })
    const subscription = billingSubscription('2023-01-10T00:00:00Z')
    const next = (plan: BillingPlan, after: string, zone: string) =>
      dueAfter(plan, subscription, after, 1, zone)[0]
    expect(next(weekly, '2023-02-10', 'Asia/Kolkata')).toBe('2023-02-12T18:30:00.000Z')
    expect(next(weekly, '2023-02-10', 'America/Bogota')).toBe('2023-02-13T05:00:00.000Z')
    expect(next(billingPlan(), '2023-01-20', 'America/New_York')).toBe('2023-02-01T05:00:00.000Z')
    expect(next(billingPlan(), '2023-01-20', 'Asia/Tokyo')).toBe('2023-01-31T15:00:00.000Z')
  })

  it('is never on the start day', () => {
    expect(dueAfter(billingPlan(), billingSubscription('2024-03-01T10:00:00Z'), '2024-02-20', 1)).toEqual([
      '2024-04-01',
    ])
  })

  it('is strictly later than the given instant', () => {
    const subscription = billingSubscription('2024-01-10')
    expect(dueAfter(billingPlan(), subscription, '2024-02-01', 1)).toEqual(['2024-03-01'])
    expect(dueAfter(billingPlan(), subscription, '2024-01-31T23:59:59.999Z', 1)).toEqual(['2024-02-01'])
  })

  it('leaves the ending day and what follows to the termination', () => {
    const ending = (endingAt: string) =>
      billingSubscription('2023-09-05', { ...anniversary, endingAt: at(endingAt) })
    expect(dueAfter(billingPlan(), ending('2023-10-05T18:00:00Z'), '2023-09-05', 1)).toEqual([])
    expect(dueAfter(billingPlan(), ending('2023-10-06T00:00:00Z'), '2023-09-05', 2)).toEqual(['2023-10-05'])
  })

  it('is none for a subscription that is not active', () => {
    expect(
      dueAfter(billingPlan(), billingSubscription('2024-01-10', endedAt('2024-01-20')), '2024-01-11', 1),
    ).toEqual([])
    expect(
      dueAfter(billingPlan(), billingSubscription('2024-01-10', { status: 'incomplete' }), '2024-01-11', 1),
    ).toEqual([])
  })

  it('bills a backdated subscription from the day of its creation on', () => {
    const created = { createdAt: at('2024-03-01T09:00:00Z') }
    const subscription = billingSubscription('2023-11-10', created)
    expect(firstBillingAt(billingPlan(), subscription, 'UTC')).toBe(at('2024-03-01'))
    expect(dueAfter(billingPlan(), subscription, '2023-11-10', 2)).toEqual(['2024-03-01', '2024-04-01'])
    expect(firstBillingAt(billingPlan(), billingSubscription('2024-03-01T09:00:00Z'), 'UTC')).toBe(
      at('2024-04-01'),
    )
  })

  it('finds exactly the days of the table', () => {
    const cases = fc.record({
      interval: fc.constantFrom(...BILLING_INTERVALS),
      billingTime: fc.constantFrom(...BILLING_TIMES),
      billChargesMonthly: fc.boolean(),
      billFixedChargesMonthly: fc.boolean(),
      zone: fc.constantFrom('UTC', 'Europe/Paris', 'America/Sao_Paulo', 'Asia/Kolkata'),
      start: fc.nat({ max: 3000 }).map((days) => addDays(calendarDate('2016-01-01'), days)),
      wait: fc.nat({ max: 900 }),
    })
    fc.assert(
      fc.property(cases, ({ zone, start, wait, billingTime, ...flags }) => {
        const plan = billingPlan(flags)
        const subscription = { ...billingSubscription('2000-01-01'), billingTime }
        const startedAt = addMs(startOfDay(start, zone), 5_000_000)
        const started = { ...subscription, startedAt, subscriptionAt: startedAt, createdAt: startedAt }
        const after = instant(startedAt + wait * 86_400_000)
        let expected = addDays(localDate(after, zone), 1)
        while (!isDueByTable(expected, start, plan, billingTime)) expected = addDays(expected, 1)
        expect(nextBillingAt(plan, started, after, zone)).toBe(startOfDay(expected, zone))
      }),
      { numRuns: 300 },
    )
  })
})

describe('the start and the end of a subscription', () => {
  it('happen at local midnight', () => {
    expect(iso(activationAt(at('2024-05-10T20:00:00Z'), 'Asia/Tokyo'))).toBe('2024-05-10T15:00:00.000Z')
    expect(iso(endingBillAt(at('2023-09-06T10:00:00Z'), 'America/New_York'))).toBe('2023-09-06T04:00:00.000Z')
  })

  it('compares local dates', () => {
    const timing = (subscriptionAt: string, zone: string) =>
      startTiming(at(subscriptionAt), at('2024-05-10T20:00:00Z'), zone)
    expect(timing('2024-05-10T01:00:00Z', 'UTC')).toBe('today')
    expect(timing('2024-05-10T01:00:00Z', 'Asia/Tokyo')).toBe('past')
    expect(timing('2024-05-11T01:00:00Z', 'UTC')).toBe('future')
    expect(timing('2024-05-11T01:00:00Z', 'Asia/Tokyo')).toBe('today')
  })

  it('starts a backdated subscription after what was billed', () => {
    expect(backdatedStart(at('2024-01-05'), at('2024-03-10T15:00:00Z'))).toBe(at('2024-03-10T15:00:00Z'))
    expect(backdatedStart(at('2024-01-05'), null)).toBe(at('2024-01-05'))
  })

  it('wants an end after today and after the start', () => {
    const now = at('2024-05-10T20:00:00Z')
    expect(isEndingAllowed(at('2024-05-11'), at('2024-01-01'), now, 'UTC')).toBe(true)
    expect(isEndingAllowed(at('2024-05-10T23:00:00Z'), at('2024-01-01'), now, 'UTC')).toBe(false)
    expect(isEndingAllowed(at('2024-06-01'), at('2024-06-01'), now, 'UTC')).toBe(false)
    expect(terminationAlertDates(at('2024-05-16T10:00:00Z'))).toEqual(['2024-04-01', '2024-05-01'])
  })
})
