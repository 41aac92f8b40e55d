import type { Currency } from './currency.ts'

/** An amount of cents in a currency. Immutable; amounts in different currencies are never added. */
export type Money = { readonly cents: bigint; readonly currency: Currency }

/** An amount of cents in a currency. */
export function money(cents: bigint, currency: Currency): Money {
  return { cents, currency }
}

/** The sum of two amounts; throws when their currencies differ. */
export function add(a: Money, b: Money): Money {
  return { cents: a.cents + sameCurrency(a, b).cents, currency: a.currency }
}

/** The first amount minus the second, possibly negative; throws when their currencies differ. */
export function subtract(a: Money, b: Money): Money {
  return { cents: a.cents - sameCurrency(a, b).cents, currency: a.currency }
}

/**
 * -1, 0 or 1 when the first amount is less than, equal to or greater than the second; throws when currencies differ.
 */
export function compareMoney(a: Money, b: Money): -1 | 0 | 1 {
  const difference = subtract(a, b).cents
  if (difference === 0n) return 0
  return difference < 0n ? -1 : 1
}

function sameCurrency(a: Money, b: Money): Money {
  if (a.currency !== b.currency) throw new Error(`cannot combine ${a.currency} and ${b.currency}`)
  return b
}
