import Type from 'typebox'
import { amountOf, isAmount, priceSchema } from './amounts-check.ts'
import { type ChargeModel, perUnit } from './charge-model.ts'
import { groupKeyProperties } from './group-keys-check.ts'

/** Every unit at the same price (docs/rules/pricing-models.md#standard). */
export const standard: ChargeModel = {
  name: 'standard',
  schema: Type.Object({ amount: priceSchema, ...groupKeyProperties }),
  defaults: { amount: '0' },
  keys: ['amount'],
  rules: { payInAdvance: true, prorated: 'always', onlyWith: null, refusedWith: [] },
  projection: 'reprice',
  check: (properties) => (isAmount(properties.amount) ? [] : ['invalid_amount']),
  readsEvents: () => false,
  price: (properties, usage) => {
    const amount = usage.units.times(amountOf(properties.amount))
    return { amount, unitAmount: perUnit(amount, usage.fullUnits), details: {} }
  },
}
