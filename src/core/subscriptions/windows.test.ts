import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  at,
  billingPlan,
  billingSubscription,
  endedAt,
  iso,
  shown,
} from '../../../test/support/subscription-fixtures.ts'
import { BILLING_INTERVALS, BILLING_TIMES, nextPeriod, periodContaining } from '../calendar/boundaries.ts'
import { type Instant, instant } from '../calendar/instant.ts'
import { localDate, startOfDay } from '../calendar/zone.ts'
import {
  type BillingPlan,
  type BillingSubscription,
  billingDaysInterval,
  periodRule,
} from './subscription.ts'
import {
  billWindows,
  currentChargesWindow,
  currentFixedChargesWindow,
  nextEndOfPeriod,
  periodicWindows,
  previousBeginningOfPeriod,
  terminationWindows,
  usagePeriod,
} from './windows.ts'

const anniversary = { billingTime: 'anniversary' } as const

function bill(plan: BillingPlan, subscription: BillingSubscription, on: string, zone = 'UTC') {
  const windows = billWindows({ plan, subscription, at: at(on), zone, current: false })
  return [windows.subscription, windows.charges, windows.fixedCharges].map(shown)
}

describe('windows of a periodic bill', () => {
  it('closes a month that began on a 31st the day before the next bill', () => {
    const subscription = billingSubscription('2024-01-31T01:00:00Z', anniversary)
    const first = '2024-01-31T01:00:00.000Z .. 2024-02-28'
    expect(bill(billingPlan(), subscription, '2024-02-29')).toEqual([
      '2024-01-31 .. 2024-02-28',
      first,
      first,
    ])
    const march = '2024-02-29 .. 2024-03-30'
    expect(bill(billingPlan(), subscription, '2024-03-31')).toEqual([march, march, march])
    const april = '2024-03-31 .. 2024-04-29'
    expect(bill(billingPlan(), subscription, '2024-04-30')).toEqual([april, april, april])
  })

  it('looks forward for the price and back for the usage when paid in advance', () => {
    const plan = billingPlan({ payInAdvance: true })
    const subscription = billingSubscription('2024-01-30T00:00:00Z', anniversary)
    const on = (day: string) => bill(plan, subscription, day).slice(0, 2)
    expect(on('2024-01-30')[0]).toBe('2024-01-30 .. 2024-02-28')
    expect(on('2024-02-29')).toEqual(['2024-02-29 .. 2024-03-29', '2024-01-30 .. 2024-02-28'])
    expect(on('2024-03-30')).toEqual(['2024-03-30 .. 2024-04-29', '2024-02-29 .. 2024-03-29'])
    expect(on('2024-04-30')).toEqual(['2024-04-30 .. 2024-05-29', '2024-03-30 .. 2024-04-29'])
    const calendar = billingSubscription('2023-05-05T00:00:00Z')
    expect(bill(plan, calendar, '2024-02-01').slice(0, 2)).toEqual([
      '2024-02-01 .. 2024-02-29',
      '2024-01-01 .. 2024-01-31',
    ])
  })

  it.each([
    [
      'yearly anniversary of 29 February',
      'yearly',
      anniversary,
      '2020-02-29',
      '2025-02-28',
      '2024-02-29 .. 2025-02-27',
    ],
    ['weekly anniversary', 'weekly', anniversary, '2021-02-02', '2022-03-09', '2022-03-01 .. 2022-03-07'],
  ] as const)('%s', (_name, interval, time, start, on, expected) => {
    expect(bill(billingPlan({ interval }), billingSubscription(start, time), on)[0]).toBe(expected)
  })

  it('uses the zone of the customer', () => {
    const zone = 'America/New_York'
    const from2021 = billingSubscription('2021-06-15T12:00:00Z')
    const week = bill(billingPlan({ interval: 'weekly' }), from2021, '2022-03-07T00:00:00Z', zone)[0]
    expect(week).toBe('2022-02-21T05:00:00.000Z .. 2022-02-28T04:59:59.999Z')
    const month = bill(billingPlan(), from2021, '2022-03-01T00:00:00Z', zone)[0]
    expect(month).toBe('2022-01-01T05:00:00.000Z .. 2022-02-01T04:59:59.999Z')
    const paris = bill(
      billingPlan(),
      billingSubscription('2023-01-01'),
      '2024-04-01T12:00:00Z',
      'Europe/Paris',
    )[0]
    expect(paris).toBe('2024-02-29T23:00:00.000Z .. 2024-03-31T21:59:59.999Z')
  })

  it('begins a restarted subscription at its restart', () => {
    const subscription = billingSubscription('2024-03-10T15:00:00Z', {
      ...anniversary,
      subscriptionAt: at('2024-01-05T10:00:00Z'),
    })
    const on = bill(billingPlan({ interval: 'yearly' }), subscription, '2025-01-05')
    expect(on.slice(0, 2)).toEqual(['2024-03-10 .. 2025-01-04', '2024-03-10T15:00:00.000Z .. 2025-01-04'])
  })
})

