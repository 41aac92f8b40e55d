import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { at, billingPlan, billingSubscription, endedAt } from '../../../test/support/subscription-fixtures.ts'
import { Decimal } from '../amounts/decimal.ts'
import { BILLING_INTERVALS, BILLING_TIMES, periodContaining } from '../calendar/boundaries.ts'
import { addDays, calendarDate } from '../calendar/calendar-date.ts'
import { addMs, instant } from '../calendar/instant.ts'
import { endOfDay, localDate, startOfDay } from '../calendar/zone.ts'
import { type BillingPlan, type BillingSubscription, periodRule } from './subscription.ts'
import { type FeeHistory, isSubscriptionFeeDue, priceOfDays, subscriptionFee } from './subscription-fee.ts'
import { billWindows, terminationWindows } from './windows.ts'

const anniversary = { billingTime: 'anniversary' } as const
const never: FeeHistory = {
  hasFeeOnIssuingDay: false,
  hasEarlierFee: false,
  isFirstInvoice: true,
  isOnlyStartingInvoice: false,
  invoiceCreatedAt: instant(0),
}
const before: FeeHistory = { ...never, hasEarlierFee: true, isFirstInvoice: false }

type Case = { readonly on: string; readonly zone?: string; readonly history?: FeeHistory }

/** The fee of a periodic or starting bill, or null when it has no fee row. */
function fee(
  plan: BillingPlan,
  subscription: BillingSubscription,
  { on, zone = 'UTC', history = never }: Case,
) {
  const moment = { plan, subscription, at: at(on), zone }
  const known = { ...history, invoiceCreatedAt: moment.at }
  if (!isSubscriptionFeeDue(moment, known)) return null
  return subscriptionFee(moment, billWindows({ ...moment, current: false }).subscription, known).amountCents
}

/** The fee of the final bill of a subscription without a successor, or null when it has no fee row. */
function finalFee(
  plan: BillingPlan,
  subscription: BillingSubscription,
  hasPeriodicBill: boolean,
  history = never,
) {
  const moment = { plan, subscription, at: subscription.terminatedAt ?? at('invalid'), zone: 'UTC' }
  const known = { ...history, invoiceCreatedAt: moment.at }
  if (!isSubscriptionFeeDue(moment, known)) return null
  return subscriptionFee(moment, terminationWindows(moment, hasPeriodicBill).subscription, known).amountCents
}

describe('first bills', () => {
  it('count the days of the whole period', () => {
    const weekly = billingPlan({ interval: 'weekly', amountCents: 100n })
    expect(fee(weekly, billingSubscription('2022-06-22'), { on: '2022-06-27' })).toBe(71n)
    const monthly = billingPlan({ amountCents: 100n })
    expect(fee(monthly, billingSubscription('2022-03-15'), { on: '2022-04-01' })).toBe(55n)
    const march = billingSubscription('2024-03-05')
    expect(fee(billingPlan({ payInAdvance: true }), march, { on: '2024-03-05' })).toBe(871n)
    expect(fee(billingPlan({ payInAdvance: true }), { ...march, ...anniversary }, { on: '2024-03-05' })).toBe(
      1000n,
    )
  })

  it.each([
    ['2023-06-16T05:00:00Z', 'America/Denver', 400n],
    ['2023-06-16T05:00:00Z', 'America/Halifax', 300n],
    ['2023-06-16T20:00:00Z', 'Europe/Paris', 300n],
    ['2023-06-16T20:00:00Z', 'Asia/Karachi', 200n],
  ])('%s in %s', (start, zone, expected) => {
    const plan = billingPlan({ interval: 'weekly', payInAdvance: true, amountCents: 700n })
    expect(fee(plan, billingSubscription(start), { on: start, zone })).toBe(expected)
  })

  it('take the full price of later periods', () => {
    const subscription = billingSubscription('2024-03-05')
    expect(fee(billingPlan(), subscription, { on: '2024-05-01', history: before })).toBe(1000n)
  })

  it('take the full price when backdated over the whole period', () => {
    const old = billingSubscription('2023-11-10', { createdAt: at('2024-02-20') })
    expect(fee(billingPlan(), old, { on: '2024-03-01' })).toBe(1000n)
    const inside = billingSubscription('2024-02-11', { createdAt: at('2024-02-20') })
    expect(fee(billingPlan({ amountCents: 2900n }), inside, { on: '2024-03-01' })).toBe(1900n)
    expect(fee(billingPlan({ payInAdvance: true }), inside, { on: '2024-03-01' })).toBe(1000n)
  })

  it('prorate a downgrade into a year paid in advance', () => {
    const yearly = billingPlan({ interval: 'yearly', payInAdvance: true, amountCents: 118_800n })
    const successor = billingSubscription('2023-11-19', {
      ...anniversary,
      ...{ startedBy: 'downgrade', subscriptionAt: at('2023-07-19T12:12:00Z') },
    })
    expect(fee(yearly, successor, { on: '2023-11-19' })).toBe(78_875n)
  })
})

