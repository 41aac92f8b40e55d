import Type from 'typebox'
import type { Decimal } from '../amounts/decimal.ts'
import type { FieldCode } from '../codes.ts'
import { amountOf, isAmount, priceSchema } from './amounts-check.ts'
import { type ChargeModel, type ChargeProperties, perUnit } from './charge-model.ts'
import { groupKeyProperties } from './group-keys-check.ts'
import { areContinuous, boundsOf, boundsSchema, rangeList, VOLUME_STEPS } from './ranges-check.ts'

const rangeSchema = Type.Object({ ...boundsSchema, per_unit_amount: priceSchema, flat_amount: priceSchema })

/** All units at the price of the tier that the total falls in (docs/rules/pricing-models.md#volume). */
export const volume: ChargeModel = {
  name: 'volume',
  schema: Type.Object({ volume_ranges: Type.Array(rangeSchema), ...groupKeyProperties }),
  defaults: { volume_ranges: [{ from_value: 0, to_value: null, per_unit_amount: '0', flat_amount: '0' }] },
  keys: ['volume_ranges'],
  rules: { payInAdvance: false, prorated: 'in_arrears', onlyWith: null, refusedWith: [] },
  projection: 'reprice',
  check: (properties) => {
    const ranges = rangeList(properties.volume_ranges)
    if (!ranges) return ['missing_volume_ranges']
    const codes: FieldCode[] = []
    if (!areContinuous(ranges, VOLUME_STEPS)) codes.push('invalid_volume_ranges')
    const priced = ranges.every((range) => isAmount(range.per_unit_amount) && isAmount(range.flat_amount))
    if (!priced) codes.push('invalid_amount')
    return codes
  },
  readsEvents: () => false,
  price: (properties, usage) => {
    // The full units select the tier; the prorated units are priced.
    const { perUnitAmount, flatAmount } = tierOf(properties, usage.fullUnits)
    const unitsTotal = usage.units.times(perUnitAmount)
    const amount = unitsTotal.plus(flatAmount)
    return {
      amount,
      unitAmount: perUnit(amount, usage.fullUnits),
      details: {
        flat_unit_amount: flatAmount.toWire(),
        per_unit_amount: perUnit(unitsTotal, usage.fullUnits).toWire(),
        per_unit_total_amount: unitsTotal.toWire(),
      },
    }
  },
}

/**
 * The first tier that does not end below `units`: a quantity between two tiers belongs to the upper one, whether a
 * fraction (100.5 after 0-100) or a unit in a tolerated gap (11 between 0-10 and 12-20).
 */
function tierOf(properties: ChargeProperties, units: Decimal) {
  const tiers = (rangeList(properties.volume_ranges) ?? [])
    .map((range) => ({
      ...boundsOf(range),
      perUnitAmount: amountOf(range.per_unit_amount),
      flatAmount: amountOf(range.flat_amount),
    }))
    .sort((a, b) => a.from.compare(b.from))
  const tier = tiers.find(({ to }) => to === null || units.compare(to) <= 0)
  if (!tier) throw new Error('volume charge without a last range')
  return tier
}