describe('windows of plans that bill parts monthly', () => {
  const subscription = billingSubscription('2024-01-31T01:00:00Z', anniversary)
  const collapsed = '2024-01-31T01:00:00.000Z .. 2024-01-31T01:00:00.000Z'
  const firstMonth = '2024-01-31T01:00:00.000Z .. 2024-02-28'
  const lastMonth = '2024-12-31 .. 2025-01-30'
  const firstYear = '2024-01-31T01:00:00.000Z .. 2025-01-30'

  it('has the charges of a month and no fixed charges inside a year in arrears', () => {
    const plan = billingPlan({ interval: 'yearly', billChargesMonthly: true })
    expect(bill(plan, subscription, '2024-02-29')).toEqual([
      '2024-01-31 .. 2024-01-31T01:00:00.000Z',
      firstMonth,
      null,
    ])
    expect(bill(plan, subscription, '2025-01-31')).toEqual(['2024-01-31 .. 2025-01-30', lastMonth, firstYear])
  })

  it.each([true, false])('has them in advance too (charges monthly: %s)', (billChargesMonthly) => {
    const plan = billingPlan({
      ...{ interval: 'yearly', payInAdvance: true },
      ...{ billChargesMonthly, billFixedChargesMonthly: !billChargesMonthly },
    })
    const usage = (on: string) => {
      const [price, charges, fixed] = bill(plan, subscription, on)
      return billChargesMonthly ? [price, charges, fixed] : [price, fixed, charges]
    }
    const year = '2024-01-31 .. 2025-01-30'
    expect(usage('2024-01-31T01:00:00Z')).toEqual([year, collapsed, collapsed])
    expect(usage('2024-02-29')).toEqual([year, firstMonth, null])
    expect(usage('2025-01-31')).toEqual(['2025-01-31 .. 2026-01-30', lastMonth, firstYear])
  })

  it('has both each month when both are monthly, with the days of a month', () => {
    const plan = billingPlan({
      interval: 'semiannual',
      billChargesMonthly: true,
      billFixedChargesMonthly: true,
    })
    const windows = billWindows({ plan, subscription, at: at('2024-03-31'), zone: 'UTC', current: false })
    expect([shown(windows.charges), shown(windows.fixedCharges)]).toEqual(
      Array(2).fill('2024-02-29 .. 2024-03-30'),
    )
    expect([windows.chargesDurationDays, windows.fixedChargesDurationDays]).toEqual([31, 31])
  })

  it('shows yearly charges as current usage in any month', () => {
    const plan = billingPlan({ interval: 'yearly', billFixedChargesMonthly: true })
    const usage = billWindows({ plan, subscription, at: at('2024-06-10'), zone: 'UTC', current: true })
    expect(shown(usage.charges)).toBe(firstYear)
    expect(usage.chargesDurationDays).toBe(366)
    expect(bill(plan, subscription, '2024-06-30')[1]).toBeNull()
  })
})

