import { exponentOf } from '../../amounts/currency.ts'

/** An amount of cents in major units with exactly the decimals of its currency: `1234.50`, or `193548` of yen. */
export function amountText(cents: bigint, currency: string): string {
  const decimals = exponentOf(currency)
  const digits = (cents < 0n ? -cents : cents).toString().padStart(decimals + 1, '0')
  const whole = digits.slice(0, digits.length - decimals)
  const sign = cents < 0n ? '-' : ''
  return decimals === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-decimals)}`
}
