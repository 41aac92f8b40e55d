import { sql } from 'kysely'
import { Decimal } from '../core/amounts/decimal.ts'
import type { Instant } from '../core/calendar/instant.ts'
import type { AdvanceState } from '../core/metering/advance-state.ts'
import type { Reads, Tx } from './database.ts'
import { ts } from './values.ts'

/** Stands for the default bucket, which has no filter. */
const NO_FILTER = '00000000-0000-0000-0000-000000000000'

export type AdvanceStateKey = {
  readonly chargeId: string
  readonly filterId: string | null
  /** `groupId` of the group. */
  readonly groupId: string
}

/** The states of charges in advance for periods that start within a window, by charge, filter and group. */
export async function readAdvanceStates(
  reads: Reads,
  subscription: {
    readonly externalId: string
    /** The first and last start of a period, inclusive. */
    readonly starts: { readonly from: Instant; readonly to: Instant }
    readonly chargeIds: readonly string[]
  },
): Promise<(AdvanceStateKey & { readonly state: AdvanceState })[]> {
  if (subscription.chargeIds.length === 0) return []
  const rows = await reads
    .selectFrom('advanceStates')
    .selectAll()
    .where('chargeId', 'in', [...subscription.chargeIds])
    .where('subscriptionExternalId', '=', subscription.externalId)
    .where('periodFrom', '>=', ts(subscription.starts.from))
    .where('periodFrom', '<=', ts(subscription.starts.to))
    .execute()
  return rows.map((row) => ({
    chargeId: row.chargeId,
    filterId: row.chargeFilterId === NO_FILTER ? null : row.chargeFilterId,
    groupId: row.groupedBy,
    state: {
      current: Decimal.of(row.current),
      max: Decimal.of(row.max),
      maxProrated: Decimal.of(row.maxProrated),
    },
  }))
}

export async function writeAdvanceState(
  tx: Tx,
  key: AdvanceStateKey & {
    readonly organizationId: string
    readonly externalId: string
    readonly periodFrom: Instant
    readonly now: Instant
  },
  state: AdvanceState,
): Promise<void> {
  await tx
    .insertInto('advanceStates')
    .values({
      organizationId: key.organizationId,
      subscriptionExternalId: key.externalId,
      chargeId: key.chargeId,
      chargeFilterId: key.filterId ?? NO_FILTER,
      groupedBy: key.groupId,
      periodFrom: ts(key.periodFrom),
      current: state.current.toString(),
      max: state.max.toString(),
      maxProrated: state.maxProrated.toString(),
      updatedAt: ts(key.now),
    })
    .onConflict((oc) =>
      oc
        .columns([
          'organizationId',
          'chargeId',
          'chargeFilterId',
          'subscriptionExternalId',
          'periodFrom',
          'groupDigest',
        ])
        .doUpdateSet({
          current: sql`excluded.current`,
          max: sql`excluded.max`,
          maxProrated: sql`excluded.max_prorated`,
          updatedAt: ts(key.now),
        }),
    )
    .execute()
}
