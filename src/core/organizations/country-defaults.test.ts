import { describe, expect, it } from 'vitest'
import { isCurrency } from '../amounts/currency.ts'
import { isTimeZone } from '../calendar/zone.ts'
import { isCountry } from '../input/places.ts'
import { defaultsOfCountry } from './country-defaults.ts'

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
const COUNTRIES = LETTERS.flatMap((a) => LETTERS.map((b) => a + b)).filter(isCountry)

describe('the defaults of a country', () => {
  it.each([
    ['FR', 'EUR', 'Europe/Paris', 'fr'],
    ['US', 'USD', 'America/New_York', 'en'],
    ['CH', 'CHF', 'Europe/Zurich', 'de'],
    ['JP', 'JPY', 'Asia/Tokyo', 'en'],
    ['BR', 'BRL', 'America/Sao_Paulo', 'pt-BR'],
    ['KW', 'USD', 'Asia/Kuwait', 'en'],
  ])('of %s are %s, %s and %s', (country, currency, timezone, documentLocale) => {
    expect(defaultsOfCountry(country)).toEqual({ currency, timezone, documentLocale })
  })

  it('are there for every country, in currencies and zones that can be billed in', () => {
    expect(COUNTRIES).toHaveLength(249)
    const wrong = COUNTRIES.filter((country) => {
      const { currency, timezone } = defaultsOfCountry(country)
      return !isCurrency(currency) || !isTimeZone(timezone) || timezone === 'UTC'
    })
    expect(wrong).toEqual([])
  })

  it('are dollars, UTC and English without a country', () => {
    expect(defaultsOfCountry(null)).toEqual({ currency: 'USD', timezone: 'UTC', documentLocale: 'en' })
  })
})
