import { Decimal } from '../amounts/decimal.ts'
import { amountOf } from './amounts-check.ts'
import { type ChargeProperties, perUnit } from './charge-model.ts'
import type { ChargeModelName } from './models.ts'
import { transactionPriceOf } from './percentage.ts'
import { type FeeMoney, feeMoney, majorUnits, minorUnits } from './rated-fee.ts'
import { priceTransaction } from './transaction-limits.ts'

/** The only models that can price an event without its history (docs/rules/usage.md#estimates). */
export const INSTANT_MODELS = ['standard', 'percentage'] as const satisfies readonly ChargeModelName[]
export type InstantModelName = (typeof INSTANT_MODELS)[number]

/** An instant estimate as returned by the API, whose precise amounts are in two different units. */
export type InstantPrice = {
  readonly units: Decimal
  /** Minor units of the currency. */
  readonly amountCents: bigint
  /** `precise_amount`: currency units, unrounded. */
  readonly preciseAmount: Decimal
  /** `precise_unit_amount`: minor units of the currency, unlike everywhere else. */
  readonly preciseUnitAmountCents: Decimal
}

/** True when the model supports instant estimates. */
export function isInstantModel(name: ChargeModelName): name is InstantModelName {
  return INSTANT_MODELS.some((model) => model === name)
}

/**
 * The price of one event by itself (docs/rules/usage.md#estimates): no history, no free units, no tiers. `units` are
 * the event's, after the metric's rounding; negative units cost nothing. A price in a pricing unit is converted to
 * the currency (docs/rules/pricing-models.md#pricing-units).
 */
export function priceInstant(
  model: InstantModelName,
  properties: ChargeProperties,
  units: Decimal,
  money: FeeMoney,
): InstantPrice {
  if (units.isNegative()) {
    return {
      units: Decimal.zero,
      amountCents: 0n,
      preciseAmount: Decimal.zero,
      preciseUnitAmountCents: Decimal.zero,
    }
  }
  const amount =
    model === 'standard'
      ? units.times(amountOf(properties.amount))
      : priceTransaction(units, transactionPriceOf(properties))
  const raw = { amount, unitAmount: perUnit(amount, units) }
  const { exponent } = money
  const { amountCents, preciseAmountCents, unitAmount } = feeMoney(raw, money)
  const isConverted = money.conversionRate !== null
  return {
    units,
    amountCents,
    preciseAmount: isConverted ? majorUnits(preciseAmountCents, exponent) : amount,
    preciseUnitAmountCents: minorUnits(isConverted ? unitAmount : raw.unitAmount, exponent),
  }
}
