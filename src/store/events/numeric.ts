import { Decimal } from '../../core/amounts/decimal.ts'

const DIGITS_AT_ONCE = 1500

/**
 * A PostgreSQL numeric as a decimal. Sums may have more digits than can be parsed at once, so a long one is assembled
 * from parts.
 */
export function numericOf(text: string): Decimal {
  if (text.length <= DIGITS_AT_ONCE) return Decimal.of(text)
  const digits = text.replace('-', '').replace('.', '')
  const point = text.indexOf('.')
  const scale = point < 0 ? 0 : text.length - point - 1
  let value = Decimal.zero
  for (let start = 0; start < digits.length; start += DIGITS_AT_ONCE) {
    const part = digits.slice(start, start + DIGITS_AT_ONCE)
    value = value.times(powerOfTen(part.length)).plus(Decimal.of(part))
  }
  for (let left = scale; left > 0; left -= DIGITS_AT_ONCE) {
    value = value.times(Decimal.of(`1e-${Math.min(left, DIGITS_AT_ONCE)}`))
  }
  return text.startsWith('-') ? value.negated() : value
}

function powerOfTen(exponent: number): Decimal {
  return Decimal.of(`1e${exponent}`)
}
