import { Decimal } from '../amounts/decimal.ts'

/** Decimals of a stored precise amount (docs/rules/rounding.md). */
const PRECISE_SCALE = 15
/** A pricing unit has two decimals, whatever the currency. */
export const PRICING_UNIT_EXPONENT = 2

/** The fee in the charge's pricing unit (docs/rules/pricing-models.md#pricing-units); cents are its hundredths. */
export type PricingUnitAmounts = {
  readonly amountCents: bigint
  readonly preciseAmountCents: Decimal
  readonly unitAmountCents: bigint
  readonly preciseUnitAmount: Decimal
  readonly conversionRate: Decimal
}

/** The amounts of a fee before coupons and taxes. */
export type RatedFee = {
  /** The units shown on the fee (docs/rules/invoices.md#what-is-on-it). */
  readonly units: Decimal
  /** Minor units of the currency. */
  readonly amountCents: bigint
  /** Minor units of the currency with the 15 decimals that are stored. */
  readonly preciseAmountCents: Decimal
  /** `precise_unit_amount`: the price of one unit in currency units, 15 decimals. */
  readonly unitAmount: Decimal
  readonly amountDetails: Readonly<Record<string, unknown>>
  /** Null when the charge is priced in the currency itself. */
  readonly pricingUnit: PricingUnitAmounts | null
}

/** The currency or pricing unit that a charge is priced in. */
export type FeeMoney = {
  /** Decimals of the currency: 2 for EUR, 0 for JPY, 3 for KWD. */
  readonly exponent: number
  /** Currency units per pricing unit; null when prices are in the currency itself. */
  readonly conversionRate: Decimal | null
}

/** Decimals that a charge is priced in: two for a pricing unit, otherwise the currency's. */
export function pricedExponent(money: FeeMoney): number {
  return money.conversionRate === null ? money.exponent : PRICING_UNIT_EXPONENT
}

/** An unrounded amount and unit price, in the unit that the charge is priced in. */
export type RawAmounts = { readonly amount: Decimal; readonly unitAmount: Decimal }

/**
 * The only place where a fee's amount is rounded (docs/rules/pricing-models.md#pricing-units and
 * docs/rules/rounding.md). With a pricing unit, the amount is rounded in that unit first, and both currency amounts
 * are computed from the rounded one.
 */
export function feeMoney(raw: RawAmounts, money: FeeMoney): Omit<RatedFee, 'units' | 'amountDetails'> {
  const rate = money.conversionRate
  if (rate === null) return { ...currencyMoney(raw, money.exponent), pricingUnit: null }
  const inUnit = currencyMoney(raw, PRICING_UNIT_EXPONENT)
  const unitAmountCents = minorUnits(raw.unitAmount, PRICING_UNIT_EXPONENT).round().toBigInt()
  const inCurrency = (cents: bigint): Decimal =>
    Decimal.of(cents).times(rate).times(powerOfTen(-PRICING_UNIT_EXPONENT))
  const inMoney = { amount: inCurrency(inUnit.amountCents), unitAmount: inCurrency(unitAmountCents) }
  return {
    ...currencyMoney(inMoney, money.exponent),
    pricingUnit: {
      amountCents: inUnit.amountCents,
      preciseAmountCents: inUnit.preciseAmountCents,
      unitAmountCents,
      preciseUnitAmount: inUnit.unitAmount,
      conversionRate: rate,
    },
  }
}

/**
 * A zero fee: what negative units and negative amounts become, because usage never results in a credit
 * (docs/rules/aggregation.md).
 */
export function zeroFee(money: FeeMoney): RatedFee {
  const nothing = { amount: Decimal.zero, unitAmount: Decimal.zero }
  return { units: Decimal.zero, ...feeMoney(nothing, money), amountDetails: {} }
}

/** Minor units of an amount in major units, unrounded: 1.5 with exponent 2 is 150. */
export function minorUnits(amount: Decimal, exponent: number): Decimal {
  return amount.times(powerOfTen(exponent))
}

/** Major units of an amount in minor units: 150 with exponent 2 is 1.5. */
export function majorUnits(cents: Decimal, exponent: number): Decimal {
  return cents.times(powerOfTen(-exponent))
}

/** The 15 decimals of a stored precise amount. */
export function precise(amount: Decimal): Decimal {
  return amount.round(PRECISE_SCALE)
}

function currencyMoney({ amount, unitAmount }: RawAmounts, exponent: number) {
  const cents = minorUnits(amount, exponent)
  return {
    amountCents: cents.round().toBigInt(),
    preciseAmountCents: precise(cents),
    unitAmount: precise(unitAmount),
  }
}

function powerOfTen(exponent: number): Decimal {
  return Decimal.of(`1e${exponent}`)
}
