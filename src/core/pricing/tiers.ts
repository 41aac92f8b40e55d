import { Decimal } from '../amounts/decimal.ts'
import { boundsOf, rangeList } from './ranges-check.ts'

/** Where the ranges of a charge model are, in its properties. */
const RANGES: Readonly<Record<string, string>> = {
  graduated: 'graduated_ranges',
  volume: 'volume_ranges',
  graduated_percentage: 'graduated_percentage_ranges',
}

/** A tier of a charge as it is shown; `to` is null on the last one. */
export type ShownTier = {
  readonly from: Decimal
  readonly to: Decimal | null
  readonly perUnitAmount: string | null
  readonly flatAmount: string | null
  readonly rate: string | null
  readonly isCurrent: boolean
}

/** The tiers of a charge, and how many units are left in the one that its units have reached. */
export type Tiers = { readonly tiers: readonly ShownTier[]; readonly left: Decimal | null }

/** The tiers of a charge at so many units; none for a model without ranges. `left` is null in the last tier. */
export function tiersAt(model: string, properties: Readonly<Record<string, unknown>>, units: Decimal): Tiers {
  const key = RANGES[model]
  const ranges = (key === undefined ? undefined : rangeList(properties[key])) ?? []
  const bounds = ranges.map((range) => ({ range, ...boundsOf(range) })).sort((a, b) => a.from.compare(b.from))
  const current = bounds.find(({ to }) => to === null || units.compare(to) <= 0)
  return {
    tiers: bounds.map((tier) => ({
      from: tier.from,
      to: tier.to,
      perUnitAmount: textOf(tier.range.per_unit_amount),
      flatAmount: textOf(tier.range.flat_amount),
      rate: textOf(tier.range.rate),
      isCurrent: tier === current,
    })),
    left: current?.to ? Decimal.max(Decimal.zero, current.to.minus(units)) : null,
  }
}

function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null
  return String(value)
}
