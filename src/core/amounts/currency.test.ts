import { describe, expect, it } from 'vitest'
import { CURRENCIES, exponentOf, isCurrency, subunitFactor } from './currency.ts'

/**
 * ICU counts the coins in daily use, ISO 4217 the minor unit of the books. These have no small coins any more
 * but keep two decimals in ISO 4217, which is what invoices follow.
 */
const WITHOUT_COINS =
  'AFN ALL COP HUF IDR LAK LBP MGA MMK MRO PKR RSD SLL SOS STD TZS UZS YER AMD CRC GYD MNT MUR'.split(' ')

function icuDigits(currency: string): number | undefined {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits
}

describe('currencies', () => {
  it('lists the 138 codes of the API, sorted and without repeats', () => {
    expect(CURRENCIES).toHaveLength(138)
    expect([...new Set(CURRENCIES)].sort()).toEqual(CURRENCIES)
    expect(CURRENCIES.every((code) => /^[A-Z]{3}$/.test(code))).toBe(true)
  })

  it('agrees with Intl wherever coins follow the books', () => {
    const compared = [...CURRENCIES, 'KWD', 'BHD', 'TND'].filter((code) => !WITHOUT_COINS.includes(code))
    expect(compared.length).toBeGreaterThan(110)
    for (const code of compared) expect([code, exponentOf(code)]).toEqual([code, icuDigits(code)])
  })

  it('keeps two decimals where only the coins are out of circulation', () => {
    for (const code of WITHOUT_COINS) expect([code, exponentOf(code)]).toEqual([code, 2])
  })

  it('knows how many cents make a unit', () => {
    const factors = ['EUR', 'JPY', 'KWD', 'CLF'].map((code) => subunitFactor(code).toString())
    expect(factors).toEqual(['100', '1', '1000', '10000'])
  })

  it('refuses what is not a currency', () => {
    expect(isCurrency('USD')).toBe(true)
    for (const text of ['usd', 'XXX', '', 'toString', 'KWD']) expect(isCurrency(text)).toBe(false)
    for (const text of ['usd', 'XXX', '', 'toString'])
      expect(() => exponentOf(text)).toThrow('not a currency')
  })
})