describe('trials', () => {
  it.each([
    [100n, '2022-03-15', '2022-04-01', 45n],
    [100n, '2022-01-01', '2022-02-01', 90n],
  ])('%i cents in arrears from %s with 3 days', (amountCents, start, on, expected) => {
    expect(fee(billingPlan({ amountCents, trialDays: 3 }), billingSubscription(start), { on })).toBe(expected)
  })

  const big = { payInAdvance: true, amountCents: 5_000_000n }
  const start = billingSubscription('2024-03-05T12:12:00Z')

  it('bill in advance when they end, not before', () => {
    const plan = billingPlan({ ...big, trialDays: 10 })
    expect(fee(plan, start, { on: '2024-03-05T12:12:00Z' })).toBeNull()
    expect(fee(plan, start, { on: '2024-03-15T12:12:00Z' })).toBe(2_741_935n)
    const long = billingPlan({ ...big, trialDays: 45 })
    expect(fee(long, start, { on: '2024-04-01' })).toBeNull()
    expect(fee(long, start, { on: '2024-04-19T12:12:00Z' })).toBe(2_000_000n)
    expect(fee(plan, { ...start, ...anniversary }, { on: '2024-03-15T12:12:00Z' })).toBe(3_387_097n)
  })

  it('go on over an upgrade', () => {
    const plan = billingPlan({ ...big, amountCents: 10_000_000n, trialDays: 13 })
    const upgraded = billingSubscription('2024-03-10T12:12:00Z', {
      ...{ startedBy: 'upgrade', initialStartedAt: start.startedAt, subscriptionAt: start.startedAt },
    })
    expect(fee(plan, upgraded, { on: '2024-03-18T12:12:00Z' })).toBe(4_516_129n)
  })

  it('make a period free that they cover', () => {
    const plan = billingPlan({ trialDays: 40 })
    const marked = { ...start, trialEndedAt: at('2024-04-01') }
    expect(fee(plan, marked, { on: '2024-04-01' })).toBe(0n)
  })
})

