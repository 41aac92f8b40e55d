import type { Decimal } from '../amounts/decimal.ts'
import { plainUsage } from './charge-model.ts'
import { type Pricing, priceUsage } from './price-usage.ts'
import { majorUnits, precise, type RatedFee } from './rated-fee.ts'

/**
 * Prices a draft fee whose units were adjusted. The model prices them without any events, so a percentage has no
 * fixed amount and a dynamic charge costs nothing.
 */
export function priceAdjustedUnits(pricing: Pricing, units: Decimal): RatedFee {
  return priceUsage(pricing, plainUsage(units))
}

/**
 * Prices a draft fee whose unit price was adjusted as well. `unitPreciseAmountCents` is in minor units of the
 * currency and `exponent` is the currency's; a pricing unit is ignored.
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
