import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CURRENCIES } from './currency.ts'
import { Decimal } from './decimal.ts'
import { fromCents, fromPreciseCents, roundCents, toCents } from './rounding.ts'

describe('toCents', () => {
  it.each([
    ['10.5', 'EUR', 1050n],
    ['1.005', 'EUR', 101n],
    ['-1.005', 'EUR', -101n],
    ['0.5', 'JPY', 1n],
    ['-0.5', 'JPY', -1n],
    ['0.4999999999999999999999', 'JPY', 0n],
    ['1.2345', 'KWD', 1235n],
    ['123456789012345678.905', 'USD', 12345678901234567891n],
  ])('%s %s is %s', (amount, currency, cents) => {
    expect(toCents(Decimal.of(amount), currency)).toBe(cents)
  })

  it('comes back from major units for every currency', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n }),
        fc.constantFrom(...CURRENCIES),
        (cents, currency) => {
          expect(toCents(fromCents(cents, currency), currency)).toBe(cents)
        },
      ),
    )
  })
})

describe('roundCents', () => {
  it.each([
    ['2.5', 3n],
    ['-2.5', -3n],
    ['2.4999', 2n],
    ['-0.2', 0n],
  ])('%s is %s', (precise, cents) => {
    expect(roundCents(Decimal.of(precise))).toBe(cents)
  })
})

it('keeps fractions of a cent in major units', () => {
  expect(fromPreciseCents(Decimal.of('71.428571'), 'EUR').toString()).toBe('0.71428571')
})
