import { toWireCents } from '../core/amounts/json-text.ts'
import type { CalendarDate } from '../core/calendar/calendar-date.ts'
import { tiersAt } from '../core/pricing/tiers.ts'
import type { RatedCharge } from '../core/rating/charge.ts'
import type { UsageFigures, UsageLine } from '../core/rating/usage-lines.ts'
import {
  type ChargeUsage,
  type FilterUsage,
  type GroupUsage,
  type UsageSum,
  usageTree,
} from '../core/rating/usage-tree.ts'
import type { Window } from '../core/subscriptions/windows.ts'
import { storedBreakdowns } from './fees.ts'
import { isoSeconds } from './times.ts'

/** The data of one subscription's usage in one window; amounts in cents. */
export type ShownUsage = {
  /** Both ends inclusive. */
  readonly window: Window
  readonly issuingOn: CalendarDate
  readonly currency: string
  readonly amountCents: bigint
  readonly taxesAmountCents: bigint
  /** Null unless it was billed by an invoice. */
  readonly invoiceId: string | null
  readonly lines: readonly UsageLine[]
}

/**
 * `customer_usage`, or one of the `usage_periods` (docs/rules/usage.md#current-usage and
 * docs/rules/usage.md#past-usage).
 */
export function toWireUsage(usage: ShownUsage): object {
  return {
    ...headOf(usage),
    charges_usage: usageTree(usage.lines).map((row) => toWireChargeUsage(row, usage.currency)),
  }
}

/**
 * `live_usage`: `customer_usage` with the tier that each charge and filter has reached. A charge that is split by filters
 * or groups has none itself, because its parts are priced apart.
 */
export function toWireLiveUsage(usage: ShownUsage): object {
  return {
    ...headOf(usage),
    charges_usage: usageTree(usage.lines).map((row) => {
      const { charge } = row
      const isWhole = row.filters.length === 0 && row.groups.length === 0
      return {
        ...toWireChargeUsage(row, usage.currency),
        tier: isWhole ? tierOf(charge, charge.properties, row) : null,
        filters: row.filters.map((each) => {
          const own = charge.filters.find(({ id }) => id === each.filter?.id)?.properties ?? charge.properties
          const tier = row.groups.length === 0 ? tierOf(charge, own, each) : null
          return { ...filterOf(each, charge, sumOf), tier }
        }),
      }
    }),
  }
}

/** Where units are among the tiers of a price; `left` is how many more the tier has, null in the last one. */
function tierOf(
  { model }: RatedCharge,
  properties: RatedCharge['properties'],
  { units }: UsageSum,
): object | null {
  const { tiers, left } = tiersAt(model, properties, units)
  const place = tiers.findIndex(({ isCurrent }) => isCurrent)
  return place < 0 ? null : { number: place + 1, count: tiers.length, left: left?.toWire() ?? null }
}

function toWireChargeUsage(row: ChargeUsage, currency: string) {
  return {
    ...sumOf(row, row.charge),
    amount_currency: currency,
    charge: { ...chargeOf(row.charge), code: row.charge.code },
    billable_metric: metricOf(row.charge),
    filters: row.filters.map((each) => filterOf(each, row.charge, sumOf)),
    grouped_usage: row.groups.map((each) => groupOf(each, row.charge, sumOf)),
  }
}

/**
 * `customer_projected_usage`: the charge has no `code` here, and there is no aggregated total
 * (docs/rules/usage.md#projected-usage).
 */
export function toWireProjectedUsage(usage: ShownUsage): object {
  const tree = usageTree(usage.lines)
  const projectedCents = tree.reduce((sum, row) => sum + (row.projected?.amountCents ?? 0n), 0n)
  return {
    ...headOf(usage),
    projected_amount_cents: toWireCents(projectedCents),
    charges_usage: tree.map((row) => ({
      ...projectedSumOf(row, row.charge),
      amount_currency: usage.currency,
      charge: chargeOf(row.charge),
      billable_metric: metricOf(row.charge),
      filters: row.filters.map((each) => filterOf(each, row.charge, projectedSumOf)),
      grouped_usage: row.groups.map((each) => groupOf(each, row.charge, projectedSumOf)),
    })),
  }
}

type SumToWire = (sum: UsageSum, charge: RatedCharge) => object

function headOf(usage: ShownUsage): object {
  return {
    from_datetime: isoSeconds(usage.window.from),
    to_datetime: isoSeconds(usage.window.to),
    issuing_date: usage.issuingOn,
    currency: usage.currency,
    amount_cents: toWireCents(usage.amountCents),
    total_amount_cents: toWireCents(usage.amountCents + usage.taxesAmountCents),
    taxes_amount_cents: toWireCents(usage.taxesAmountCents),
    lago_invoice_id: usage.invoiceId,
  }
}

function sumOf(sum: UsageSum, charge: RatedCharge): object {
  return {
    units: sum.units.toWire(),
    total_aggregated_units: sum.totalAggregatedUnits.toWire(),
    events_count: sum.eventsCount,
    amount_cents: toWireCents(sum.amountCents),
    pricing_unit_details: pricingUnitOf(sum, charge),
    presentation_breakdowns: storedBreakdowns(sum.presentation),
  }
}

function projectedSumOf(sum: UsageSum, charge: RatedCharge): object {
  const { projected } = sum
  const unit = pricingUnitOf(sum, charge)
  return {
    units: sum.units.toWire(),
    projected_units: projected === null ? '0.0' : projected.units.toWire(),
    events_count: sum.eventsCount,
    amount_cents: toWireCents(sum.amountCents),
    projected_amount_cents: toWireCents(projected?.amountCents ?? 0n),
    pricing_unit_details: unit && {
      ...unit,
      projected_amount_cents: toWireCents(projected?.pricingUnitCents ?? 0n),
    },
    presentation_breakdowns: storedBreakdowns(sum.presentation),
    projected_presentation_breakdowns: storedBreakdowns(projected?.presentation ?? []),
  }
}

function filterOf(row: FilterUsage, charge: RatedCharge, toWire: SumToWire): object {
  return {
    ...toWire(row, charge),
    invoice_display_name: row.filter?.invoiceDisplayName ?? null,
    values: row.filter?.values ?? null,
  }
}

function groupOf(row: GroupUsage, charge: RatedCharge, toWire: SumToWire): object {
  return {
    ...toWire(row, charge),
    grouped_by: row.groupedBy,
    filters: row.filters.map((each) => filterOf(each, charge, toWire)),
  }
}

function pricingUnitOf(sum: UsageFigures, charge: RatedCharge): object | null {
  const { pricingUnit } = charge
  if (pricingUnit === null) return null
  return {
    amount_cents: toWireCents(sum.pricingUnitCents ?? 0n),
    short_name: pricingUnit.shortName,
    conversion_rate: pricingUnit.conversionRate.toWire(),
  }
}

function chargeOf(charge: RatedCharge): object {
  return {
    lago_id: charge.id,
    charge_model: charge.model,
    invoice_display_name: charge.invoiceDisplayName,
  }
}

function metricOf({ metric }: RatedCharge): object {
  return {
    lago_id: metric.id,
    name: metric.name,
    code: metric.code,
    aggregation_type: metric.aggregation,
  }
}
