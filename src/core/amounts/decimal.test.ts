import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Decimal } from './decimal.ts'

const text = fc
  .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.integer({ min: -12, max: 12 }))
  .map(([digits, exponent]) => `${digits}e${exponent}`)

describe('a decimal', () => {
  it('knows whether it is an integer, zero, negative or positive', () => {
    for (const [source, isInteger, sign] of [
      ['0', true, 0],
      ['-0', true, 0],
      ['0.000', true, 0],
      ['10', true, 1],
      ['-300', true, -1],
      ['1e3', true, 1],
      ['12.50', false, 1],
      ['-0.001', false, -1],
      ['2.000', true, 1],
    ] as const) {
      const value = Decimal.of(source)
      expect([source, value.isInteger(), value.isZero(), value.isNegative(), value.isPositive()]).toEqual([
        source,
        isInteger,
        sign === 0,
        sign === -1,
        sign === 1,
      ])
    }
  })

  it('is an integer exactly when cutting its decimals off changes nothing, also after a division', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const divisor = Decimal.of(b)
        const values = [Decimal.of(a), divisor.isZero() ? divisor : Decimal.of(a).dividedBy(divisor, 3)]
        for (const value of values) {
          const hasFraction = value.toString().includes('.')
          expect([value.toString(), value.isInteger()]).toEqual([value.toString(), !hasFraction])
        }
      }),
    )
  })

  it('that has no more decimals than it is rounded to stays as it is', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: -3, max: 15 }), (source, scale) => {
        const value = Decimal.of(source)
        for (const mode of ['half-up', 'up', 'down', 'ceil', 'floor'] as const) {
          const rounded = value.round(scale, mode)
          expect(rounded.round(scale, mode).equals(rounded)).toBe(true)
          const off = rounded.minus(value).abs()
          expect(off.compare(Decimal.of(`1e${-scale}`))).toBe(-1)
        }
      }),
    )
  })

  it('plus or minus nothing is itself', () => {
    fc.assert(
      fc.property(text, (source) => {
        const value = Decimal.of(source)
        for (const zero of [Decimal.zero, Decimal.of('-0'), Decimal.zero.negated()]) {
          expect(value.plus(zero).toString()).toBe(value.toString())
          expect(zero.plus(value).toString()).toBe(value.toString())
          expect(value.minus(zero).toString()).toBe(value.toString())
          expect(zero.minus(value).toString()).toBe(value.negated().toString())
        }
      }),
    )
  })
})
