import { exponentOf, subunitFactor } from '../amounts/currency.ts'
import { Decimal } from '../amounts/decimal.ts'
import { type CalendarDate, partsOf } from '../calendar/calendar-date.ts'
import type { Locale } from './words.ts'

const NO_BREAK = '\u00a0'
const NARROW = '\u202f'

/** Digits printed of a number below one, and decimals of any other, so that prices stay readable. */
const SIGNIFICANT_DIGITS = 6
const DECIMALS_MAX = 6
const RATE_DECIMALS_MAX = 5

/** How a language writes numbers and dates. Our own tables: `Intl` changes them between releases of Node. */
type Style = {
  readonly decimal: string
  readonly group: string
  /** `before`: the sign of the currency touches the number; `apart`: a space between; `after`: behind it. */
  readonly currency: 'before' | 'apart' | 'after'
  readonly percent: string
  readonly date: (year: string, month: number, day: number) => string
}

const two = (n: number): string => String(n).padStart(2, '0')
const named = (names: string) => {
  const months = names.split(' ')
  return (month: number): string => months[month - 1] ?? ''
}
const english = named('Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec')
const french = named('janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.')
const spanish = named('ene feb mar abr may jun jul ago sep oct nov dic')
const italian = named('gen feb mar apr mag giu lug ago set ott nov dic')
const norwegian = named('jan. feb. mars april mai juni juli aug. sep. okt. nov. des.')
const swedish = named('jan. feb. mars apr. maj juni juli aug. sep. okt. nov. dec.')

const spaced = `${NO_BREAK}%`

const STYLES: Readonly<Record<Locale, Style>> = {
  en: {
    decimal: '.',
    group: ',',
    currency: 'before',
    percent: '%',
    date: (y, m, d) => `${english(m)} ${d}, ${y}`,
  },
  fr: {
    decimal: ',',
    group: NARROW,
    currency: 'after',
    percent: spaced,
    date: (y, m, d) => `${d} ${french(m)} ${y}`,
  },
  de: {
    decimal: ',',
    group: '.',
    currency: 'after',
    percent: spaced,
    date: (y, m, d) => `${two(d)}.${two(m)}.${y}`,
  },
  es: {
    decimal: ',',
    group: '.',
    currency: 'after',
    percent: spaced,
    date: (y, m, d) => `${d} ${spanish(m)} ${y}`,
  },
  it: {
    decimal: ',',
    group: '.',
    currency: 'after',
    percent: '%',
    date: (y, m, d) => `${d} ${italian(m)} ${y}`,
  },
  nb: {
    decimal: ',',
    group: NO_BREAK,
    currency: 'after',
    percent: spaced,
    date: (y, m, d) => `${d}. ${norwegian(m)} ${y}`,
  },
  sv: {
    decimal: ',',
    group: NO_BREAK,
    currency: 'after',
    percent: spaced,
    date: (y, m, d) => `${d} ${swedish(m)} ${y}`,
  },
  'pt-BR': {
    decimal: ',',
    group: '.',
    currency: 'apart',
    percent: '%',
    date: (y, m, d) => `${two(d)}/${two(m)}/${y}`,
  },
  'zh-TW': {
    decimal: '.',
    group: ',',
    currency: 'before',
    percent: '%',
    date: (y, m, d) => `${y}年${m}月${d}日`,
  },
}

/** Signs that nobody can mistake; every other currency is named by its code. */
const SIGNS: Readonly<Record<string, string>> = { EUR: '€', USD: '$', GBP: '£', JPY: '¥' }
const LOCAL_SIGNS: Readonly<Partial<Record<Locale, Readonly<Record<string, string>>>>> = {
  'pt-BR': { BRL: 'R$' },
  'zh-TW': { TWD: 'NT$' },
}

/** An amount of cents with exactly the decimals of its currency: `€1,234.56`, `-1.234,56 €`. */
export function formatAmount(locale: Locale, cents: bigint, currency: string): string {
  return formatMajor(locale, Decimal.of(cents).dividedBy(subunitFactor(currency)), currency)
}

