import Type from 'typebox'
import { Decimal } from '../amounts/decimal.ts'
import type { FieldCode } from '../codes.ts'
import { amountOf, countOf, isAmount, isCount, priceSchema } from './amounts-check.ts'
import { type ChargeModel, perUnit } from './charge-model.ts'
import { groupKeyProperties } from './group-keys-check.ts'

/**
 * Whole packages of units after some free units; a started package is charged in full
 * (docs/rules/pricing-models.md#package).
 */
export const packageModel: ChargeModel = {
  name: 'package',
  schema: Type.Object({
    amount: priceSchema,
    free_units: Type.Integer({ minimum: 0 }),
    package_size: Type.Integer({ minimum: 1 }),
    ...groupKeyProperties,
  }),
  defaults: { package_size: 1, amount: '0', free_units: 0 },
  keys: ['amount', 'free_units', 'package_size'],
  rules: { payInAdvance: true, prorated: 'never', onlyWith: null, refusedWith: [] },
  projection: 'reprice',
  check: (properties) => {
    const codes: FieldCode[] = []
    if (!isAmount(properties.amount)) codes.push('invalid_amount')
    if (!isCount(properties.free_units, 0)) codes.push('invalid_free_units')
    if (!isCount(properties.package_size, 1)) codes.push('invalid_package_size')
    return codes
  },
  readsEvents: () => false,
  price: (properties, usage) => {
    const packageAmount = amountOf(properties.amount)
    const freeUnits = countOf(properties.free_units)
    const packageSize = countOf(properties.package_size)
    const beyondFree = usage.units.minus(Decimal.of(freeUnits))
    const paid = Decimal.max(beyondFree, Decimal.zero)
    const amount = paid.dividedBy(Decimal.of(packageSize), 0, 'ceil').times(packageAmount)
    const isUnused = usage.units.isZero()
    return {
      amount,
      unitAmount: perUnit(amount, paid),
      details: {
        free_units: Decimal.of(isUnused ? 0 : freeUnits).toWire(),
        paid_units: paid.toWire(),
        per_package_size: isUnused ? 0 : packageSize,
        per_package_unit_amount: (isUnused ? Decimal.zero : packageAmount).toWire(),
      },
    }
  },
}
