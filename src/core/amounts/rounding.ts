import { exponentOf, subunitFactor } from './currency.ts'
import { Decimal } from './decimal.ts'

/**
 * The whole number of cents nearest to an exact amount of cents, halves away from zero (2.5 → 3, -2.5 →
 * -3).
 */
export function roundCents(preciseCents: Decimal): bigint {
  return preciseCents.round(0).toBigInt()
}

/**
 * An amount in major units as cents: rounds to the currency's exponent, half away from zero, then scales
 * (docs/rules/rounding.md). Throws on an unknown currency.
 */
export function toCents(amount: Decimal, currency: string): bigint {
  return amount.round(exponentOf(currency)).times(subunitFactor(currency)).toBigInt()
}

/** Cents as an exact amount in major units. Throws on an unknown currency. */
export function fromCents(cents: bigint, currency: string): Decimal {
  return fromPreciseCents(Decimal.of(cents), currency)
}

/** Fractional cents as an exact amount in major units. Throws on an unknown currency. */
export function fromPreciseCents(preciseCents: Decimal, currency: string): Decimal {
  return preciseCents.dividedBy(subunitFactor(currency))
}