/** An amount in major units, rounded to the decimals of its currency. */
export function formatMajor(locale: Locale, amount: Decimal, currency: string): string {
  return withCurrency(locale, fixed(amount, exponentOf(currency)), currency)
}

/** A unit price in major units: at least the decimals of its currency, and no more than are readable. */
export function formatPrice(locale: Locale, price: Decimal, currency: string): string {
  return withCurrency(locale, readable(price, exponentOf(currency)), currency)
}

/** A quantity, never in scientific notation: `1,234,567.125`. */
export function formatUnits(locale: Locale, units: Decimal): string {
  return signed(locale, readable(units, 0), (text) => text)
}

/** A rate in percent without trailing zeros: `8.5%`, `8,5 %`. */
export function formatRate(locale: Locale, rate: Decimal): string {
  const text = rate.round(RATE_DECIMALS_MAX).toString()
  return signed(locale, text, (number) => `${number}${STYLES[locale].percent}`)
}

/** An amount in a pricing unit, always with two decimals: `1,200.00 CR`. */
export function formatPricingUnits(locale: Locale, amount: Decimal, shortName: string): string {
  const text = fixed(amount, 2)
  return signed(locale, text, (number) => `${number}${NO_BREAK}${shortName}`)
}

/** A unit price in a pricing unit. */
export function formatPricingUnitPrice(locale: Locale, price: Decimal, shortName: string): string {
  return signed(locale, readable(price, 2), (number) => `${number}${NO_BREAK}${shortName}`)
}

/** A calendar date as the language writes it. */
export function formatDate(locale: Locale, date: CalendarDate): string {
  const { year, month, day } = partsOf(date)
  return STYLES[locale].date(String(year), month, day)
}

/** Two dates, or one when they are equal. */
export function formatDates(locale: Locale, from: CalendarDate, to: CalendarDate): string {
  const first = formatDate(locale, from)
  return from === to ? first : `${first} – ${formatDate(locale, to)}`
}

function withCurrency(locale: Locale, number: string, currency: string): string {
  const sign = LOCAL_SIGNS[locale]?.[currency] ?? SIGNS[currency]
  return signed(locale, number, (text) => {
    switch (STYLES[locale].currency) {
      case 'after':
        return `${text}${NO_BREAK}${sign ?? currency}`
      case 'apart':
        return `${sign ?? currency}${NO_BREAK}${text}`
      case 'before':
        return sign === undefined ? `${currency}${NO_BREAK}${text}` : `${sign}${text}`
    }
  })
}

/** The minus stands before everything; a zero has none. */
function signed(locale: Locale, plain: string, dress: (grouped: string) => string): string {
  const isMinus = plain.startsWith('-') && /[1-9]/.test(plain)
  const text = dress(grouped(locale, plain.replace('-', '')))
  return isMinus ? `-${text}` : text
}

function grouped(locale: Locale, plain: string): string {
  const { decimal, group } = STYLES[locale]
  const [whole = '0', fraction] = plain.split('.')
  const text = whole.replace(/\B(?=(\d{3})+$)/g, group)
  return fraction === undefined ? text : `${text}${decimal}${fraction}`
}

function fixed(value: Decimal, decimals: number): string {
  const [whole = '0', fraction = ''] = value.round(decimals).toString().split('.')
  return decimals === 0 ? whole : `${whole}.${fraction.padEnd(decimals, '0')}`
}

/** Six significant digits below one, six decimals above, and zeros only up to `decimalsMin`. */
function readable(value: Decimal, decimalsMin: number): string {
  const [whole = '0', fraction = ''] = value.abs().toString().split('.')
  const zeros = /^0*/.exec(fraction)?.[0].length ?? 0
  const scale = whole === '0' && fraction !== '' ? zeros + SIGNIFICANT_DIGITS : DECIMALS_MAX
  const rounded = value.round(scale).toString()
  const decimals = rounded.split('.')[1]?.length ?? 0
  return decimals < decimalsMin ? fixed(value, decimalsMin) : rounded
}
