import { type AdvanceState, sumStates } from '../metering/advance-state.ts'
import { groupId, groupPart } from '../metering/grouping.ts'
import type { GroupedBy, PropertyValues } from '../metering/usage.ts'
import type { RatingContext } from './rate-usage.ts'
import { TARGET_WALLET_KEY } from './usage-plan.ts'

/** The state of a charge in advance for one filter and group in one period. */
export type KeptState = {
  readonly chargeId: string
  readonly filterId: string | null
  readonly groupedBy: GroupedBy
  readonly state: AdvanceState
}

/**
 * Finds what was charged for a line of current usage (docs/rules/in-advance.md). A line narrowed by the request may
 * combine several groups or periods that were charged separately (docs/rules/usage.md#current-usage); their states
 * are added. A group without one of the narrowing keys is left out, because it is unknown which part of it was
 * charged.
 */
export function keptStates(
  kept: readonly KeptState[],
  narrowing: PropertyValues,
): RatingContext['advanceStateOf'] {
  const asked = kept.filter(({ groupedBy }) => isAsked(groupedBy, narrowing))
  const found = new Map<string, ReadonlyMap<string, readonly AdvanceState[]>>()
  return (charge, filter, groupedBy) => {
    const keys = Object.keys(groupedBy)
    const bucket = JSON.stringify([charge.id, filter?.id ?? null, keys])
    const own =
      found.get(bucket) ?? byGroup(asked, { chargeId: charge.id, filterId: filter?.id ?? null }, keys)
    found.set(bucket, own)
    return sumStates(own.get(groupId(groupedBy)) ?? [])
  }
}

function isAsked(groupedBy: GroupedBy, narrowing: PropertyValues): boolean {
  return Object.entries(narrowing).every(([key, values]) => {
    const value = Object.hasOwn(groupedBy, key) ? groupedBy[key] : null
    return typeof value === 'string' && values.includes(value)
  })
}

/** The states of one bucket by the group of its lines. */
function byGroup(
  kept: readonly KeptState[],
  bucket: Pick<KeptState, 'chargeId' | 'filterId'>,
  keys: readonly string[],
): ReadonlyMap<string, readonly AdvanceState[]> {
  const groups = new Map<string, AdvanceState[]>()
  for (const { chargeId, filterId, groupedBy, state } of kept) {
    if (chargeId !== bucket.chargeId || filterId !== bucket.filterId || !hasKeys(groupedBy, keys)) continue
    const id = groupId(groupPart(groupedBy, keys))
    const same = groups.get(id)
    if (same) same.push(state)
    else groups.set(id, [state])
  }
  return groups
}

/** An event without a wallet is charged in a group without that key (docs/rules/filters-and-groups.md#groups). */
function hasKeys(groupedBy: GroupedBy, keys: readonly string[]): boolean {
  return keys.every((key) => key === TARGET_WALLET_KEY || Object.hasOwn(groupedBy, key))
}
