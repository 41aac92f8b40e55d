import { describe, expect, it } from 'vitest'
import { type Currency, isCurrency } from './currency.ts'
import { add, compareMoney, money, subtract } from './money.ts'

function currency(code: string): Currency {
  if (!isCurrency(code)) throw new Error(code)
  return code
}
const eur = currency('EUR')
const usd = currency('USD')

describe('money', () => {
  it('adds and subtracts cents of one currency', () => {
    expect(add(money(150n, eur), money(-50n, eur))).toEqual({ cents: 100n, currency: 'EUR' })
    expect(subtract(money(100n, eur), money(150n, eur))).toEqual({ cents: -50n, currency: 'EUR' })
    expect(compareMoney(money(1n, eur), money(2n, eur))).toBe(-1)
    expect(compareMoney(money(2n, eur), money(2n, eur))).toBe(0)
  })

  it('refuses two currencies', () => {
    expect(() => add(money(1n, eur), money(1n, usd))).toThrow('EUR and USD')
    expect(() => subtract(money(0n, eur), money(0n, usd))).toThrow('EUR and USD')
    expect(() => compareMoney(money(1n, eur), money(1n, usd))).toThrow('EUR and USD')
  })
})
