import { describe, expect, it } from 'vitest'
import { type ChoosablePlan, planChoices } from './plan-choices.ts'

const plan = (id: string, amountCents: bigint, more: Partial<ChoosablePlan> = {}): ChoosablePlan => ({
  ...{ id, amountCents, interval: 'monthly', amountCurrency: 'EUR' },
  ...more,
})
const OFFERED = [
  plan('large', 9000n),
  plan('small', 1000n),
  plan('yearly', 60_000n, { interval: 'yearly' }),
  plan('same', 5000n),
  plan('middle', 5000n),
  plan('dollars', 1000n, { amountCurrency: 'USD' }),
]
const chosen = (of: object = {}) =>
  planChoices({ status: 'active', planId: 'middle', isGated: false, ...of }, OFFERED).map(
    ({ id, kind }) => `${id}: ${kind}`,
  )

describe('the plans that a customer may change to', () => {
  it('are those that are offered in its currency, the cheapest first, each with what the change is', () => {
    expect(chosen()).toEqual(['small: downgrade', 'yearly: upgrade', 'same: upgrade', 'large: upgrade'])
  })

  it('are none from a plan that is not offered, as one with prices of its own', () => {
    expect(chosen({ planId: 'a copy of middle' })).toEqual([])
  })

  it.each([['pending'], ['terminated'], ['incomplete'], ['canceled']])(
    'are none while it is %s',
    (status) => {
      expect(chosen({ status })).toEqual([])
    },
  )

  it('are none while a change waits to be paid', () => {
    expect(chosen({ isGated: true })).toEqual([])
  })
})
