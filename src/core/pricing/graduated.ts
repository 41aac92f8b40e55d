import Type from 'typebox'
import { Decimal } from '../amounts/decimal.ts'
import type { FieldCode } from '../codes.ts'
import { amountOf, isAmount, priceSchema } from './amounts-check.ts'
import {
  type ChargeModel,
  type ChargeProperties,
  type Price,
  type PricedUsage,
  perUnit,
} from './charge-model.ts'
import { priceGraduatedProrated } from './graduated-prorated.ts'
import { groupKeyProperties } from './group-keys-check.ts'
import { areContinuous, boundsOf, boundsSchema, GRADUATED_STEPS, rangeList } from './ranges-check.ts'

const rangeSchema = Type.Object({ ...boundsSchema, per_unit_amount: priceSchema, flat_amount: priceSchema })

/**
 * Each tier at its own price, plus a flat amount for every tier entered
 * (docs/rules/pricing-models.md#graduated).
 */
export const graduated: ChargeModel = {
  name: 'graduated',
  schema: Type.Object({ graduated_ranges: Type.Array(rangeSchema), ...groupKeyProperties }),
  defaults: { graduated_ranges: [{ from_value: 0, to_value: null, per_unit_amount: '0', flat_amount: '0' }] },
  keys: ['graduated_ranges'],
  rules: { payInAdvance: true, prorated: 'in_arrears', onlyWith: null, refusedWith: [] },
  projection: 'reprice',
  check: (properties) => {
    const ranges = rangeList(properties.graduated_ranges)
    if (!ranges) return ['missing_graduated_ranges']
    const codes: FieldCode[] = []
    if (!areContinuous(ranges, GRADUATED_STEPS)) codes.push('invalid_graduated_ranges')
    const priced = ranges.every((range) => isAmount(range.per_unit_amount) && isAmount(range.flat_amount))
    if (!priced) codes.push('invalid_amount')
    return codes
  },
  readsEvents: () => false,
  price: (properties, usage) =>
    usage.movements
      ? priceGraduatedProrated(tiersOf(properties), usage, usage.movements)
      : priceTiers(properties, usage),
}

function tiersOf(properties: ChargeProperties) {
  return (rangeList(properties.graduated_ranges) ?? []).map((range) => ({
    ...boundsOf(range),
    perUnitAmount: amountOf(range.per_unit_amount),
    flatAmount: amountOf(range.flat_amount),
    range,
  }))
}

function priceTiers(properties: ChargeProperties, usage: PricedUsage): Price {
  const { units } = usage
  const tiers = tiersOf(properties)
  // Touching ranges (0-10, 10-20) measure a span; ranges one apart (0-10, 11-20) count units.
  const isAdjacent =
    tiers.length > 1 && tiers.every((tier, k) => k === 0 || tiers[k - 1]?.to?.equals(tier.from) === true)
  const owesFlat = usage.flatAtZero || !units.isZero()
  const lines: Record<string, unknown>[] = []
  let amount = Decimal.zero
  for (const tier of tiers) {
    const cap = tier.to === null ? units : Decimal.min(units, tier.to)
    const quantity = tier.from.isZero()
      ? cap
      : cap.minus(tier.from).plus(isAdjacent ? Decimal.zero : Decimal.one)
    const unitsTotal = quantity.times(tier.perUnitAmount)
    const flat = owesFlat ? tier.flatAmount : Decimal.zero
    const total = unitsTotal.plus(flat)
    amount = amount.plus(total)
    lines.push({
      from_value: tier.range.from_value,
      to_value: tier.range.to_value ?? null,
      flat_unit_amount: flat.toWire(),
      per_unit_amount: (quantity.isZero() ? Decimal.zero : tier.perUnitAmount).toWire(),
      units: quantity.toWire(),
      per_unit_total_amount: unitsTotal.toWire(),
      total_with_flat_amount: total.toWire(),
    })
    if (tier.to === null || tier.to.compare(units) >= 0) break
  }
  return { amount, unitAmount: perUnit(amount, usage.fullUnits), details: { graduated_ranges: lines } }
}
