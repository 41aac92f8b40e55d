import { Decimal } from '../amounts/decimal.ts'
import { type FeeMoney, feeMoney, majorUnits, precise, pricedExponent, type RatedFee } from './rated-fee.ts'

/**
 * A charge's minimum for a period and what its fees came to, over all filters and groups. With a pricing
 * unit all three amounts are hundredths of that unit, else minor units of the currency.
 */
export type MinimumUse = {
  readonly minAmountCents: bigint
  readonly usedCents: bigint
  readonly usedPreciseCents: Decimal
  /** `D`: days of the full period. */
  readonly fullDays: number
  /** `days(from, to)`: days that the period really had. */
  readonly days: number
}

/**
 * The true-up that lifts a charge to its minimum (docs/rules/commitments.md#minimum-of-a-charge), or null
 * when usage reached it. The minimum shrinks with the days of a partial period. Its precise amount completes
 * the precise amounts of the fees.
 */
export function trueUpFee(use: MinimumUse, money: FeeMoney): RatedFee | null {
  const minimum = Decimal.of(use.minAmountCents)
    .times(Decimal.of(use.days))
    .dividedBy(Decimal.of(use.fullDays))
  const missing = minimum.minus(Decimal.of(use.usedCents))
  if (!missing.isPositive()) return null
  const rounded = majorUnits(missing.round(), pricedExponent(money))
  const fee = feeMoney({ amount: rounded, unitAmount: rounded }, money)
  const missingPrecise = precise(minimum.minus(use.usedPreciseCents))
  return {
    units: Decimal.one,
    amountDetails: {},
    ...fee,
    // In the currency the precise amount completes the precise minimum; a converted one follows the rounded
    // unit.
    preciseAmountCents: fee.pricingUnit === null ? missingPrecise : fee.preciseAmountCents,
    pricingUnit: fee.pricingUnit && { ...fee.pricingUnit, preciseAmountCents: missingPrecise },
  }
}
