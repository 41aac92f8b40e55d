import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Decimal } from './decimal.ts'
import { split } from './split.ts'

const of = (...weights: (string | number)[]) => weights.map((weight) => Decimal.of(weight))
const decimals = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 18n }), fc.nat({ max: 12 }))
  .map(([digits, scale]) => Decimal.of(digits).times(Decimal.of(`1e-${scale}`)))

describe('split', () => {
  it('gives the units left over to the largest remainders, earlier first', () => {
    expect(split(100n, of(1, 1, 1))).toEqual([34n, 33n, 33n])
    expect(split(10n, of('0.5', '1.5', '1'))).toEqual([2n, 5n, 3n])
    expect(split(-100n, of(1, 1, 1))).toEqual([-34n, -33n, -33n])
    expect(split(5n, of(0, 7))).toEqual([0n, 5n])
  })

  it('refuses weights that cannot carry the amount', () => {
    expect(split(0n, [])).toEqual([])
    expect(split(0n, of(0, 0))).toEqual([0n, 0n])
    expect(() => split(1n, of(0, 0))).toThrow('cannot split')
    expect(() => split(1n, of(2, -1))).toThrow('negative weight')
  })

  it('sums to the whole, and no share is off by a unit or more', () => {
    const cases = fc.tuple(
      fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
      fc.array(decimals, { minLength: 1 }),
    )
    fc.assert(
      fc.property(cases, ([total, weights]) => {
        const sum = Decimal.sum(weights)
        fc.pre(!sum.isZero())
        const shares = split(total, weights)
        expect(shares.reduce((a, b) => a + b, 0n)).toBe(total)
        shares.forEach((share, index) => {
          // |share * sum - total * weight| < sum, so that no division enters the comparison.
          const exact = Decimal.of(total).times(weights[index] ?? Decimal.zero)
          const off = Decimal.of(share).times(sum).minus(exact).abs()
          expect(off.compare(sum)).toBe(-1)
        })
      }),
    )
  })
})
