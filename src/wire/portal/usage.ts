import type { Decimal } from '../../core/amounts/decimal.ts'
import { toWireCents } from '../../core/amounts/json-text.ts'
import type { CalendarDate } from '../../core/calendar/calendar-date.ts'
import { ALL_FILTER_VALUES } from '../../core/metering/filters.ts'
import { tiersAt } from '../../core/pricing/tiers.ts'
import type { RatedCharge } from '../../core/rating/charge.ts'
import { type ChargeUsage, type UsageSum, usageTree } from '../../core/rating/usage-tree.ts'
import { filterLabel } from '../fees.ts'
import { isoSeconds } from '../times.ts'
import type { ShownUsage } from '../usage.ts'

/**
 * The usage of a subscription in the portal (docs/api/portal.md): units, the tiers that they have reached, and money
 * unless the organization hides it. Money is without taxes.
 */
export function toWireOwnUsage(
  usage: ShownUsage,
  { showsAmounts, hasTiers }: { readonly showsAmounts: boolean; readonly hasTiers: boolean },
): object {
  const tree = usageTree(usage.lines)
  const amounts = (sum: UsageSum) => (showsAmounts ? { amount_cents: toWireCents(sum.amountCents) } : {})
  const projected = (sum: UsageSum) =>
    sum.projected === null
      ? {}
      : {
          projected_units: sum.projected.units.toWire(),
          ...(showsAmounts ? { projected_amount_cents: toWireCents(sum.projected.amountCents) } : {}),
        }
  // Of the charges alone: what is billed of a past period has the plan and taxes in it.
  const totalCents = tree.reduce((sum, row) => sum + row.amountCents, 0n)
  const projectedCents = tree.reduce((sum, row) => sum + (row.projected?.amountCents ?? 0n), 0n)
  const isProjected = tree.some((row) => row.projected !== null)
  return {
    from: isoSeconds(usage.window.from),
    to: isoSeconds(usage.window.to),
    issuing_date: usage.issuingOn,
    currency: usage.currency,
    ...(showsAmounts ? { amount_cents: toWireCents(totalCents) } : {}),
    ...(showsAmounts && isProjected ? { projected_amount_cents: toWireCents(projectedCents) } : {}),
    charges: tree.map((row) => ({
      name: row.charge.invoiceDisplayName || row.charge.metric.name,
      units: row.units.toWire(),
      ...amounts(row),
      ...projected(row),
      ...(hasTiers ? tiersOf(row, showsAmounts) : {}),
      parts: [
        ...row.filters.map((each) => ({
          name: filterLabel(each.filter?.invoiceDisplayName ?? null, each.filter?.values ?? null),
          units: each.units.toWire(),
          ...amounts(each),
        })),
        ...row.groups.map((each) => ({
          name: Object.values(each.groupedBy).join(', ').replaceAll(ALL_FILTER_VALUES, ''),
          units: each.units.toWire(),
          ...amounts(each),
        })),
      ],
    })),
  }
}

/** The units of charges by day, for a chart. */
export function toWireOwnDays({
  charge,
  days,
}: {
  readonly charge: RatedCharge
  readonly days: readonly { readonly date: CalendarDate; readonly units: Decimal }[]
}): object {
  return {
    name: charge.invoiceDisplayName || charge.metric.name,
    days: days.map(({ date, units }) => ({ date, units: units.toWire() })),
  }
}

/** Prices by filter or group have tiers of their own, which are not shown. */
function tiersOf(row: ChargeUsage, showsAmounts: boolean): object {
  if (row.filters.length > 0 || row.groups.length > 0) return { tiers: [], left_in_tier: null }
  const { tiers, left } = tiersAt(row.charge.model, row.charge.properties, row.units)
  return {
    tiers: tiers.map((tier) => ({
      from: tier.from.toWire(),
      to: tier.to?.toWire() ?? null,
      is_current: tier.isCurrent,
      ...(showsAmounts
        ? { per_unit_amount: tier.perUnitAmount, flat_amount: tier.flatAmount, rate: tier.rate }
        : {}),
    })),
    left_in_tier: left?.toWire() ?? null,
  }
}
