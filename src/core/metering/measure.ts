import { Decimal, type RoundingMode } from '../amounts/decimal.ts'
import type { Movement } from '../pricing/charge-model.ts'
import { type ChargeWindow, type ProratedUsage, prorateSum } from './proration.ts'
import { prorateUniqueCount } from './unique-count.ts'
import type { Aggregation, UsageGroup } from './usage.ts'
import { weightedSum } from './weighted-sum.ts'

/** The rounding of a metric's units; null for none (docs/rules/aggregation.md#rounding-of-units). */
export type UnitsRounding = {
  readonly roundingFunction: 'round' | 'ceil' | 'floor' | null
  readonly roundingPrecision: number | null
}

/** What is needed to turn a store's answer into units: metric, charge and window. */
export type MeasureContext = ChargeWindow &
  UnitsRounding & {
    readonly aggregation: Aggregation
    readonly recurring: boolean
    readonly prorated: boolean
    /**
     * A recurring weighted sum's level at the start of the window (docs/rules/aggregation.md#weighted-sum); null for
     * none.
     */
    readonly initialLevel: Decimal | null
  }

/** The units of one charge, filter and group. */
export type MeasuredUsage = {
  /** `U`: the full units with the metric's rounding; shown on the fee. */
  readonly units: Decimal
  /** `u`: the units that are priced. */
  readonly pricedUnits: Decimal
  /** `n`; for a unique count it equals the units (a quirk of Lago). */
  readonly eventsCount: number
  /** A weighted sum's end level; otherwise the units (docs/rules/invoices.md#what-is-on-it). */
  readonly totalAggregatedUnits: Decimal
  /** For the prorated graduated model; undefined unless the charge is prorated. */
  readonly movements: readonly Movement[] | undefined
}

/** Decimals at which a unique count is rounded up (docs/rules/aggregation.md#unique-count). */
const UNIQUE_COUNT_SCALE = 5

const ROUNDING_MODES: Readonly<Record<'round' | 'ceil' | 'floor', RoundingMode>> = {
  round: 'half-up',
  ceil: 'ceil',
  floor: 'floor',
}

/**
 * The units of one answer of the event store (docs/rules/aggregation.md#rounding-of-units). A prorated charge needs
 * an answer with detail `events`. Rounding comes last: prorate, round up to 5 decimals, then apply the metric's
 * rounding.
 */
export function measure(group: UsageGroup, context: MeasureContext): MeasuredUsage {
  if (context.aggregation === 'weighted_sum_agg') return measureWeighted(group, context)
  const prorated = prorate(group, context)
  const full = prorated?.full ?? fullUnits(group, context)
  const units = roundUnits(full, context)
  return {
    units,
    pricedUnits: prorated ? roundUnits(prorated.prorated, context) : units,
    eventsCount: context.aggregation === 'unique_count_agg' ? full.toNumber() : group.eventsCount,
    totalAggregatedUnits: units,
    movements: prorated?.movements,
  }
}

/**
 * Units with the metric's rounding; a negative precision rounds to tens, hundreds and so on
 * (docs/rules/aggregation.md#rounding-of-units).
 */
export function roundUnits(units: Decimal, rounding: UnitsRounding): Decimal {
  const { roundingFunction, roundingPrecision } = rounding
  return roundingFunction === null
    ? units
    : units.round(roundingPrecision ?? 0, ROUNDING_MODES[roundingFunction])
}

function measureWeighted(group: UsageGroup, context: MeasureContext): MeasuredUsage {
  const initial = context.recurring ? (context.initialLevel ?? Decimal.zero) : Decimal.zero
  const { average, endLevel } = weightedSum(group, context, initial)
  const units = roundUnits(average, context)
  return {
    units,
    pricedUnits: units,
    eventsCount: group.eventsCount,
    totalAggregatedUnits: endLevel,
    movements: undefined,
  }
}

/** Only recurring sums and unique counts are prorated (docs/rules/proration.md#prorated-usage). */
function prorate(group: UsageGroup, context: MeasureContext): ProratedUsage | undefined {
  if (!context.prorated || !context.recurring) return undefined
  if (context.aggregation === 'sum_agg') return prorateSum(group, context)
  if (context.aggregation === 'unique_count_agg') return prorateUniqueCount(group, context)
  return undefined
}

function fullUnits(group: UsageGroup, context: MeasureContext): Decimal {
  switch (context.aggregation) {
    case 'sum_agg':
      return context.recurring ? group.carried.plus(group.total) : group.total
    case 'latest_agg':
      return Decimal.max(group.total, Decimal.zero)
    case 'unique_count_agg':
      return group.total.round(UNIQUE_COUNT_SCALE, 'ceil')
    default:
      return group.total
  }
}