describe('upgrades', () => {
  it.each([
    [100n, '2023-08-01', '2023-08-21T12:00:00Z', 65n],
    [2900n, '2024-01-01', '2024-02-12T06:00:00Z', 1100n],
    [1000n, '2024-04-24T10:00:00Z', '2024-04-24T11:00:00Z', 0n],
  ])('%i in arrears from %s leave the day of %s to the new plan', (amountCents, from, upgrade, expected) => {
    const old = billingSubscription(from, endedAt(upgrade, 'upgrade'))
    expect(fee(billingPlan({ amountCents }), old, { on: upgrade, history: before })).toBe(expected)
  })

  const started = (startedAt: string, subscriptionAt: string, changes = {}) =>
    billingSubscription(startedAt, { startedBy: 'upgrade', subscriptionAt: at(subscriptionAt), ...changes })

  it('prorate the first bill of the new plan', () => {
    const advance = billingPlan({ payInAdvance: true, amountCents: 29_000n })
    const successor = started('2024-02-12T06:00:00Z', '2024-01-01')
    expect(fee(advance, successor, { on: '2024-02-12T06:00:00Z' })).toBe(18_000n)
    expect(fee(billingPlan({ amountCents: 29_000n }), successor, { on: '2024-03-01' })).toBe(18_000n)
    const yearly = billingPlan({ interval: 'yearly', payInAdvance: true, amountCents: 12_000n })
    const late = started('2023-09-28T05:00:00Z', '2023-06-29', anniversary)
    expect(fee(yearly, late, { on: '2023-09-28T05:00:01Z' })).toBe(9016n)
  })

  it.each([
    ['calendar', '2024-03-12T10:00:00Z', 1500n, 968n],
    ['calendar', '2024-03-12T11:00:00Z', 1900n, 1226n],
    ['anniversary', '2024-03-12T10:00:00Z', 1500n, 1161n],
    ['anniversary', '2024-03-12T11:00:00Z', 1900n, 1471n],
  ] as const)('chain, %s at %s', (billingTime, on, amountCents, expected) => {
    const plan = billingPlan({ payInAdvance: true, amountCents })
    expect(fee(plan, started(on, '2024-03-05', { billingTime }), { on })).toBe(expected)
  })

  it('bill the old plan in full after a downgrade', () => {
    const old = billingSubscription('2024-03-05', endedAt('2024-06-01', 'downgrade'))
    expect(fee(billingPlan(), old, { on: '2024-06-01', history: before })).toBe(1000n)
  })
})

describe('terminations', () => {
  const quarterly = billingPlan({ interval: 'quarterly', amountCents: 91_000n })
  const september = (end: string) => billingSubscription('2023-09-05', { ...anniversary, ...endedAt(end) })

  it('divide by the days of the whole period', () => {
    const end = endedAt('2024-06-20T10:00:00Z')
    const upgraded = billingSubscription('2024-05-20', {
      ...{ ...anniversary, ...end },
      ...{ startedBy: 'upgrade', subscriptionAt: at('2024-01-15') },
    })
    expect(finalFee(quarterly, upgraded, false)).toBe(32_000n)
    expect(finalFee(quarterly, billingSubscription('2024-05-20', end), false)).toBe(32_000n)
  })

  it('bill the day of the end', () => {
    expect(finalFee(billingPlan(), september('2023-09-06'), false)).toBe(67n)
    expect(finalFee(billingPlan(), september('2023-10-05'), false)).toBe(1000n)
    expect(finalFee(billingPlan({ payInAdvance: true }), september('2023-10-05'), false, before)).toBeNull()
    expect(finalFee(billingPlan(), september('2023-09-05T20:00:00Z'), false)).toBe(33n)
    const calendar = billingSubscription('2023-09-05', endedAt('2023-10-01T15:00:00Z'))
    expect(finalFee(billingPlan(), calendar, true, before)).toBe(32n)
  })
})

