import type { TSchema } from 'typebox'
import { Decimal } from '../amounts/decimal.ts'
import type { FieldCode } from '../codes.ts'
import type { Aggregation } from '../metering/usage.ts'

/** The `properties` of a charge as stored: prices are decimal strings, bounds are numbers or strings. */
export type ChargeProperties = Readonly<Record<string, unknown>>

/** A change of a recurring quantity: its signed full units and the share of the period it is billed for. */
export type Movement = { readonly units: Decimal; readonly prorated: Decimal }

/**
 * The running totals `R` of a percentage (docs/rules/pricing-models.md#percentage), in event order. A count stores
 * only its length (1, 2, …, n), so that a million events do not need a million decimals.
 */
export type RunningTotals = readonly Decimal[] | { readonly countUpTo: number }

/** Each event's own value in event order; `ones` means that many events of one unit each (counts). */
export type EventValues = readonly Decimal[] | { readonly ones: number }

/** The usage that a model prices (docs/rules/pricing-models.md). Amounts are in currency units. */
export type PricedUsage = {
  /** `u`: the units that are priced; prorated when the charge is. */
  readonly units: Decimal
  /** `U`: the full units; equals `units` when nothing is prorated. */
  readonly fullUnits: Decimal
  /** `n`. */
  readonly eventsCount: number
  /** `R` of the percentage model (see `runningTotalsOf`); empty when it has no free allowance. */
  readonly runningTotals: RunningTotals
  /** Only used by a percentage with per-transaction limits. */
  readonly eventValues: EventValues
  /** Movements in order, for the prorated graduated model; undefined unless the charge is prorated. */
  readonly movements: readonly Movement[] | undefined
  /** Σ precise_total_amount_cents of the events in currency units (dynamic), or a custom script's amount. */
  readonly preciseTotalAmount: Decimal
  /**
   * False for the usage before the first event in advance: no flat amount at zero units (docs/rules/in-advance.md).
   */
  readonly flatAtZero: boolean
}

/** An unrounded price in currency units, with the breakdown shown as the fee's `amount_details`. */
export type Price = {
  readonly amount: Decimal
  readonly unitAmount: Decimal
  readonly details: Readonly<Record<string, unknown>>
}

/** What a model may be combined with (docs/rules/pricing-models.md#which-models-go-with-what). */
export type ModelRules = {
  readonly payInAdvance: boolean
  /** Proration of a recurring metric: `always` means in advance as well as in arrears. */
  readonly prorated: 'never' | 'in_arrears' | 'always'
  /** The only aggregation that the model supports; null when there are several. */
  readonly onlyWith: Aggregation | null
  /** Aggregations rejected with `properties: invalid_value`. */
  readonly refusedWith: readonly Aggregation[]
}

/** The complete definition of a charge model: its properties, their rules, and the price. */
export type ChargeModel = {
  readonly name: string
  /** JSON Schema of the properties, for the API description. */
  readonly schema: TSchema
  /** Default properties of a charge sent without any (docs/rules/pricing-models.md). */
  readonly defaults: ChargeProperties
  /** The model's own property names; others are dropped on write. */
  readonly keys: readonly string[]
  readonly rules: ModelRules
  /**
   * How projected usage is priced (docs/rules/usage.md#projected-usage): by pricing the projected units, or by
   * scaling the amount with the days.
   */
  readonly projection: 'reprice' | 'scale'
  /**
   * Error codes for the properties (docs/rules/pricing-models.md#which-models-go-with-what); empty when they are
   * valid.
   */
  readonly check: (properties: ChargeProperties) => readonly FieldCode[]
  /** True when the price needs `runningTotals` or `eventValues`, and therefore the events, not only their sum. */
  readonly readsEvents: (properties: ChargeProperties) => boolean
  /** Expects properties that passed `check` and throws on others, which cannot have been stored. */
  readonly price: (properties: ChargeProperties, usage: PricedUsage) => Price
  /**
   * `amount_details` of one event in advance (docs/rules/in-advance.md) from the details with and without it;
   * absent: `{}`.
   */
  readonly eventDetails?: (withEvent: Price, withoutEvent: Price) => Price['details']
}

/** Usage of `units` without proration or events: the base for building any other usage. */
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
