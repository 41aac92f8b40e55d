import type { Decimal } from '../amounts/decimal.ts'
import type { ChargeProperties, PricedUsage } from './charge-model.ts'
import { type ChargeModelName, chargeModels } from './models.ts'
import { type FeeMoney, feeMoney, type RatedFee, zeroFee } from './rated-fee.ts'

/** How a bucket of a charge is priced: the charge's own properties, or those of the filter. */
export type Pricing = FeeMoney & {
  readonly model: ChargeModelName
  readonly properties: ChargeProperties
}

/**
 * The fee for one bucket of usage in arrears (docs/rules/pricing-models.md). The order matters:
 *
 * 1. negative units give a fee of zero units and zero amount (docs/rules/aggregation.md);
 * 2. the model prices the units, exactly;
 * 3. a negative price gives a zero fee as well;
 * 4. a pricing unit is rounded to hundredths and converted to the currency
 * (docs/rules/pricing-models.md#pricing-units);
 * 5. the amount is rounded to the cent, half away from zero (docs/rules/rounding.md).
 *
 * Aggregation, proration and the metric's rounding come before; minimums, coupons and taxes after. `shownUnits` are
 * the units on the fee (docs/rules/invoices.md#what-is-on-it): the full units unless current usage differs.
 */
export function priceUsage(pricing: Pricing, usage: PricedUsage, shownUnits = usage.fullUnits): RatedFee {
  if (isNegativeUsage(usage, shownUnits)) return zeroFee(pricing)
  const price = chargeModels[pricing.model].price(pricing.properties, usage)
  if (price.amount.isNegative()) return zeroFee(pricing)
  return { units: shownUnits, ...feeMoney(price, pricing), amountDetails: price.details }
}

function isNegativeUsage(usage: PricedUsage, shownUnits: Decimal): boolean {
  return usage.units.isNegative() || usage.fullUnits.isNegative() || shownUnits.isNegative()
}
