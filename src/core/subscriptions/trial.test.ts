import { describe, expect, it } from 'vitest'
import { at, billingPlan, billingSubscription, iso } from '../../../test/support/subscription-fixtures.ts'
import { Decimal } from '../amounts/decimal.ts'
import { isInTrial, isLastTrialDay, trialEndAt } from './trial.ts'

describe('trial', () => {
  const plan = billingPlan({ trialDays: 10 })
  const subscription = billingSubscription('2024-03-05T12:12:00Z')
  const end = (days: string) => trialEndAt({ trialPeriodDays: Decimal.of(days) }, subscription)

  it('ends a number of days after the first start of the chain', () => {
    expect(iso(end('10') ?? at('1970-01-01'))).toBe('2024-03-15T12:12:00.000Z')
    expect(iso(end('0.5') ?? at('1970-01-01'))).toBe('2024-03-06T00:12:00.000Z')
    expect([end('0'), trialEndAt({ trialPeriodDays: null }, subscription)]).toEqual([null, null])
    const upgraded = billingSubscription('2024-03-10', { initialStartedAt: at('2024-03-05T12:12:00Z') })
    expect(trialEndAt(billingPlan({ trialDays: 13 }), upgraded)).toBe(at('2024-03-18T12:12:00Z'))
  })

  it('lasts until its end or until it is marked as ended', () => {
    const seen = (on: string, changes = {}) => {
      const moment = { plan, subscription: { ...subscription, ...changes }, at: at(on), zone: 'UTC' }
      return [isInTrial(moment), isLastTrialDay(moment)]
    }
    expect(seen('2024-03-14T23:00:00Z')).toEqual([true, false])
    expect(seen('2024-03-15T00:00:00Z')).toEqual([true, true])
    expect(seen('2024-03-15T12:12:00Z')).toEqual([false, true])
    expect(seen('2024-03-14T23:00:00Z', { trialEndedAt: at('2024-03-14') })).toEqual([false, false])
    // A draft of the trial that is made anew after it: the mark came later than the bill's instant.
    expect(seen('2024-03-14T23:00:00Z', { trialEndedAt: at('2024-03-15T12:12:00Z') })).toEqual([true, false])
  })
})
