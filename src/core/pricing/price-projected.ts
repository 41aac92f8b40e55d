import { Decimal } from '../amounts/decimal.ts'
import { type PricedUsage, plainUsage } from './charge-model.ts'
import { chargeModels } from './models.ts'
import type { Pricing } from './price-usage.ts'
import { feeMoney, type RatedFee, zeroFee } from './rated-fee.ts'

/** Decimals of projected units. */
export const PROJECTED_UNITS_SCALE = 2

/** How much of the period has passed, in days, both ends inclusive. */
export type PeriodProgress = { readonly elapsedDays: number; readonly totalDays: number }

/**
 * `value` projected to the end of the period at the current rate: value / (elapsed / total), with the share clamped
 * to 0 to 1 (docs/rules/usage.md#projected-usage). 0 before the period starts.
 */
export function projectToEnd(value: Decimal, { elapsedDays, totalDays }: PeriodProgress): Decimal {
  if (elapsedDays <= 0 || totalDays <= 0) return Decimal.zero
  if (elapsedDays >= totalDays) return value
  return value.times(Decimal.of(totalDays)).dividedBy(Decimal.of(elapsedDays))
}

/**
 * A bucket's usage projected to the end of the period (docs/rules/usage.md#projected-usage): `units` are the
 * projected units, rounded to 2 decimals, and the amounts are their price. A recurring quantity does not grow with
 * the days and is projected as it is. Projections are never negative.
 */
export function priceProjected(
  pricing: Pricing,
  usage: PricedUsage,
  period: PeriodProgress & { readonly isRecurring: boolean },
): RatedFee {
  const model = chargeModels[pricing.model]
  if (usage.units.isNegative() || usage.fullUnits.isNegative()) return zeroFee(pricing)
  if (period.isRecurring) {
    const current = model.price(pricing.properties, usage)
    if (current.amount.isNegative()) return zeroFee(pricing)
    return { units: usage.fullUnits, ...feeMoney(current, pricing), amountDetails: {} }
  }
  const units = projectToEnd(usage.fullUnits, period).round(PROJECTED_UNITS_SCALE)
  const isScaled = model.projection === 'scale' || usage.movements !== undefined
  const projected = isScaled
    ? scaledPrice(pricing, usage, period)
    : model.price(pricing.properties, { ...plainUsage(units), flatAtZero: false })
  if (projected.amount.isNegative()) return zeroFee(pricing)
  return { units, ...feeMoney(projected, pricing), amountDetails: {} }
}

/** Models whose price depends on individual events keep today's price per unit and scale with the days. */
function scaledPrice(pricing: Pricing, usage: PricedUsage, period: PeriodProgress) {
  const { amount, unitAmount } = chargeModels[pricing.model].price(pricing.properties, usage)
  return { amount: projectToEnd(amount, period), unitAmount }
}
