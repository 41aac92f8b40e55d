import { Decimal } from '../amounts/decimal.ts'
import { groupId, type PresentationBreakdown } from '../metering/grouping.ts'
import type { GroupedBy } from '../metering/usage.ts'
import type { RatedCharge } from './charge.ts'
import type { UsageFigures, UsageFilter, UsageLine } from './usage-lines.ts'

/** The summed figures of several lines. */
export type UsageSum = UsageFigures & {
  readonly totalAggregatedUnits: Decimal
  readonly eventsCount: number
  readonly projected: UsageFigures | null
}

export type FilterUsage = UsageSum & { readonly filter: UsageFilter | null }
export type GroupUsage = UsageSum & {
  readonly groupedBy: GroupedBy
  readonly filters: readonly FilterUsage[]
}

/** The usage of one charge, split by filters, and by groups, which are in turn split by filters. */
export type ChargeUsage = UsageSum & {
  readonly charge: RatedCharge
  readonly filters: readonly FilterUsage[]
  readonly groups: readonly GroupUsage[]
}

/**
 * Lines by charge, in order of first appearance (docs/rules/usage.md#current-usage). A charge without filters has
 * none, and there are no groups when no line has one.
 */
export function usageTree(lines: readonly UsageLine[]): readonly ChargeUsage[] {
  return groupsOf(lines, (line) => line.charge.id).map(([first, own]) => {
    const plain = own.filter((line) => line.filter === null && !isGrouped(line))
    // If any line has a group, the lines without one form a group of their own.
    const grouped = own.some(isGrouped) ? own : []
    return {
      charge: first.charge,
      ...sumOf(own, plain),
      ...projectedSum(first.charge, own, plain),
      filters: filtersOf(first.charge, own),
      groups: groupsOf(grouped, (line) => groupId(line.groupedBy)).map(([each, parts]) => ({
        groupedBy: each.groupedBy,
        ...sumOf(
          parts,
          parts.filter((line) => line.filter === null && isGrouped(line)),
        ),
        filters: filtersOf(each.charge, parts),
      })),
    }
  })
}

function filtersOf(charge: RatedCharge, lines: readonly UsageLine[]): readonly FilterUsage[] {
  if (charge.filters.length === 0 && lines.every((line) => line.filter === null)) return []
  return groupsOf(lines, (line) => line.filter?.id ?? '').map(([first, own]) => ({
    filter: first.filter,
    ...sumOf(own, own),
  }))
}

function isGrouped(line: UsageLine): boolean {
  return Object.keys(line.groupedBy).length > 0
}

/** The sums of `lines`, with the breakdowns of `shown`. */
function sumOf(lines: readonly UsageLine[], shown: readonly UsageLine[]): UsageSum {
  const isProjected = lines.some((line) => line.projected !== null)
  return {
    ...figures(lines, shown),
    totalAggregatedUnits: Decimal.sum(lines.map((line) => line.totalAggregatedUnits)),
    eventsCount: lines.reduce((sum, line) => sum + line.eventsCount, 0),
    projected: isProjected ? figures(projectionsOf(lines), projectionsOf(shown)) : null,
  }
}

/**
 * A charge with filters projects the sum over its filters, excluding usage that matched none
 * (docs/rules/usage.md#projected-usage).
 */
function projectedSum(
  charge: RatedCharge,
  lines: readonly UsageLine[],
  shown: readonly UsageLine[],
): Pick<UsageSum, 'projected'> {
  if (lines.every((line) => line.projected === null)) return { projected: null }
  const counted = charge.filters.length === 0 ? lines : lines.filter((line) => line.filter !== null)
  return { projected: figures(projectionsOf(counted), projectionsOf(shown)) }
}

function projectionsOf(lines: readonly UsageLine[]): readonly UsageFigures[] {
  return lines.flatMap(({ projected }) => (projected === null ? [] : [projected]))
}

function figures(all: readonly UsageFigures[], shown: readonly UsageFigures[]): UsageFigures {
  const inUnits = all.flatMap(({ pricingUnitCents }) => (pricingUnitCents === null ? [] : [pricingUnitCents]))
  return {
    units: Decimal.sum(all.map((each) => each.units)),
    amountCents: all.reduce((sum, each) => sum + each.amountCents, 0n),
    pricingUnitCents: inUnits.length === 0 ? null : inUnits.reduce((sum, each) => sum + each, 0n),
    presentation: mergedBreakdowns(shown.flatMap((each) => each.presentation)),
  }
}

/** Adds the units of equal tuples, in order of first appearance. */
function mergedBreakdowns(parts: readonly PresentationBreakdown[]): readonly PresentationBreakdown[] {
  const byTuple = new Map<string, PresentationBreakdown>()
  for (const part of parts) {
    const id = groupId(part.presentationBy)
    const known = byTuple.get(id)
    byTuple.set(id, known ? { ...known, units: known.units.plus(part.units) } : part)
  }
  return [...byTuple.values()]
}

function groupsOf(
  lines: readonly UsageLine[],
  keyOf: (line: UsageLine) => string,
): readonly (readonly [UsageLine, readonly UsageLine[]])[] {
  const groups = new Map<string, [UsageLine, UsageLine[]]>()
  for (const line of lines) {
    const key = keyOf(line)
    const group = groups.get(key)
    if (group) group[1].push(line)
    else groups.set(key, [line, [line]])
  }
  return [...groups.values()]
}
