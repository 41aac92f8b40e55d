import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { type MinimumUse, trueUpFee } from './minimum.ts'

const d = Decimal.of
const EUR = { exponent: 2, conversionRate: null }
const use = (minAmountCents: bigint, usedCents: bigint, over: Partial<MinimumUse> = {}): MinimumUse => ({
  minAmountCents,
  usedCents,
  usedPreciseCents: d(usedCents),
  fullDays: 28,
  days: 25,
  ...over,
})

describe('the true-up to a minimum', () => {
  it.each([
    ['row 79', use(1000n, 800n), 93n],
    ['row 80', use(10_000n, 7000n), 1929n],
    ['a whole period', use(2800n, 700n, { days: 28 }), 2100n],
    ['a partial period', use(2800n, 700n), 1800n],
  ])('cases 79, 80: %s', (_row, given, cents) => {
    const fee = trueUpFee(given, EUR)
    expect(fee?.amountCents).toBe(cents)
    expect(fee?.units.toString()).toBe('1')
    expect(fee?.unitAmount.toString()).toBe(d(cents).times(d('0.01')).toString())
    expect(fee?.pricingUnit).toBeNull()
  })

  it('completes the precise amounts', () => {
    const fee = trueUpFee(use(1000n, 800n, { usedPreciseCents: d('799.6') }), EUR)
    expect(fee?.preciseAmountCents.toString()).toBe('93.257142857142857')
  })

  it.each([[use(1000n, 893n)], [use(1000n, 5000n)], [use(0n, 0n)]])('none when usage reached it', (given) => {
    expect(trueUpFee(given, EUR)).toBeNull()
  })

  it('counts in the pricing unit and converts once', () => {
    const given = use(1000n, 800n, { days: 28, usedPreciseCents: d('800.4') })
    const fee = trueUpFee(given, { exponent: 2, conversionRate: d('0.5') })
    expect(fee?.pricingUnit?.amountCents).toBe(200n)
    expect(fee?.pricingUnit?.preciseAmountCents.toString()).toBe('199.6')
    expect(fee?.amountCents).toBe(100n)
    expect(fee?.preciseAmountCents.toString()).toBe('100')
  })

  it('loses no cent: fees and true-up together are the minimum of the days', () => {
    const amounts = fc.bigInt({ min: 0n, max: 10n ** 9n })
    fc.assert(
      fc.property(
        amounts,
        amounts,
        fc.integer({ min: 28, max: 31 }),
        fc.nat(31),
        (min, used, fullDays, day) => {
          const days = Math.min(day, fullDays)
          const fee = trueUpFee(use(min, used, { fullDays, days }), EUR)
          const due = d(min).times(d(days)).dividedBy(d(fullDays))
          const total = used + (fee?.amountCents ?? 0n)
          const expected = Decimal.max(due.round(), d(used))
          expect(d(total).minus(expected).isZero()).toBe(true)
        },
      ),
    )
  })
})