describe('windows of a bill that closes a subscription', () => {
  const closing = (plan: BillingPlan, subscription: BillingSubscription, hasPeriodicBill = false) => {
    const terminatedAt = subscription.terminatedAt ?? at('invalid')
    const moment = { plan, subscription, at: terminatedAt, zone: 'UTC' }
    const windows = terminationWindows(moment, hasPeriodicBill)
    return [windows.subscription, windows.charges, windows.fixedCharges].map(shown)
  }

  it.each([
    ['yearly', '2021-02-02', '2022-01-03T10:00:00.000Z', '2021-02-02'],
    ['quarterly', '2021-05-30', '2022-05-29T10:00:00.000Z', '2022-02-28'],
  ] as const)('%s since %s, terminated at %s', (interval, start, end, from) => {
    const subscription = billingSubscription(start, { ...anniversary, ...endedAt(end) })
    const open = `${from} .. ${end}`
    expect(closing(billingPlan({ interval }), subscription)).toEqual([open, open, open])
  })

  it('keeps the hour of an upgrade on the first day', () => {
    const subscription = billingSubscription(
      '2024-04-24T10:00:00Z',
      endedAt('2024-04-24T11:00:00Z', 'upgrade'),
    )
    expect(bill(billingPlan(), subscription, '2024-04-24T11:00:01Z').slice(0, 2)).toEqual([
      '2024-04-24 .. 2024-04-24T11:00:00.000Z',
      '2024-04-24T10:00:00.000Z .. 2024-04-24T11:00:00.000Z',
    ])
  })

  it('closes the whole period after a downgrade', () => {
    const subscription = billingSubscription('2024-03-15T10:00:00Z', endedAt('2024-06-01', 'downgrade'))
    expect(bill(billingPlan(), subscription, '2024-06-01')).toEqual(Array(3).fill('2024-05-01 .. 2024-05-31'))
  })

  it('bills the closed period on a billing day, or the new day when the periodic bill came first', () => {
    const subscription = billingSubscription('2023-09-05T08:00:00Z', {
      ...anniversary,
      ...endedAt('2023-10-05T00:00:00Z'),
    })
    const usage = '2023-09-05T08:00:00.000Z .. 2023-10-04'
    expect(closing(billingPlan(), subscription)).toEqual(['2023-09-05 .. 2023-10-04', usage, usage])
    const newDay = '2023-10-05 .. 2023-10-05T00:00:00.000Z'
    expect(closing(billingPlan(), subscription, true)).toEqual([newDay, newDay, newDay])
    const advance = closing(billingPlan({ payInAdvance: true }), subscription)
    expect(advance).toEqual(['2023-10-05 .. 2023-11-04', usage, usage])
  })

  it('bills the first day of a subscription that lasted less than a day', () => {
    const subscription = billingSubscription('2023-09-30T20:00:00Z', endedAt('2023-10-01T10:00:00Z'))
    const day = '2023-10-01 .. 2023-10-01T10:00:00.000Z'
    expect(closing(billingPlan(), subscription)).toEqual([day, day, day])
  })

  it('lets each part of a split plan close its own period', () => {
    const plan = billingPlan({ interval: 'yearly', billChargesMonthly: true })
    const subscription = billingSubscription('2023-02-10T00:00:00Z', endedAt('2024-05-01T00:00:00Z'))
    const sinceJanuary = '2024-01-01 .. 2024-05-01T00:00:00.000Z'
    expect(closing(plan, subscription)).toEqual([sinceJanuary, '2024-04-01 .. 2024-04-30', sinceJanuary])
  })
})

