import Type from 'typebox'
import { Decimal } from '../amounts/decimal.ts'
import { type ChargeModel, perUnit } from './charge-model.ts'
import { groupKeyProperties } from './group-keys-check.ts'

/** Each event has its own amount; the fee is their sum (docs/rules/pricing-models.md#graduated-percentage). */
export const dynamic: ChargeModel = {
  name: 'dynamic',
  schema: Type.Object(groupKeyProperties),
  defaults: {},
  keys: [],
  rules: { payInAdvance: true, prorated: 'never', onlyWith: 'sum_agg', refusedWith: [] },
  projection: 'scale',
  check: () => [],
  readsEvents: () => false,
  price: (_properties, usage) => {
    const amount = usage.units.isZero() ? Decimal.zero : usage.preciseTotalAmount
    return { amount, unitAmount: perUnit(amount, usage.fullUnits), details: {} }
  },
}
