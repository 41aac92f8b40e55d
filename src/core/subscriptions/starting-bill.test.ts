import { describe, expect, it } from 'vitest'
import { billingPlan, billingSubscription } from '../../../test/support/subscription-fixtures.ts'
import { isPaymentGateApplicable, startingBill } from './starting-bill.ts'

describe('startingBill', () => {
  const subscription = billingSubscription('2024-03-05T12:12:00Z')

  it.each([
    [{ payInAdvance: true }, 'full'],
    [{ payInAdvance: true, trialDays: 3 }, 'none'],
    [{ payInAdvance: true, trialDays: 3, hasPayInAdvanceFixedCharges: true }, 'fixed_charges'],
    [{ hasPayInAdvanceFixedCharges: true }, 'fixed_charges'],
    [{}, 'none'],
  ] as const)('of a plan with %j is %s', (changes, expected) => {
    const start = { plan: billingPlan(changes), subscription, at: subscription.startedAt }
    expect(startingBill(start)).toBe(expected)
    expect(isPaymentGateApplicable(start)).toBe(expected !== 'none')
  })
})
