import type { Decimal } from '../amounts/decimal.ts'
import { narrowBreakdowns, type PresentationBreakdown, presentationKeys } from '../metering/grouping.ts'
import type { GroupedBy, PropertyValues } from '../metering/usage.ts'
import {
  type PeriodProgress,
  PROJECTED_UNITS_SCALE,
  priceProjected,
  projectToEnd,
} from '../pricing/price-projected.ts'
import type { RatedFee } from '../pricing/rated-fee.ts'
import type { RatedCharge } from './charge.ts'
import type { RatedUsage } from './rate-usage.ts'

/** The figures in a row of a usage response. */
export type UsageFigures = {
  readonly units: Decimal
  readonly amountCents: bigint
  /** Hundredths of the charge's pricing unit; null when it is priced in the currency. */
  readonly pricingUnitCents: bigint | null
  readonly presentation: readonly PresentationBreakdown[]
}

/** The usage of one charge, filter and group, either rated now or read from a stored fee. */
export type UsageLine = UsageFigures & {
  readonly charge: RatedCharge
  readonly filter: UsageFilter | null
  readonly groupedBy: GroupedBy
  readonly totalAggregatedUnits: Decimal
  readonly eventsCount: number
  /** The projection to the end of the period; null unless requested. */
  readonly projected: UsageFigures | null
}

export type UsageFilter = {
  readonly id: string
  readonly values: PropertyValues
  readonly invoiceDisplayName: string | null
}

/**
 * A rated bucket as a line. `presentation` keeps only the given keys of the charge; undefined keeps all
 * (docs/rules/usage.md#current-usage).
 */
export function usageLineOf(rated: RatedUsage, presentation?: readonly string[]): UsageLine {
  const breakdowns = keptBreakdowns(rated, presentation)
  return {
    charge: rated.charge,
    filter: rated.filter,
    groupedBy: rated.groupedBy,
    ...figuresOf(rated.fee, breakdowns),
    totalAggregatedUnits: rated.totalAggregatedUnits,
    eventsCount: rated.eventsCount,
    projected: null,
  }
}

/**
 * The same with its projection to the end of the period (docs/rules/usage.md#projected-usage). Breakdowns are
 * rounded at the decimals of the currency.
 */
export function projectedLineOf(rated: RatedUsage, progress: PeriodProgress): UsageLine {
  const isRecurring = rated.charge.metric.recurring
  const fee = priceProjected(rated.pricing, rated.usage, { ...progress, isRecurring })
  const breakdowns = isRecurring
    ? rated.presentation
    : rated.presentation.map((part) => ({
        ...part,
        units: projectToEnd(part.units, progress).round(rated.pricing.exponent),
      }))
  const line = usageLineOf(rated)
  // Projects the shown units, even when a charge in advance has charged for more.
  const units = isRecurring ? line.units : projectToEnd(line.units, progress).round(PROJECTED_UNITS_SCALE)
  return { ...line, projected: { ...figuresOf(fee, breakdowns), units } }
}

function figuresOf(fee: RatedFee, presentation: readonly PresentationBreakdown[]): UsageFigures {
  return {
    units: fee.units,
    amountCents: fee.amountCents,
    pricingUnitCents: fee.pricingUnit?.amountCents ?? null,
    presentation,
  }
}

function keptBreakdowns(
  rated: RatedUsage,
  kept: readonly string[] | undefined,
): readonly PresentationBreakdown[] {
  if (kept === undefined) return rated.presentation
  const keys = presentationKeys(rated.charge.properties).map(({ key }) => key)
  return narrowBreakdowns(
    rated.presentation,
    keys.filter((key) => kept.includes(key)),
  )
}