describe('when there is no fee row', () => {
  const subscription = billingSubscription('2024-01-31T01:00:00Z', anniversary)

  it('in the months of a year, whatever is monthly', () => {
    const arrears = billingPlan({ interval: 'yearly', billChargesMonthly: true })
    expect(fee(arrears, subscription, { on: '2024-02-29' })).toBeNull()
    expect(fee(arrears, subscription, { on: '2025-01-31' })).toBe(1000n)
    const advance = { ...arrears, payInAdvance: true }
    expect(fee(advance, subscription, { on: '2024-01-31T01:00:00Z' })).toBe(1000n)
    expect(fee(advance, subscription, { on: '2024-02-29', history: before })).toBeNull()
    expect(fee(advance, subscription, { on: '2025-01-31', history: before })).toBe(1000n)
  })

  it('in the first year of a backdated subscription paid in advance', () => {
    const plan = billingPlan({ interval: 'yearly', payInAdvance: true, billChargesMonthly: true })
    const backdated = { ...subscription, createdAt: at('2024-02-10') }
    expect(fee(plan, backdated, { on: '2024-02-29' })).toBeNull()
    expect(fee(plan, backdated, { on: '2025-01-31' })).toBe(1000n)
    const half = { ...plan, interval: 'semiannual' } as const
    const calendar = billingSubscription('2024-02-01', { createdAt: at('2024-02-10') })
    expect(fee(half, calendar, { on: '2024-07-01' })).toBe(1000n)
  })

  it('when another invoice of the day has it', () => {
    const history = { ...before, hasFeeOnIssuingDay: true }
    expect(fee(billingPlan({ payInAdvance: true }), subscription, { on: '2024-02-29', history })).toBeNull()
    expect(fee(billingPlan(), subscription, { on: '2024-02-29', history })).toBe(1000n)
  })

  it('when only fixed charges start a plan in arrears', () => {
    const history = { ...never, isOnlyStartingInvoice: true }
    const plan = billingPlan({ hasPayInAdvanceFixedCharges: true })
    expect(fee(plan, subscription, { on: '2024-01-31T01:00:00Z', history })).toBeNull()
  })

  it('when the subscription is over or has not begun', () => {
    const advance = billingPlan({ payInAdvance: true })
    const ended = { ...subscription, ...endedAt('2024-03-10') }
    const on = (when: string, invoiceCreatedAt: string) =>
      isSubscriptionFeeDue(
        { plan: advance, subscription: ended, at: at(when), zone: 'UTC' },
        { ...before, invoiceCreatedAt: at(invoiceCreatedAt) },
      )
    expect(on('2024-02-29', '2024-02-29')).toBe(true)
    expect(on('2024-03-10', '2024-03-10')).toBe(false)
    expect(fee(advance, { ...subscription, status: 'pending' }, { on: '2024-02-29' })).toBeNull()
  })
})

describe('the price of days', () => {
  const cases = fc.record({
    interval: fc.constantFrom(...BILLING_INTERVALS),
    billingTime: fc.constantFrom(...BILLING_TIMES),
    amountCents: fc.bigInt({ min: 0n, max: 10n ** 12n }),
    start: fc.nat({ max: 5000 }).map((days) => addDays(calendarDate('2012-01-01'), days)),
    zone: fc.constantFrom('UTC', 'Europe/Paris', 'America/New_York', 'Asia/Tokyo'),
    cuts: fc.array(fc.nat({ max: 365 }), { maxLength: 5 }),
  })

  it('sums to the price over the parts of a period, and no part exceeds it', () => {
    fc.assert(
      fc.property(cases, ({ interval, billingTime, amountCents, start, zone, cuts }) => {
        const plan = billingPlan({ interval, amountCents })
        const startedAt = addMs(startOfDay(start, zone), 3_600_000)
        const subscription = {
          ...billingSubscription('2012-01-01'),
          startedAt,
          subscriptionAt: startedAt,
          billingTime,
        }
        const period = periodContaining(localDate(startedAt, zone), periodRule(subscription, interval, zone))
        const firsts = [0, ...cuts]
          .map((days) => addDays(period.start, days))
          .filter((day) => day <= period.end)
        const parts = [...new Set(firsts)].sort()
        const ended = {
          ...subscription,
          terminatedAt: endOfDay(period.end, zone),
          endedBy: 'termination' as const,
        }
        const prices = parts.map((first, index) => {
          const next = parts[index + 1]
          const to = endOfDay(next === undefined ? period.end : addDays(next, -1), zone)
          const moment = { plan, subscription: ended, at: endOfDay(period.end, zone), zone }
          return subscriptionFee(moment, { from: startOfDay(first, zone), to }, never).preciseAmountCents
        })
        const whole = Decimal.of(amountCents)
        expect(Decimal.sum(prices).round(20).toString()).toBe(whole.toString())
        expect(prices.every((price) => !price.isNegative() && price.compare(whole) <= 0)).toBe(true)
      }),
    )
  })

  it('is exact for all the days of a period', () => {
    const moment = { plan: billingPlan(), subscription: billingSubscription('2024-01-01'), zone: 'UTC' }
    expect(priceOfDays(moment, at('2024-01-10'), 31).toString()).toBe('1000')
  })
})
