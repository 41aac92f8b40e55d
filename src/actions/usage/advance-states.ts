import type { Instant } from '../../core/calendar/instant.ts'
import type { AdvanceState } from '../../core/metering/advance-state.ts'
import { groupId } from '../../core/metering/grouping.ts'
import type { GroupedBy } from '../../core/metering/usage.ts'
import { type AdvanceStateKey, readAdvanceStates } from '../../store/advance-states.ts'
import type { Reads } from '../../store/database.ts'

/** Identifies a state: the bucket of an event in one period. */
type Bucket = {
  readonly charge: { readonly id: string }
  readonly filter: { readonly id: string } | null
  readonly groupedBy: GroupedBy
}

type Change = { readonly key: AdvanceStateKey; readonly periodFrom: Instant; readonly state: AdvanceState }

/** The states of charges in advance while events are priced one by one (docs/rules/in-advance.md). */
export class AdvanceStates {
  private readonly stored: ReadonlyMap<string, AdvanceState>
  private readonly changes = new Map<string, Change>()

  private constructor(stored: ReadonlyMap<string, AdvanceState>) {
    this.stored = stored
  }

  /** Reads the states of a subscription's charges for the periods starting at these instants. */
  static async read(
    reads: Reads,
    externalId: string,
    chargeIds: readonly string[],
    periods: readonly Instant[],
  ): Promise<AdvanceStates> {
    const stored = new Map<string, AdvanceState>()
    for (const periodFrom of periods) {
      const starts = { from: periodFrom, to: periodFrom }
      const rows = await readAdvanceStates(reads, { externalId, starts, chargeIds })
      for (const row of rows) stored.set(textOf(row, periodFrom), row.state)
    }
    return new AdvanceStates(stored)
  }

  of(bucket: Bucket, periodFrom: Instant): AdvanceState | null {
    const key = textOf(keyOf(bucket), periodFrom)
    return this.changes.get(key)?.state ?? this.stored.get(key) ?? null
  }

  set(bucket: Bucket, periodFrom: Instant, state: AdvanceState): void {
    const key = keyOf(bucket)
    this.changes.set(textOf(key, periodFrom), { key, periodFrom, state })
  }

  /** The states to be written. */
  changed(): readonly Change[] {
    return [...this.changes.values()]
  }
}

function keyOf({ charge, filter, groupedBy }: Bucket): AdvanceStateKey {
  return { chargeId: charge.id, filterId: filter?.id ?? null, groupId: groupId(groupedBy) }
}

function textOf(key: AdvanceStateKey, periodFrom: Instant): string {
  return `${periodFrom}|${key.chargeId}|${key.filterId ?? ''}|${key.groupId}`
}
