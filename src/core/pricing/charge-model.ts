import type { TSchema } from 'typebox'
import { Decimal } from '../amounts/decimal.ts'
import type { FieldCode } from '../codes.ts'
import type { Aggregation } from '../metering/usage.ts'

/** The `properties` of a charge as stored: prices are decimal strings, bounds are numbers or strings. */
export type ChargeProperties = Readonly<Record<string, unknown>>

/**
 * A change of a recurring quantity: its signed full units and the share of the period that it is paid for.
 */
export type Movement = { readonly units: Decimal; readonly prorated: Decimal }

/**
 * The running totals `R` of a percentage (docs/rules/pricing-models.md#percentage), in event order. A count
 * says only how far it goes (1, 2, …, n), so that a million events need no million decimals.
 */
export type RunningTotals = readonly Decimal[] | { readonly countUpTo: number }

/** Each event's own value in event order; `ones` stands for that many events of one unit each (counts). */
export type EventValues = readonly Decimal[] | { readonly ones: number }

/** What a model prices (docs/rules/pricing-models.md). Amounts are in currency units. */
export type PricedUsage = {
  /** `u`: the units that the money is computed on; prorated when the charge is. */
  readonly units: Decimal
  /** `U`: the full units; equals `units` when nothing is prorated. */
  readonly fullUnits: Decimal
  /** `n`. */
  readonly eventsCount: number
  /** `R` of the percentage model (see `runningTotalsOf`); empty when it has no free allowance. */
  readonly runningTotals: RunningTotals
  /** Needed only by a percentage with per-transaction limits. */
  readonly eventValues: EventValues
  /** Movements in order, for the prorated graduated model; undefined when the charge is not prorated. */
  readonly movements: readonly Movement[] | undefined
  /** Σ precise_total_amount_cents of the events, in currency units (dynamic); a custom script's amount. */
  readonly preciseTotalAmount: Decimal
  /**
   * False for what there was before the first event in advance: no flat amount at zero units
   * (docs/rules/in-advance.md).
   */
  readonly flatAtZero: boolean
}

/** A price in currency units, unrounded, with the breakdown that a fee shows as `amount_details`. */
export type Price = {
  readonly amount: Decimal
  readonly unitAmount: Decimal
  readonly details: Readonly<Record<string, unknown>>
}

/** With what a model may be combined (docs/rules/pricing-models.md#which-models-go-with-what). */
export type ModelRules = {
  readonly payInAdvance: boolean
  /** Proration of a recurring metric: `always` means in advance as well as in arrears. */
  readonly prorated: 'never' | 'in_arrears' | 'always'
  /** The only aggregation that the model can price; null when it takes more than one. */
  readonly onlyWith: Aggregation | null
  /** Aggregations refused with `properties: invalid_value`. */
  readonly refusedWith: readonly Aggregation[]
}

/** The whole truth of one way to charge: its properties, their rules, and the price. */
export type ChargeModel = {
  readonly name: string
  /** JSON Schema of the properties, for the API description. */
  readonly schema: TSchema
  /** Properties that a charge without any gets (docs/rules/pricing-models.md). */
  readonly defaults: ChargeProperties
  /** Names of the properties that belong to the model; others are dropped on write. */
  readonly keys: readonly string[]
  readonly rules: ModelRules
  /**
   * How projected usage prices the rest of the period (docs/rules/usage.md#projected-usage): anew, or the
   * amount scaled with the days.
   */
  readonly projection: 'reprice' | 'scale'
  /**
   * Codes of what is wrong with the properties (docs/rules/pricing-models.md#which-models-go-with-what);
   * empty when they are valid.
   */
  readonly check: (properties: ChargeProperties) => readonly FieldCode[]
  /** True when the price needs `runningTotals` or `eventValues`, hence the events and not only their sum. */
  readonly readsEvents: (properties: ChargeProperties) => boolean
  /** Takes properties that passed `check`; throws on others, because such a charge cannot be stored. */
  readonly price: (properties: ChargeProperties, usage: PricedUsage) => Price
  /**
   * `amount_details` of one event in advance (docs/rules/in-advance.md) from the details with and without it;
   * absent: `{}`.
   */
  readonly eventDetails?: (withEvent: Price, withoutEvent: Price) => Price['details']
}

/** Usage of `units` that is not prorated and carries no events: the start of every other usage. */
export function plainUsage(units: Decimal, eventsCount = 0): PricedUsage {
  return {
    units,
    fullUnits: units,
    eventsCount,
    runningTotals: [],
    eventValues: [],
    movements: undefined,
    preciseTotalAmount: Decimal.zero,
    flatAtZero: true,
  }
}

/** The price of one unit when `units` cost `amount`; zero when there are none (docs/rules/pricing-models.md). */
export function perUnit(amount: Decimal, units: Decimal): Decimal {
  return units.isZero() ? Decimal.zero : amount.dividedBy(units)
}
