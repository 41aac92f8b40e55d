import type { Decimal } from '../amounts/decimal.ts'
import { plainUsage } from './charge-model.ts'
import { type Pricing, priceUsage } from './price-usage.ts'
import { majorUnits, precise, type RatedFee } from './rated-fee.ts'

/**
 * A draft fee whose units were replaced: the model prices them without any event, so that a percentage has no
 * fixed amount and a dynamic charge costs nothing.
 */
export function priceAdjustedUnits(pricing: Pricing, units: Decimal): RatedFee {
  return priceUsage(pricing, plainUsage(units))
}

/**
 * A draft fee whose price per unit was replaced as well. `unitPreciseAmountCents` is in minor units of the
 * currency, `exponent` the currency's; a pricing unit does not take part.
 */
export function priceAdjustedAmount(
  units: Decimal,
  unitPreciseAmountCents: Decimal,
  exponent: number,
): RatedFee {
  const cents = units.times(unitPreciseAmountCents)
  return {
    units,
    amountCents: cents.round().toBigInt(),
    preciseAmountCents: precise(cents),
    unitAmount: precise(majorUnits(unitPreciseAmountCents, exponent)),
    amountDetails: {},
    pricingUnit: null,
  }
}
