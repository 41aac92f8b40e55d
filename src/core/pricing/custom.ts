import Type from 'typebox'
import { type ChargeModel, perUnit } from './charge-model.ts'
import { groupKeyProperties } from './group-keys-check.ts'

/**
 * The amount returned by a custom aggregation script, unchanged (docs/rules/pricing-models.md#graduated-percentage).
 */
export const custom: ChargeModel = {
  name: 'custom',
  schema: Type.Object(groupKeyProperties),
  defaults: {},
  keys: [],
  rules: { payInAdvance: true, prorated: 'never', onlyWith: 'custom_agg', refusedWith: [] },
  projection: 'scale',
  check: () => [],
  readsEvents: () => false,
  price: (_properties, usage) => ({
    amount: usage.preciseTotalAmount,
    unitAmount: perUnit(usage.preciseTotalAmount, usage.fullUnits),
    details: {},
  }),
}
