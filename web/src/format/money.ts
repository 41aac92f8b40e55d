/** How amounts are written. Nothing is computed: a text of digits goes to Intl as it is. */

import { locale } from './locale.ts'

const cache = new Map<string, Intl.NumberFormat>()

function formatOf(key: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const name = `${locale()} ${key}`
  const known = cache.get(name) ?? new Intl.NumberFormat(locale(), options)
  cache.set(name, known)
  return known
}

/** The digits after the point in amounts of a currency (ISO 4217): 0 for JPY, 2 for EUR, 3 for KWD. */
export function minorDigits(currency: string): number {
  const options = { style: 'currency', currency } as const
  return formatOf(`digits ${currency}`, options).resolvedOptions().maximumFractionDigits ?? 2
}

/** Minor units as a decimal text in major units: `(1205, 'EUR')` is `12.05`. Takes whole numbers, also as text. */
export function toMajor(minor: number | string, currency: string): string {
  const text = String(minor)
  const sign = text.startsWith('-') ? '-' : ''
  const digits = minorDigits(currency)
  const padded = text.replace('-', '').padStart(digits + 1, '0')
  if (digits === 0) return `${sign}${padded}`
  return `${sign}${padded.slice(0, -digits)}.${padded.slice(-digits)}`
}

/**
 * A decimal text in major units as minor units: `('12.5', 'EUR')` is `1250`. Gives null for what is no amount, or has
 * more digits than the currency.
 */
export function toMinor(major: string, currency: string): number | null {
  const match = /^(-?)(\d+)(?:\.(\d*))?$/.exec(major.trim())
  if (!match) return null
  const digits = minorDigits(currency)
  const [, sign = '', whole = '0', fraction = ''] = match
  const kept = fraction.replace(/0+$/, '')
  if (kept.length > digits) return null
  const value = Number(`${sign}${whole}${kept.padEnd(digits, '0')}`)
  return Number.isSafeInteger(value) ? value : null
}

const withMinus = (text: string): string => text.replace('-', '\u2212')

/** Cents of analytics, which may have a fraction, as whole ones: `8333.5` is `8334`. Whole ones keep every digit. */
export function wholeCents(cents: number | string | null | undefined): string {
  const text = String(cents ?? 0)
  return /^-?\d+$/.test(text) ? text : String(Math.round(Number(text)))
}

/** Minor units as people read them: `(1205, 'EUR')` is `€12.05`. */
export function formatCents(minor: number | string | null | undefined, currency: string): string {
  if (minor === null || minor === undefined) return '—'
  const format = formatOf(`cents ${currency}`, { style: 'currency', currency })
  return withMinus(format.format(toMajor(minor, currency) as unknown as number))
}

/** A price as precise as it is written, at least to the currency's own digits: `('0.00015', 'EUR')` is `€0.00015`. */
export function formatPrice(major: string | number | null | undefined, currency: string): string {
  if (major === null || major === undefined || major === '') return '—'
  const format = formatOf(`price ${currency}`, { style: 'currency', currency, maximumFractionDigits: 15 })
  return withMinus(format.format(plain(String(major)) as unknown as number))
}

/** More digits than this after the point are those of a quotient, not of a price that somebody has written. */
const WRITTEN_DIGITS_MAX = 10

/** A price of one unit. One that comes from a division is shown with six digits: `0.0013383331` is `€0.00133833`. */
export function formatUnitPrice(major: string | number | null | undefined, currency: string): string {
  const digits = plain(String(major)).split('.')[1]?.length ?? 0
  if (digits <= WRITTEN_DIGITS_MAX) return formatPrice(major, currency)
  const format = formatOf(`unit ${currency}`, {
    ...{ style: 'currency', currency, roundingPriority: 'morePrecision' },
    ...{ maximumFractionDigits: minorDigits(currency), maximumSignificantDigits: 6 },
  })
  return withMinus(format.format(plain(String(major)) as unknown as number))
}

/** Units, with at most 6 digits after the point: `'56000.0'` is `56,000`. */
export function formatUnits(units: string | number | null | undefined): string {
  if (units === null || units === undefined) return '—'
  return withMinus(
    formatOf('units', { maximumFractionDigits: 6 }).format(plain(String(units)) as unknown as number),
  )
}

/** Units in short for axes and cards: `48.2K`. */
export function formatShort(value: number): string {
  return withMinus(formatOf('short', { notation: 'compact', maximumFractionDigits: 1 }).format(value))
}

/** A rate in percent, as precise as it is: `20` is `20%`. */
export function formatRate(rate: string | number | null | undefined): string {
  if (rate === null || rate === undefined) return '—'
  const options = { style: 'unit', unit: 'percent', maximumFractionDigits: 4 } as const
  return formatOf('rate', options).format(plain(String(rate)) as unknown as number)
}

/** A text that Intl takes for a number; anything else is 0, because it would print NaN. */
function plain(text: string): string {
  return /^-?\d+(\.\d+)?(e-?\d+)?$/i.test(text) ? text : '0'
}
