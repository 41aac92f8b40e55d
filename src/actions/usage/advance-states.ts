import type { Instant } from '../../core/calendar/instant.ts'
import type { AdvanceState } from '../../core/metering/advance-state.ts'
import type { EventPlan } from '../../core/rating/event-plan.ts'
import { advanceKey } from '../../core/rating/rate-usage.ts'
import { readAdvanceStates } from '../../store/advance-states.ts'
import type { Reads } from '../../store/database.ts'

/** Whose state it is: the bucket of an event in one period. */
type Bucket = Pick<EventPlan, 'charge' | 'filter' | 'groupedBy'>

type Change = { readonly plan: Bucket; readonly periodFrom: Instant; readonly state: AdvanceState }

/** What charges in advance remember while events are priced one after another (metering-and-rating §3.12). */
export class AdvanceStates {
  private readonly stored: ReadonlyMap<string, AdvanceState>
  private readonly changes = new Map<string, Change>()

  private constructor(stored: ReadonlyMap<string, AdvanceState>) {
    this.stored = stored
  }

  /** Reads the states of charges of a subscription for the periods that begin at these instants. */
  static async read(
    reads: Reads,
    externalId: string,
    chargeIds: readonly string[],
    periods: readonly Instant[],
  ): Promise<AdvanceStates> {
    const stored = new Map<string, AdvanceState>()
    for (const periodFrom of periods) {
      const rows = await readAdvanceStates(reads, { externalId, periodFrom, chargeIds })
      for (const { chargeId, filterId, groupId, state } of rows) {
        stored.set(`${periodFrom}|${chargeId}|${filterId ?? ''}|${groupId}`, state)
      }
    }
    return new AdvanceStates(stored)
  }

  of(bucket: Bucket, periodFrom: Instant): AdvanceState | null {
    const key = keyOf(bucket, periodFrom)
    return this.changes.get(key)?.state ?? this.stored.get(key) ?? null
  }

  set(plan: Bucket, periodFrom: Instant, state: AdvanceState): void {
    this.changes.set(keyOf(plan, periodFrom), { plan, periodFrom, state })
  }

  /** What has to be written. */
  changed(): readonly Change[] {
    return [...this.changes.values()]
  }
}

function keyOf({ charge, filter, groupedBy }: Bucket, periodFrom: Instant): string {
  return `${periodFrom}|${advanceKey(charge.id, filter?.id ?? null, groupedBy)}`
}
