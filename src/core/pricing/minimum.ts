import { Decimal } from '../amounts/decimal.ts'
import { type FeeMoney, feeMoney, majorUnits, precise, pricedExponent, type RatedFee } from './rated-fee.ts'

/**
 * A charge's minimum for a period and the total of its fees over all filters and groups. With a pricing unit, all
 * three amounts are hundredths of that unit, otherwise minor units of the currency.
 */
export type MinimumUse = {
  readonly minAmountCents: bigint
  readonly usedCents: bigint
  readonly usedPreciseCents: Decimal
  /** `D`: days of the full period. */
  readonly fullDays: number
  /** `days(from, to)`: the actual days of the period. */
  readonly days: number
}

/**
 * The true-up fee that tops a charge up to its minimum (docs/rules/commitments.md#minimum-of-a-charge), or null when
 * the minimum is met. The minimum is prorated in a partial period. The precise amount makes up the difference to the
 * fees' precise amounts.
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
    // Without a pricing unit the precise amount completes the precise minimum; a converted one follows the rounded
    // unit.
    preciseAmountCents: fee.pricingUnit === null ? missingPrecise : fee.preciseAmountCents,
    pricingUnit: fee.pricingUnit && { ...fee.pricingUnit, preciseAmountCents: missingPrecise },
  }
}
