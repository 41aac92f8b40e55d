import type { Decimal } from '../amounts/decimal.ts'
import type { Instant } from '../calendar/instant.ts'
import type { ChargeFilterRule } from '../metering/filters.ts'
import type { Aggregation, PropertyValues } from '../metering/usage.ts'
import type { ChargeProperties } from '../pricing/charge-model.ts'
import type { ChargeModelName } from '../pricing/models.ts'

/** A charge's metric, with what rating needs. */
export type RatedMetric = {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly aggregation: Aggregation
  readonly fieldName: string | null
  readonly recurring: boolean
  readonly roundingFunction: 'round' | 'ceil' | 'floor' | null
  readonly roundingPrecision: number | null
  /** Declared values of each filter key. */
  readonly filters: PropertyValues
}

/** A charge filter with its own properties, in the order of the last payload. */
export type RatedFilter = ChargeFilterRule & {
  readonly properties: ChargeProperties
  readonly invoiceDisplayName: string | null
}

/** A charge with everything its price depends on. */
export type RatedCharge = {
  readonly id: string
  /** The original charge when this is an overridden copy; otherwise its own id. */
  readonly rootId: string
  readonly code: string
  readonly invoiceDisplayName: string | null
  readonly model: ChargeModelName
  readonly properties: ChargeProperties
  readonly payInAdvance: boolean
  readonly prorated: boolean
  readonly invoiceable: boolean
  readonly regroupPaidFees: string | null
  readonly minAmountCents: bigint
  readonly acceptsTargetWallet: boolean
  readonly pricingUnit: PricingUnit | null
  readonly createdAt: Instant
  readonly metric: RatedMetric
  readonly filters: readonly RatedFilter[]
}

/** The unit a charge is priced in, if not the currency (docs/rules/pricing-models.md#pricing-units). */
export type PricingUnit = {
  readonly id: string
  readonly code: string
  readonly shortName: string
  readonly conversionRate: Decimal
}
