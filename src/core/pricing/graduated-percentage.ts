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
import { groupKeyProperties } from './group-keys-check.ts'
import {
  areContinuous,
  type Bounds,
  boundsOf,
  boundsSchema,
  GRADUATED_STEPS,
  rangeList,
} from './ranges-check.ts'
import { percentOf } from './transaction-limits.ts'

const rangeSchema = Type.Object({ ...boundsSchema, rate: priceSchema, flat_amount: priceSchema })

/**
 * Each tier at its own percentage, plus a flat amount for every tier entered
 * (docs/rules/pricing-models.md#graduated-percentage).
 */
export const graduatedPercentage: ChargeModel = {
  name: 'graduated_percentage',
  schema: Type.Object({ graduated_percentage_ranges: Type.Array(rangeSchema), ...groupKeyProperties }),
  defaults: {
    graduated_percentage_ranges: [
      { from_value: 0, to_value: null, rate: '0', fixed_amount: '0', flat_amount: '0' },
    ],
  },
  keys: ['graduated_percentage_ranges'],
  rules: { payInAdvance: true, prorated: 'never', onlyWith: null, refusedWith: ['latest_agg'] },
  projection: 'scale',
  check: (properties) => {
    const ranges = rangeList(properties.graduated_percentage_ranges)
    if (!ranges) return ['missing_graduated_percentage_ranges']
    const codes: FieldCode[] = []
    if (!areContinuous(ranges, GRADUATED_STEPS)) codes.push('invalid_graduated_percentage_ranges')
    if (!ranges.every((range) => isAmount(range.flat_amount))) codes.push('invalid_amount')
    if (!ranges.every((range) => isAmount(range.rate))) codes.push('invalid_rate')
    return codes
  },
  readsEvents: () => false,
  price: priceTiers,
  eventDetails,
}

function priceTiers(properties: ChargeProperties, usage: PricedUsage): Price {
  const { units } = usage
  const owesFlat = usage.flatAtZero || !units.isZero()
  const lines: RangeLine[] = []
  let amount = Decimal.zero
  for (const range of rangeList(properties.graduated_percentage_ranges) ?? []) {
    const bounds = boundsOf(range)
    const rate = amountOf(range.rate)
    const quantity = quantityIn(bounds, units)
    const percent = percentOf(quantity, rate)
    const flat = owesFlat ? amountOf(range.flat_amount) : Decimal.zero
    const total = percent.plus(flat)
    amount = amount.plus(total)
    lines.push({
      from_value: range.from_value,
      to_value: range.to_value ?? null,
      flat_unit_amount: flat.toWire(),
      rate: rate.toWire(),
      units: quantity.toWire(),
      per_unit_total_amount: percent.toWire(),
      total_with_flat_amount: total.toWire(),
    })
    if (bounds.to === null || bounds.to.compare(units) >= 0) break
  }
  return {
    amount,
    unitAmount: perUnit(amount, usage.fullUnits),
    details: { graduated_percentage_ranges: lines },
  }
}

/** Bounds count units here, even in touching ranges: 0 counts as 1, so that 0-10 holds ten units. */
function quantityIn({ from, to }: Bounds, units: Decimal): Decimal {
  if (to !== null && units.compare(to) >= 0) {
    return to.minus(Decimal.max(from, Decimal.one)).plus(Decimal.one)
  }
  return from.isZero() ? units : units.minus(from).plus(Decimal.one)
}

type RangeLine = {
  readonly from_value: unknown
  readonly to_value: unknown
  readonly flat_unit_amount: string
  readonly rate: string
  readonly units: string
  readonly per_unit_total_amount: string
  readonly total_with_flat_amount: string
}

/** One event's part in each range; its unit price is an average with two decimals, including the flat amount. */
function eventDetails(withEvent: Price, withoutEvent: Price): Price['details'] {
  const before = linesOf(withoutEvent)
  const lines = linesOf(withEvent).map((line, k): RangeLine => {
    const less = (name: 'units' | 'flat_unit_amount' | 'total_with_flat_amount'): Decimal =>
      Decimal.of(line[name]).minus(Decimal.of(before[k]?.[name] ?? '0'))
    const units = less('units')
    const total = less('total_with_flat_amount')
    return {
      ...line,
      flat_unit_amount: less('flat_unit_amount').toWire(),
      units: units.toWire(),
      per_unit_total_amount: perUnit(total, units).round(2).toWire(),
      total_with_flat_amount: total.toWire(),
    }
  })
  return { graduated_percentage_ranges: lines }
}

/** The lines that `priceTiers` added to a price. */
function linesOf(price: Price): readonly RangeLine[] {
  const lines = price.details.graduated_percentage_ranges
  return Array.isArray(lines) ? lines : []
}
