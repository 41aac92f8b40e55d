import { describe, expect, it } from 'vitest'
import { at, billingPlan, billingSubscription } from '../../../test/support/subscription-fixtures.ts'
import { BILLING_INTERVALS } from '../calendar/boundaries.ts'
import { downgradeDate, planChangeKind, yearlyAmount } from './change.ts'

describe('a change of plan', () => {
  it('compares what plans cost in a year', () => {
    const amounts = BILLING_INTERVALS.map((interval) => yearlyAmount({ interval, amountCents: 100n }))
    expect(amounts).toEqual([5200n, 1200n, 400n, 200n, 100n])
  })

  it('is an upgrade unless the new plan costs less', () => {
    const monthly = { interval: 'monthly', amountCents: 1000n } as const
    expect(planChangeKind(monthly, { interval: 'yearly', amountCents: 12_000n })).toBe('upgrade')
    expect(planChangeKind(monthly, { interval: 'yearly', amountCents: 11_999n })).toBe('downgrade')
    expect(planChangeKind(monthly, { interval: 'weekly', amountCents: 231n })).toBe('upgrade')
  })

  it('waits for the end of the period when it is a downgrade', () => {
    const subscription = billingSubscription('2023-07-19T12:12:00Z', { billingTime: 'anniversary' })
    const moment = {
      plan: billingPlan({ payInAdvance: true }),
      subscription,
      at: at('2023-11-09'),
      zone: 'UTC',
    }
    expect(downgradeDate(moment)).toBe('2023-11-19')
  })
})
