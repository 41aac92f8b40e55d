import { describe, expect, it } from 'vitest'
import { checkProgressiveBilling, lifetimeTotal } from './progressive-check.ts'

const fixed = (amount: number) => ({ id: `f${amount}`, amountCents: BigInt(amount), isRecurring: false })
const recurring = (amount: number) => ({ id: `r${amount}`, amountCents: BigInt(amount), isRecurring: true })
const figures = (invoiced: number, current: number) => ({
  historicalCents: 0n,
  invoicedCents: BigInt(invoiced),
  currentCents: BigInt(current),
})
const billed = (fees: number) => ({ invoiceId: 'p', feesCents: BigInt(fees) })

describe('a check of progressive billing', () => {
  const thresholds = [recurring(5), fixed(40), fixed(31), fixed(20), fixed(10)]

  it.each([
    [0, 45, [20, 31, 40, 5]],
    [11, 10, []],
    [20, 20, [31, 40]],
    [40, 14, []],
    [40, 15, [5]],
    [49, 11, [5]],
  ])(
    'case 88: takes 10 that were billed for past: %d invoiced and %d current',
    (invoiced, current, expected) => {
      const { passed } = checkProgressiveBilling(thresholds, figures(invoiced, current), billed(10))
      expect(passed.map((each) => Number(each.amountCents))).toEqual(expected)
    },
  )

  it('has one key for the same fixed threshold, whatever was billed meanwhile', () => {
    const first = checkProgressiveBilling([fixed(10)], figures(3, 12), undefined)
    const again = checkProgressiveBilling([fixed(10)], figures(3, 14), billed(0))
    expect(first.passed).toHaveLength(1)
    expect(again.key).toBe(first.key)
  })

  it('has another key for each step of the recurring one', () => {
    const first = checkProgressiveBilling([recurring(10)], figures(0, 12), undefined)
    const next = checkProgressiveBilling([recurring(10)], figures(0, 24), billed(12))
    expect(next.passed).toHaveLength(1)
    expect(next.key).not.toBe(first.key)
  })

  it('counts usage from before Weir', () => {
    const all = { ...figures(3, 4), historicalCents: 5n }
    expect(lifetimeTotal(all)).toBe(12n)
    expect(checkProgressiveBilling([fixed(12)], all, undefined).passed).toHaveLength(1)
  })
})
