import { sql } from 'kysely'
import { addMs, HOUR_MS, type Instant } from '../../core/calendar/instant.ts'
import { isoText } from '../../core/calendar/iso-text.ts'
import type { Aggregation } from '../../core/metering/usage.ts'
import type { Reads, Tx } from '../database.ts'
import { json, ts } from '../values.ts'
import { keepsLasts } from './running-state.ts'
import { backfillHour, type CurrentTracker, lockUsage } from './trackers.ts'

/** One UTC hour of the running state of one subscription. */
export type UsageHour = {
  readonly trackerId: string
  readonly externalSubscriptionId: string
  readonly startsAt: Instant
}

/** Rows of an hour that are added up before it counts as a busy one. */
const ROWS_MAX = 2000

/** Those of the hours that hold at least so many events, as far as these are added up. */
export async function busyHours(
  reads: Reads,
  hours: readonly UsageHour[],
  eventsMin: number,
): Promise<readonly UsageHour[]> {
  if (hours.length === 0) return []
  const asked = hours.map((each, i) => ({
    i,
    t: each.trackerId,
    s: each.externalSubscriptionId,
    h: isoText(each.startsAt),
  }))
  const rowsOf = (table: 'usage_sums' | 'usage_lasts') => sql`
    select u.events_count from ${sql.table(table)} u
    where u.tracker_id = x.t and u.external_subscription_id = x.s and u.span = 'h' and u.starts_at >= x.h
      and u.starts_at < x.h + interval '1 hour'`
  const { rows } = await sql<{ i: number }>`
    select x.i
    from jsonb_to_recordset(${json(asked)}::jsonb) as x(i integer, t uuid, s text, h timestamptz)
    where (
      select sum(kept.events_count)
      from (${rowsOf('usage_sums')} union all ${rowsOf('usage_lasts')} limit ${ROWS_MAX}) as kept) >= ${eventsMin}
    order by x.i`.execute(reads)
  return rows.flatMap(({ i }) => hours[i] ?? [])
}

/** The subscriptions of an external id that have begun. */
export async function begunSubscriptions(reads: Reads, externalSubscriptionId: string) {
  return reads
    .selectFrom('subscriptions')
    .selectAll()
    .where('externalId', '=', externalSubscriptionId)
    .where('startedAt', 'is not', null)
    .where('status', 'in', ['active', 'terminated'])
    .execute()
}

/**
 * Keeps an hour in parts from these instants on, which are whole seconds inside of it. Storing events of the metric
 * waits meanwhile, so that no event is added by an older view of the cuts, and what still waits is added up first.
 * Gives false when the hour was cut there already, or its tracker is gone.
 */
export async function cutHour(
  tx: Tx,
  organizationId: string,
  hour: UsageHour,
  cuts: readonly Instant[],
): Promise<boolean> {
  // The lock of weir_fold_usage comes first: a fold that is under way may wait for a tracker that is being replaced.
  await sql`select pg_advisory_xact_lock(hashtextextended('fold usage ' || ${organizationId}::text, 0))`.execute(
    tx,
  )
  const seen = await findTrackerById(tx, hour.trackerId)
  if (!seen) return false
  await lockUsage(tx, organizationId, seen.code)
  const tracker = await findTrackerById(tx, hour.trackerId)
  if (!tracker) return false
  const inserted = await tx
    .insertInto('usageCuts')
    .values(
      cuts.map((at) => ({
        organizationId,
        trackerId: tracker.id,
        externalSubscriptionId: hour.externalSubscriptionId,
        cutAt: ts(at),
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst()
  if ((inserted.numInsertedOrUpdatedRows ?? 0n) === 0n) return false
  for (let isMore = true; isMore; ) {
    const { rows } = await sql<{ more: boolean }>`select weir_fold_usage(${organizationId}) as more`.execute(
      tx,
    )
    isMore = rows[0]?.more ?? false
  }
  await tx
    .deleteFrom(keepsLasts(tracker.aggregation) ? 'usageLasts' : 'usageSums')
    .where('trackerId', '=', tracker.id)
    .where('externalSubscriptionId', '=', hour.externalSubscriptionId)
    .where('span', '=', 'h')
    .where('startsAt', '>=', ts(hour.startsAt))
    .where('startsAt', '<', ts(addMs(hour.startsAt, HOUR_MS)))
    .execute()
  await backfillHour(tx, organizationId, tracker, hour)
  return true
}

async function findTrackerById(tx: Tx, id: string): Promise<CurrentTracker | undefined> {
  const row = await tx
    .selectFrom('usageTrackers')
    .select(['id', 'code', 'aggregationType', 'fieldName', 'keys'])
    .where('id', '=', id)
    .where('isCurrent', '=', true)
    .executeTakeFirst()
  return row && { ...row, aggregation: row.aggregationType as Aggregation }
}