describe('current windows', () => {
  const plan = billingPlan({ interval: 'yearly', billChargesMonthly: true })
  const current = (subscription: BillingSubscription, on: string) =>
    shown(currentChargesWindow({ plan, subscription, at: at(on), zone: 'UTC' }).window)

  it('stays inside the life of the subscription', () => {
    const subscription = billingSubscription('2024-03-10T05:00:00Z')
    expect(current(subscription, '2024-03-20')).toBe('2024-03-10T05:00:00.000Z .. 2024-03-31')
    expect(current(subscription, '2024-01-01')).toBe('2024-03-10T05:00:00.000Z .. 2024-03-31')
    expect(current(subscription, '2024-06-20')).toBe('2024-06-01 .. 2024-06-30')
    const ended = billingSubscription('2024-03-10T05:00:00Z', endedAt('2024-05-20T06:00:00Z'))
    expect(current(ended, '2024-09-01')).toBe('2024-05-01 .. 2024-05-20T06:00:00.000Z')
    expect(current(ended, '2024-05-10')).toBe('2024-05-01 .. 2024-05-20T06:00:00.000Z')
    expect(current(ended, '2024-04-10')).toBe('2024-04-01 .. 2024-04-30')
  })

  it('takes fixed charges by their own interval', () => {
    const subscription = billingSubscription('2023-07-19T12:12:00Z')
    const moment = {
      plan: billingPlan({ payInAdvance: true }),
      subscription,
      at: at('2023-07-19T12:12:00Z'),
      zone: 'UTC',
    }
    const { window, durationDays } = currentFixedChargesWindow(moment)
    expect([shown(window), durationDays]).toEqual(['2023-07-19T12:12:00.000Z .. 2023-07-31', 31])
    expect(iso(nextEndOfPeriod(moment))).toBe('2023-07-31T23:59:59.999Z')
    expect(iso(previousBeginningOfPeriod({ ...moment, current: false }))).toBe('2023-06-01T00:00:00.000Z')
    expect(iso(previousBeginningOfPeriod({ ...moment, current: true }))).toBe('2023-07-01T00:00:00.000Z')
  })
})

describe('usage windows', () => {
  it('becomes half-open for events, and none when it is empty', () => {
    expect(usagePeriod({ from: instant(10), to: instant(19) })).toEqual({ from: 10, to: 20 })
    expect(usagePeriod({ from: instant(10), to: instant(10) })).toBeNull()
    expect(usagePeriod({ from: instant(10), to: instant(19) }, instant(19))).toEqual({ from: 10, to: 19 })
    expect(usagePeriod({ from: instant(10), to: instant(19) }, instant(25))).toEqual({ from: 10, to: 20 })
    expect(usagePeriod({ from: instant(10), to: instant(19) }, instant(10))).toBeNull()
  })

  it('tile the life of a subscription over its periodic bills', () => {
    const cases = fc.record({
      interval: fc.constantFrom(...BILLING_INTERVALS),
      billingTime: fc.constantFrom(...BILLING_TIMES),
      payInAdvance: fc.boolean(),
      billChargesMonthly: fc.boolean(),
      billFixedChargesMonthly: fc.boolean(),
      zone: fc.constantFrom('UTC', 'Europe/Paris', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'),
      start: fc.integer({ min: Date.parse('2019-01-01'), max: Date.parse('2025-01-01') }),
    })
    fc.assert(
      fc.property(cases, ({ zone, start, billingTime, ...flags }) => {
        const plan = billingPlan(flags)
        const subscription = billingSubscription(new Date(start).toISOString(), { billingTime })
        const rule = periodRule(subscription, billingDaysInterval(plan), zone)
        let day = periodContaining(localDate(subscription.startedAt, zone), rule).start
        const ends: { charges: Instant; fixedCharges: Instant } = {
          charges: instant(start - 1),
          fixedCharges: instant(start - 1),
        }
        for (let count = 0; count < 30; count += 1) {
          day = nextPeriod(day, rule).start
          const moment = { plan, subscription, at: startOfDay(day, zone), zone }
          const windows = periodicWindows(moment)
          for (const part of ['charges', 'fixedCharges'] as const) {
            const window = windows[part]
            if (window === null) continue
            expect(window.from).toBe(ends[part] + 1)
            expect(window.to).toBeGreaterThanOrEqual(window.from)
            ends[part] = window.to
          }
          expect(windows.subscription.to).toBeGreaterThanOrEqual(windows.subscription.from)
        }
      }),
    )
  })
})
