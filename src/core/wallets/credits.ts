import { exponentOf, subunitFactor } from '../amounts/currency.ts'
import { Decimal } from '../amounts/decimal.ts'

/** Credits keep five decimals. */
const CREDIT_SCALE = 5

/** The unit of a wallet: its currency, and the currency units that a credit is worth. */
export type CreditUnit = { readonly currency: string; readonly rate: Decimal }

/** Money that enters or leaves a wallet, in cents and in credits. */
export type CreditAmount = { readonly amountCents: bigint; readonly credits: Decimal }

/** Credits without what is beyond five decimals. */
export function wholeCredits(credits: Decimal): Decimal {
  return credits.round(CREDIT_SCALE, 'floor')
}

/** What credits cost in cents, rounded to a cent, halves up. */
export function centsOfCredits(credits: Decimal, { currency, rate }: CreditUnit): bigint {
  const amount = wholeCredits(credits).times(rate).round(exponentOf(currency))
  return amount.times(subunitFactor(currency)).round(0, 'down').toBigInt()
}

/** What cents are in credits, with five decimals. */
export function creditsOfCents(cents: bigint, { currency, rate }: CreditUnit): Decimal {
  return Decimal.of(cents).dividedBy(subunitFactor(currency).times(rate), CREDIT_SCALE)
}

/**
 * Credits that are sold or granted: their money, and as many credits as that money buys
 * (docs/rules/wallets.md#credits-and-money).
 */
export function inboundAmount(credits: Decimal, unit: CreditUnit): CreditAmount {
  const amountCents = centsOfCredits(credits, unit)
  return { amountCents, credits: creditsOfCents(amountCents, unit) }
}

/** Credits that are voided: the credits as they are asked for, and their money. */
export function voidedAmount(credits: Decimal, unit: CreditUnit): CreditAmount {
  return { amountCents: centsOfCredits(credits, unit), credits: wholeCredits(credits) }
}

/** Money that an invoice takes, and its credits. */
export function invoicedAmount(amountCents: bigint, unit: CreditUnit): CreditAmount {
  return { amountCents, credits: creditsOfCents(amountCents, unit) }
}

/** Whether credits are worth less than a cent, so that they cannot be moved. */
export function roundsToZero(credits: Decimal, unit: CreditUnit): boolean {
  return credits.isPositive() && centsOfCredits(credits, unit) === 0n
}
