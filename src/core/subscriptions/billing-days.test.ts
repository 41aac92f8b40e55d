import { describe, expect, it } from 'vitest'
import { at, billingPlan, iso, shown } from '../../../test/support/subscription-fixtures.ts'
import { billingDays, type WishedSubscription } from './billing-days.ts'

function daysOf(wish: Partial<Omit<WishedSubscription, 'subscriptionAt'>>, start: string, now: string) {
  const whole: WishedSubscription = {
    plan: billingPlan(),
    billingTime: 'calendar',
    endingAt: null,
    ...wish,
    subscriptionAt: at(start),
  }
  const { bills, unbilled } = billingDays(whole, at(now), 'UTC', 3)
  return {
    bills: bills.map((bill) => [iso(bill.at).slice(0, 10), shown(bill.price), shown(bill.usage)]),
    unbilled: unbilled.map(({ start, end, hasPrice, hasUsage }) => [start, end, hasPrice, hasUsage]),
  }
}

describe('the bills ahead', () => {
  it('follow the calendar in arrears', () => {
    expect(daysOf({}, '2024-01-10T12:00:00Z', '2024-01-10T12:00:00Z')).toEqual({
      bills: [
        ['2024-02-01', '2024-01-10 .. 2024-01-31', '2024-01-10T12:00:00.000Z .. 2024-01-31'],
        ['2024-03-01', '2024-02-01 .. 2024-02-29', '2024-02-01 .. 2024-02-29'],
        ['2024-04-01', '2024-03-01 .. 2024-03-31', '2024-03-01 .. 2024-03-31'],
      ],
      unbilled: [],
    })
  })

  it('begin at the start in advance', () => {
    const { bills } = daysOf({ plan: billingPlan({ payInAdvance: true }) }, '2024-01-10', '2024-01-10')
    expect(bills.slice(0, 2)).toEqual([
      ['2024-01-10', '2024-01-10 .. 2024-01-31', null],
      ['2024-02-01', '2024-02-01 .. 2024-02-29', '2024-01-10 .. 2024-01-31'],
    ])
  })

  it('leave out what is over when the start is in the past', () => {
    const wish = { billingTime: 'anniversary' } as const
    expect(daysOf(wish, '2023-10-31', '2024-01-15')).toEqual({
      bills: [
        ['2024-01-31', '2023-12-31 .. 2024-01-30', '2023-12-31 .. 2024-01-30'],
        ['2024-02-29', '2024-01-31 .. 2024-02-28', '2024-01-31 .. 2024-02-28'],
        ['2024-03-31', '2024-02-29 .. 2024-03-30', '2024-02-29 .. 2024-03-30'],
      ],
      unbilled: [
        ['2023-11-30', '2023-12-30', false, false],
        ['2023-10-31', '2023-11-29', false, false],
      ],
    })
    const inAdvance = daysOf(
      { ...wish, plan: billingPlan({ payInAdvance: true }) },
      '2023-12-31',
      '2024-01-15',
    )
    expect(inAdvance.bills[0]).toEqual(['2024-01-31', '2024-01-31 .. 2024-02-28', '2023-12-31 .. 2024-01-30'])
    expect(inAdvance.unbilled).toEqual([['2023-12-31', '2024-01-30', false, true]])
  })

  it('have the price only after the trial', () => {
    const plan = billingPlan({ payInAdvance: true, trialDays: 20 })
    expect(daysOf({ plan }, '2024-01-05', '2024-01-05').bills.slice(0, 2)).toEqual([
      ['2024-01-25', '2024-01-25 .. 2024-01-31', null],
      ['2024-02-01', '2024-02-01 .. 2024-02-29', '2024-01-05 .. 2024-01-31'],
    ])
    const arrears = billingPlan({ trialDays: 40 })
    expect(daysOf({ plan: arrears }, '2024-01-01', '2024-01-01').bills.slice(0, 2)).toEqual([
      ['2024-02-01', null, '2024-01-01 .. 2024-01-31'],
      ['2024-03-01', '2024-02-10 .. 2024-02-29', '2024-02-01 .. 2024-02-29'],
    ])
  })

  it('end with the subscription', () => {
    expect(daysOf({ endingAt: at('2024-02-15') }, '2024-01-10', '2024-01-10').bills).toEqual([
      ['2024-02-01', '2024-01-10 .. 2024-01-31', '2024-01-10 .. 2024-01-31'],
      ['2024-02-15', '2024-02-01 .. 2024-02-15T00:00:00.000Z', '2024-02-01 .. 2024-02-15T00:00:00.000Z'],
    ])
  })

  it('bill the usage of a yearly plan each month, and its price once', () => {
    const plan = billingPlan({ interval: 'yearly', payInAdvance: true, billChargesMonthly: true })
    const { bills } = daysOf({ plan }, '2024-01-01', '2024-01-01')
    expect(bills).toEqual([
      ['2024-01-01', '2024-01-01 .. 2024-12-31', null],
      ['2024-02-01', null, '2024-01-01 .. 2024-01-31'],
      ['2024-03-01', null, '2024-02-01 .. 2024-02-29'],
    ])
  })
})
