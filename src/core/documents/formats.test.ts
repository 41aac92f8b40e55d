import { describe, expect, it } from 'vitest'
import { Decimal } from '../amounts/decimal.ts'
import { calendarDate } from '../calendar/calendar-date.ts'
import { formatAmount, formatDate, formatDates, formatPrice, formatRate, formatUnits } from './formats.ts'
import { de } from './words/de.ts'
import { en } from './words/en.ts'
import { es } from './words/es.ts'
import { fr } from './words/fr.ts'
import { it as italian } from './words/it.ts'
import { nb } from './words/nb.ts'
import { ptBr } from './words/pt-br.ts'
import { sv } from './words/sv.ts'
import { zhTw } from './words/zh-tw.ts'
import { type Locale, say, sayCount } from './words.ts'

/** No-break spaces are shown as `_`, narrow ones as `~`. */
const visible = (text: string): string => text.replace(/\u00a0/g, '_').replace(/\u202f/g, '~')
const d = (text: string): Decimal => Decimal.of(text)

describe('formats', () => {
  it.each([
    ['en', '€1,234.56', 'CHF_1,234.50', '8.5%', 'Mar 2, 2026', '-€1,234.56'],
    ['fr', '1~234,56_€', '1~234,50_CHF', '8,5_%', '2 mars 2026', '-1~234,56_€'],
    ['de', '1.234,56_€', '1.234,50_CHF', '8,5_%', '02.03.2026', '-1.234,56_€'],
    ['es', '1.234,56_€', '1.234,50_CHF', '8,5_%', '2 mar 2026', '-1.234,56_€'],
    ['it', '1.234,56_€', '1.234,50_CHF', '8,5%', '2 mar 2026', '-1.234,56_€'],
    ['nb', '1_234,56_€', '1_234,50_CHF', '8,5_%', '2. mars 2026', '-1_234,56_€'],
    ['sv', '1_234,56_€', '1_234,50_CHF', '8,5_%', '2 mars 2026', '-1_234,56_€'],
    ['pt-BR', '€_1.234,56', 'CHF_1.234,50', '8,5%', '02/03/2026', '-€_1.234,56'],
    ['zh-TW', '€1,234.56', 'CHF_1,234.50', '8.5%', '2026年3月2日', '-€1,234.56'],
  ] as const)('document case 7: writes numbers and dates in %s', (locale, euro, franc, rate, date, minus) => {
    const written = [
      formatAmount(locale, 123_456n, 'EUR'),
      formatAmount(locale, 123_450n, 'CHF'),
      formatRate(locale, d('8.50')),
      formatDate(locale, calendarDate('2026-03-02')),
      formatAmount(locale, -123_456n, 'EUR'),
    ]
    expect(written.map(visible)).toEqual([euro, franc, rate, date, minus])
  })

  it('document case 6: uses a sign only where nobody can mistake it', () => {
    const written = (
      [
        ['en', 1000n, 'USD'],
        ['en', 1000n, 'CAD'],
        ['pt-BR', 1000n, 'BRL'],
        ['en', 1000n, 'BRL'],
        ['zh-TW', 123_400n, 'TWD'],
        ['en', 12_345n, 'BHD'],
      ] as const
    ).map(([locale, cents, currency]) => visible(formatAmount(locale, cents, currency)))
    expect(written).toEqual(['$10.00', 'CAD_10.00', 'R$_10,00', 'BRL_10.00', 'NT$1,234.00', 'BHD_12.345'])
  })

  it('document cases 4, 5, 7: has the decimals of the currency, whatever the language', () => {
    expect(formatAmount('en', 193_548n, 'JPY')).toBe('¥193,548')
    expect(visible(formatPrice('en', d('1.50'), 'HUF'))).toBe('HUF_1.50')
    expect(visible(formatAmount('en', 195_101n, 'HUF'))).toBe('HUF_1,951.01')
    expect(visible(formatAmount('nb', 0n, 'EUR'))).toBe('0,00_€')
    expect(visible(formatAmount('nb', -500n, 'EUR'))).toBe('-5,00_€')
  })

  it('document cases 8, 31: writes unit prices with at most six digits below one and six decimals above', () => {
    const prices = ['0.0000125', '0.123456789', '12.3456789', '3.8', '0', '3.333333333333333', '1234.5']
    expect(prices.map((price) => formatPrice('en', d(price), 'EUR'))).toEqual([
      '€0.0000125',
      '€0.123457',
      '€12.345679',
      '€3.80',
      '€0.00',
      '€3.333333',
      '€1,234.50',
    ])
    expect(formatPrice('en', d('0.5'), 'JPY')).toBe('¥0.5')
    expect(formatPrice('en', d('0.000012345679'), 'EUR')).toBe('€0.0000123457')
  })

  it('document case 8: writes quantities without an exponent', () => {
    const units = ['1234567.125', '0.0000001234567', '10', '-0.0000000', '-12']
    expect(units.map((each) => formatUnits('en', d(each)))).toEqual([
      '1,234,567.125',
      '0.000000123457',
      '10',
      '0',
      '-12',
    ])
  })

  it('writes one date for a day, and two for longer', () => {
    const [first, last] = [calendarDate('2026-01-01'), calendarDate('2026-01-31')]
    expect(formatDates('en', first, first)).toBe('Jan 1, 2026')
    expect(formatDates('en', first, last)).toBe('Jan 1, 2026 – Jan 31, 2026')
  })
})

describe('words', () => {
  it('have the same placeholders in every language', () => {
    const holders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort()
    for (const words of [fr, de, es, italian, nb, sv, ptBr, zhTw]) {
      for (const [key, text] of Object.entries(en)) {
        const own = (words as Record<string, string>)[key]
        expect([key, own?.trim() === '', holders(own ?? '')]).toEqual([key, false, holders(text)])
      }
    }
  })

  it('are filled in once: what looks like a placeholder in a name stays', () => {
    expect(say('en', 'fee.subscription', { interval: 'Monthly', plan: '{interval}' })).toBe(
      'Monthly subscription – {interval}',
    )
  })

  it('document case 45: count in the singular and plural of their language', () => {
    const counted = (locale: Locale) =>
      [0, 1, 2].map((value) => sayCount(locale, 'fee.events', { value, text: String(value) }))
    expect(counted('fr')).toEqual(['0 événement', '1 événement', '2 événements'])
    expect(counted('en')).toEqual(['0 events', '1 event', '2 events'])
    expect(counted('zh-TW')).toEqual(['0 筆事件', '1 筆事件', '2 筆事件'])
  })
})
