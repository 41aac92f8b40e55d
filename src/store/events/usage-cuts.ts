import { sql } from 'kysely'
import { addMs, HOUR_MS, type Instant } from '../../core/calendar/instant.ts'
import { isoText } from '../../core/calendar/iso-text.ts'
import type { Aggregation } from '../../core/metering/usage.ts'
import type { Reads, Tx } from '../database.ts'
import { json, ts } from '../values.ts'
import { keepsLasts } from './running-state.ts'
import { backfillHour, type CurrentTracker, lockUsage, loggedEvents } from './trackers.ts'

/** One UTC hour of the running state of one subscription. */
export type UsageHour = {
  readonly trackerId: string
  readonly externalSubscriptionId: string
  readonly startsAt: Instant
}

/** The number of an hour's rows that are summed to decide whether it is busy. */
const ROWS_MAX = 2000

/** The hours with at least `eventsMin` events, as far as rows are summed. */
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

/** The subscriptions with an external id that have started. */
export async function begunSubscriptions(reads: Reads, externalSubscriptionId: string) {
  return reads
    .selectFrom('subscriptions')
    .selectAll()
    .where('externalId', '=', externalSubscriptionId)
    .where('startedAt', 'is not', null)
    .where('status', 'in', ['active', 'terminated'])
    .execute()
}

/** The most cuts of one organization; everyone who stores events keeps all of them in memory. */
const CUTS_MAX = 10_000

/**
 * Splits an hour at these instants, which lie within it. Storing events of the metric is blocked meanwhile and
 * continues with the new cuts, which are a new version of the definitions; waiting usage is folded first. Returns
 * false and changes nothing when the hour is already split there, its tracker is gone, the organization has too many
 * cuts, or the log no longer has all of the hour's events.
 */
export async function cutHour(
  tx: Tx,
  organizationId: string,
  hour: UsageHour,
  cuts: readonly Instant[],
): Promise<boolean> {
  // Take the lock of weir_fold_usage first: a running fold may wait for a tracker that is being replaced.
  await sql`select pg_advisory_xact_lock(hashtextextended('fold usage ' || ${organizationId}::text, 0))`.execute(
    tx,
  )
  const seen = await findTrackerById(tx, hour.trackerId)
  if (!seen) return false
  await lockUsage(tx, organizationId, seen.code)
  const tracker = await findTrackerById(tx, hour.trackerId)
  if (!tracker || !(await hasRoom(tx, hour, cuts))) return false
  for (let isMore = true; isMore; ) {
    const { rows } = await sql<{ more: boolean }>`select weir_fold_usage(${organizationId}) as more`.execute(
      tx,
    )
    isMore = rows[0]?.more ?? false
  }
  if ((await keptEvents(tx, tracker, hour)) !== (await loggedEvents(tx, tracker, hour))) return false
  const { trackerId, externalSubscriptionId, startsAt } = hour
  await tx
    .insertInto('usageCuts')
    .values(cuts.map((at) => ({ organizationId, trackerId, externalSubscriptionId, cutAt: ts(at) })))
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await tx
    .deleteFrom(keepsLasts(tracker.aggregation) ? 'usageLasts' : 'usageSums')
    .where('trackerId', '=', trackerId)
    .where('externalSubscriptionId', '=', externalSubscriptionId)
    .where('span', '=', 'h')
    .where('startsAt', '>=', ts(startsAt))
    .where('startsAt', '<', ts(addMs(startsAt, HOUR_MS)))
    .execute()
  await backfillHour(tx, organizationId, tracker, hour)
  return true
}

/** Whether some of the cuts are new and within the limit. */
async function hasRoom(tx: Tx, hour: UsageHour, cuts: readonly Instant[]): Promise<boolean> {
  const { rows } = await sql<{ made: number; all: number }>`
    select count(*) filter (
        where tracker_id = ${hour.trackerId} and external_subscription_id = ${hour.externalSubscriptionId}
          and cut_at = any (${cuts.map((at) => isoText(at))}::timestamptz[]))::integer as made,
      count(*)::integer as all
    from usage_cuts`.execute(tx)
  const [{ made, all } = { made: 0, all: 0 }] = rows
  return made < cuts.length && all < CUTS_MAX
}

/** The number of events in the hour's running state. */
async function keptEvents(tx: Tx, tracker: CurrentTracker, hour: UsageHour): Promise<bigint> {
  const table = keepsLasts(tracker.aggregation) ? 'usage_lasts' : 'usage_sums'
  const { rows } = await sql<{ count: bigint }>`
    select coalesce(sum(u.events_count), 0)::bigint as count
    from ${sql.table(table)} u
    where u.tracker_id = ${tracker.id} and u.external_subscription_id = ${hour.externalSubscriptionId}
      and u.span = 'h' and u.starts_at >= ${ts(hour.startsAt)}
      and u.starts_at < ${ts(addMs(hour.startsAt, HOUR_MS))}`.execute(tx)
  return rows[0]?.count ?? 0n
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
