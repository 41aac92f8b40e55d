import type { Instant } from '../../core/calendar/instant.ts'
import { type AdvanceState, sumOfStates } from '../../core/metering/advance-state.ts'
import { groupId, groupOfId, isWithin } from '../../core/metering/grouping.ts'
import type { GroupedBy, PropertyValues } from '../../core/metering/usage.ts'
import type { Window } from '../../core/subscriptions/windows.ts'
import { type AdvanceStateKey, readAdvanceStates } from '../../store/advance-states.ts'
import type { Reads } from '../../store/database.ts'

/** Whose state it is: the bucket of an event in one period. */
type Bucket = {
  readonly charge: { readonly id: string }
  readonly filter: { readonly id: string } | null
  readonly groupedBy: GroupedBy
}

type Kept = { readonly key: AdvanceStateKey; readonly periodFrom: Instant; readonly state: AdvanceState }

/** What charges in advance remember while events are priced one after another (metering-and-rating §3.12). */
export class AdvanceStates {
  private readonly stored: ReadonlyMap<string, Kept>
  private readonly changes = new Map<string, Kept>()

  private constructor(stored: ReadonlyMap<string, Kept>) {
    this.stored = stored
  }

  /** Reads the states of charges of a subscription for the periods that begin at these instants. */
  static async read(
    reads: Reads,
    externalId: string,
    chargeIds: readonly string[],
    periods: readonly Instant[],
  ): Promise<AdvanceStates> {
    const stored = new Map<string, Kept>()
    for (const periodFrom of periods) {
      const asked = { externalId, first: periodFrom, last: periodFrom, chargeIds }
      const rows = await readAdvanceStates(reads, asked)
      for (const row of rows) {
        stored.set(textOf(row, periodFrom), { key: row, periodFrom, state: row.state })
      }
    }
    return new AdvanceStates(stored)
  }

  /** Reads what they remember of a window together, which full usage makes longer than a period, as of its start. */
  static async readOver(
    reads: Reads,
    externalId: string,
    chargeIds: readonly string[],
    { from, to }: Window,
  ): Promise<AdvanceStates> {
    const rows = await readAdvanceStates(reads, { externalId, first: from, last: to, chargeIds })
    const stored = new Map<string, Kept>()
    for (const row of rows) {
      const earlier = stored.get(textOf(row, from))?.state
      const state = earlier ? sumOfStates([earlier, row.state]) : row.state
      if (state) stored.set(textOf(row, from), { key: row, periodFrom: from, state })
    }
    return new AdvanceStates(stored)
  }

  of(bucket: Bucket, periodFrom: Instant): AdvanceState | null {
    const key = textOf(keyOf(bucket), periodFrom)
    return this.changes.get(key)?.state ?? this.stored.get(key)?.state ?? null
  }

  /** What the stored buckets that a narrowed or ungrouped reading counts remember together. */
  within(bucket: Bucket, periodFrom: Instant, asked: PropertyValues): AdvanceState | null {
    const { chargeId, filterId } = keyOf(bucket)
    const counted = [...this.stored.values()].filter(
      (kept) =>
        kept.periodFrom === periodFrom &&
        kept.key.chargeId === chargeId &&
        kept.key.filterId === filterId &&
        isWithin(groupOfId(kept.key.groupId), bucket.groupedBy, asked),
    )
    return sumOfStates(counted.map(({ state }) => state))
  }

  set(bucket: Bucket, periodFrom: Instant, state: AdvanceState): void {
    const key = keyOf(bucket)
    this.changes.set(textOf(key, periodFrom), { key, periodFrom, state })
  }

  /** What has to be written. */
  changed(): readonly Kept[] {
    return [...this.changes.values()]
  }
}

function keyOf({ charge, filter, groupedBy }: Bucket): AdvanceStateKey {
  return { chargeId: charge.id, filterId: filter?.id ?? null, groupId: groupId(groupedBy) }
}

function textOf(key: AdvanceStateKey, periodFrom: Instant): string {
  return `${periodFrom}|${key.chargeId}|${key.filterId ?? ''}|${key.groupId}`
}
