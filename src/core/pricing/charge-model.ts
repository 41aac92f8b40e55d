import type { TSchema } from 'typebox'
import type { Decimal } from '../amounts/decimal.ts'

export const CHARGE_MODELS = [
  'standard',
  'graduated',
  'package',
  'percentage',
  'volume',
  'graduated_percentage',
  'custom',
  'dynamic',
] as const

export type ChargeModelName = (typeof CHARGE_MODELS)[number]

/** The `properties` of a charge as stored: prices are decimal strings, bounds are numbers or strings. */
export type ChargeProperties = Readonly<Record<string, unknown>>

/** A change of a recurring quantity: its signed full units and the share of the period that it is paid for. */
export type Movement = { readonly units: Decimal; readonly prorated: Decimal }

/** What a model prices (metering-and-rating §3.3). Amounts are in currency units. */
export type PricedUsage = {
  /** `u`: the units that the money is computed on; prorated when the charge is. */
  readonly units: Decimal
  /** `U`: the full units; equals `units` when nothing is prorated. */
  readonly fullUnits: Decimal
  /** `n`. */
  readonly eventsCount: number
  /** `R` of the percentage model, in event order; empty when it has no free allowance. */
  readonly runningTotals: readonly Decimal[]
  /** Each event's own value in event order; needed by a percentage with per-transaction limits. */
  readonly eventValues: readonly Decimal[]
  /** Movements in order, for the prorated graduated model; undefined when the charge is not prorated. */
  readonly movements: readonly Movement[] | undefined
  /** Σ precise_total_amount_cents of the events, in currency units (dynamic). */
  readonly preciseTotalAmount: Decimal
  /** False when the price of the units before an event is asked: no flat amount at zero units (§3.12). */
  readonly flatAtZero: boolean
}

/** A price in currency units, unrounded, with the breakdown that a fee shows as `amount_details`. */
export type Price = {
  readonly amount: Decimal
  readonly unitAmount: Decimal
  readonly details: Readonly<Record<string, unknown>>
}

/** The whole truth of one way to charge: its properties, their rules, and the price. */
export type ChargeModel = {
  readonly name: ChargeModelName
  /** JSON Schema of the properties, for the API description. */
  readonly schema: TSchema
  /** Properties that a charge without any gets (§3.1). */
  readonly defaults: ChargeProperties
  /** Names of the properties that belong to the model; others are dropped on write. */
  readonly keys: readonly string[]
  /** Codes of what is wrong with the properties (§3.2); empty when they are valid. */
  readonly check: (properties: ChargeProperties) => readonly string[]
  readonly price: (properties: ChargeProperties, usage: PricedUsage) => Price
}
