import Type from 'typebox'
import { Decimal } from '../amounts/decimal.ts'
import type { FieldCode } from '../codes.ts'
import {
  amountOf,
  countOf,
  isAbsent,
  isAmount,
  isCount,
  isOptionalAmount,
  optionalAmountOf,
  optionalPriceSchema,
  priceSchema,
} from './amounts-check.ts'
import {
  type ChargeModel,
  type ChargeProperties,
  type Price,
  type PricedUsage,
  perUnit,
} from './charge-model.ts'
import { groupKeyProperties } from './group-keys-check.ts'
import { type FreeAllowance, totalAt, totalsBelow, totalsCount } from './running-totals.ts'
import { percentOf, priceTransactions, type TransactionPrice } from './transaction-limits.ts'

/**
 * A percentage of the units plus a fixed amount per event, after free events or units, optionally with limits per
 * transaction (docs/rules/pricing-models.md#percentage).
 */
export const percentage: ChargeModel = {
  name: 'percentage',
  schema: Type.Object({
    rate: priceSchema,
    fixed_amount: optionalPriceSchema,
    free_units_per_events: Type.Optional(Type.Union([Type.Integer({ minimum: 1 }), Type.Null()])),
    free_units_per_total_aggregation: optionalPriceSchema,
    per_transaction_min_amount: optionalPriceSchema,
    per_transaction_max_amount: optionalPriceSchema,
    ...groupKeyProperties,
  }),
  defaults: { rate: '0' },
  keys: [
    'rate',
    'fixed_amount',
    'free_units_per_events',
    'free_units_per_total_aggregation',
    'per_transaction_min_amount',
    'per_transaction_max_amount',
  ],
  rules: { payInAdvance: true, prorated: 'never', onlyWith: null, refusedWith: ['latest_agg'] },
  projection: 'scale',
  check: checkPercentage,
  readsEvents: (properties) => hasLimits(properties) || hasAllowance(freeAllowanceOf(properties)),
  price: pricePercentage,
  eventDetails,
}

/** The charge's free allowance; zeros when there is none. */
export function freeAllowanceOf(properties: ChargeProperties): FreeAllowance {
  return {
    events: countOf(properties.free_units_per_events),
    units: optionalAmountOf(properties.free_units_per_total_aggregation) ?? Decimal.zero,
  }
}

/** The price of one transaction under these properties. */
export function transactionPriceOf(properties: ChargeProperties): TransactionPrice {
  return {
    rate: amountOf(properties.rate),
    fixedAmount: optionalAmountOf(properties.fixed_amount) ?? Decimal.zero,
    min: optionalAmountOf(properties.per_transaction_min_amount),
    max: optionalAmountOf(properties.per_transaction_max_amount),
  }
}

function checkPercentage(properties: ChargeProperties): readonly FieldCode[] {
  const min = properties.per_transaction_min_amount
  const max = properties.per_transaction_max_amount
  const freeEvents = properties.free_units_per_events
  const codes: FieldCode[] = []
  if (!isAmount(properties.rate)) codes.push('invalid_rate')
  if (!isOptionalAmount(properties.fixed_amount)) codes.push('invalid_fixed_amount')
  if (!isAbsent(freeEvents) && !isCount(freeEvents, 1)) codes.push('invalid_free_units_per_events')
  if (!isOptionalAmount(properties.free_units_per_total_aggregation)) {
    codes.push('invalid_free_units_per_total_aggregation')
  }
  if (!isOptionalAmount(min) || !isOptionalAmount(max)) codes.push('invalid_amount')
  else if (isAmount(min) && isAmount(max) && amountOf(max).compare(amountOf(min)) < 0) {
    codes.push('per_transaction_max_lower_than_per_transaction_min')
  }
  return codes
}

function hasLimits(properties: ChargeProperties): boolean {
  return !isAbsent(properties.per_transaction_min_amount) || !isAbsent(properties.per_transaction_max_amount)
}

function hasAllowance(allowance: FreeAllowance): boolean {
  return allowance.events > 0 || allowance.units.isPositive()
}

function pricePercentage(properties: ChargeProperties, usage: PricedUsage): Price {
  const price = transactionPriceOf(properties)
  const allowance = freeAllowanceOf(properties)
  const { units, eventsCount } = usage

  const freeValue = freeValueOf(allowance, usage)
  const freeUnits = Decimal.min(freeValue, units)
  const paidUnits = units.minus(freeUnits)
  const freeEvents = Math.min(freeCountOf(allowance, usage), eventsCount)
  const paidEvents = units.isZero() ? 0 : eventsCount - freeEvents

  const percent = percentOf(paidUnits, price.rate)
  const fixed = price.fixedAmount.times(Decimal.of(paidEvents))
  const plain = percent.plus(fixed)
  const amount = hasLimits(properties) ? priceTransactions(usage.eventValues, allowance, price) : plain
  return {
    amount,
    unitAmount: perUnit(amount, usage.fullUnits),
    details: {
      units: units.toWire(),
      free_units: freeUnits.toWire(),
      free_events: freeEvents,
      paid_units: paidUnits.toWire(),
      rate: price.rate.toWire(),
      per_unit_total_amount: percent.toWire(),
      paid_events: paidEvents,
      fixed_fee_unit_amount: (paidEvents > 0 ? price.fixedAmount : Decimal.zero).toWire(),
      fixed_fee_total_amount: fixed.toWire(),
      min_max_adjustment_total_amount: amount.minus(plain).toWire(),
    },
  }
}

/** The free units. With both allowances the smaller one wins. */
function freeValueOf(allowance: FreeAllowance, { runningTotals }: PricedUsage): Decimal {
  const count = totalsCount(runningTotals)
  const last = totalAt(runningTotals, count)
  if (last.isZero()) return Decimal.zero
  if (allowance.events > 0 && allowance.events < count) return totalAt(runningTotals, allowance.events)
  if (allowance.units.isZero() || last.compare(allowance.units) <= 0) return last
  return allowance.units
}

/** The number of events without a fixed amount: the smaller of the allowances that are not zero. */
function freeCountOf(allowance: FreeAllowance, { runningTotals }: PricedUsage): number {
  const counts = [allowance.events, totalsBelow(runningTotals, allowance.units)].filter((count) => count > 0)
  return counts.length === 0 ? 0 : Math.min(...counts)
}

const SHARED_DETAILS = new Set(['rate', 'fixed_fee_unit_amount'])

/**
 * One event's part: totals are differences, prices stay the same. Counts are decimal strings here, unlike in a
 * period.
 */
function eventDetails(withEvent: Price, withoutEvent: Price): Price['details'] {
  const entries = Object.entries(withEvent.details).map(([name, value]) => {
    const before = withoutEvent.details[name]
    if (SHARED_DETAILS.has(name)) return [name, value]
    return [
      name,
      Decimal.of(String(value))
        .minus(Decimal.of(String(before)))
        .toWire(),
    ]
  })
  const details: Record<string, unknown> = Object.fromEntries(entries)
  if (Decimal.of(String(details.paid_events)).isZero()) details.fixed_fee_unit_amount = Decimal.zero.toWire()
  return details
}
