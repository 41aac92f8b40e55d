import { type RawBuilder, sql } from 'kysely'
import { addMs, HOUR_MS, type Instant } from '../../core/calendar/instant.ts'
import type { Aggregation } from '../../core/metering/usage.ts'
import type { Tx } from '../database.ts'
import { ts } from '../values.ts'
import type { TrackerDefinition } from './definitions.ts'
import { keepsLasts } from './running-state.ts'
import { usageLock } from './usage-locks.ts'

export type CurrentTracker = TrackerDefinition & { readonly code: string }

/** The parts of a metric that its running state depends on. */
export type TrackedMetric = {
  readonly id: string
  readonly code: string
  readonly aggregation: Aggregation
  readonly fieldName: string | null
  readonly isDeleted: boolean
}

/** Blocks storing events of a code until the transaction ends, and waits for stores in progress. */
export async function lockUsage(tx: Tx, organizationId: string, code: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(${usageLock(organizationId, code)}::bigint)`.execute(tx)
}

export async function findTrackedMetric(
  tx: Tx,
  billableMetricId: string,
): Promise<TrackedMetric | undefined> {
  const row = await tx
    .selectFrom('billableMetrics')
    .select(['id', 'code', 'aggregationType', 'fieldName', 'deletedAt'])
    .where('id', '=', billableMetricId)
    .executeTakeFirst()
  if (!row) return undefined
  const { aggregationType, deletedAt, ...metric } = row
  return { ...metric, aggregation: aggregationType as Aggregation, isDeleted: deletedAt !== null }
}

/** The properties and filter keys of every charge on a metric. */
export async function usageKeysOnMetric(
  tx: Tx,
  billableMetricId: string,
): Promise<readonly { properties: unknown; acceptsTargetWallet: boolean; filters: unknown }[]> {
  const { rows } = await sql<{ properties: unknown; acceptsTargetWallet: boolean; filters: unknown }>`
    select distinct on (c.properties::text, c.accepts_target_wallet, f.filters::text)
      c.properties, c.accepts_target_wallet, f.filters
    from charges c
    cross join lateral (
      select coalesce(json_agg(json_build_object('values', f.values, 'properties', f.properties)), '[]') as filters
      from charge_filters f
      where f.organization_id = c.organization_id and f.charge_id = c.id and f.deleted_at is null) as f
    where c.billable_metric_id = ${billableMetricId} and c.deleted_at is null`.execute(tx)
  return rows
}

export async function findTracker(tx: Tx, billableMetricId: string): Promise<CurrentTracker | undefined> {
  const row = await tx
    .selectFrom('usageTrackers')
    .select(['id', 'code', 'aggregationType', 'fieldName', 'keys'])
    .where('billableMetricId', '=', billableMetricId)
    .where('isCurrent', '=', true)
    .executeTakeFirst()
  return row && { ...row, aggregation: row.aggregationType as Aggregation }
}

export async function insertTracker(
  tx: Tx,
  organizationId: string,
  tracker: CurrentTracker & { readonly billableMetricId: string; readonly createdAt: Instant },
): Promise<void> {
  const { aggregation, createdAt, keys, ...rest } = tracker
  await tx
    .insertInto('usageTrackers')
    .values({
      ...rest,
      organizationId,
      aggregationType: aggregation,
      keys: [...keys],
      createdAt: ts(createdAt),
    })
    .execute()
}

/** Deletes a tracker and all its state; anything still waiting in usage_arrivals is dropped when folded. */
export async function dropTracker(tx: Tx, trackerId: string): Promise<void> {
  // The tracker first: this waits for a fold that may be adding rows to it (weir_fold_usage).
  await tx.deleteFrom('usageTrackers').where('id', '=', trackerId).execute()
  await tx.deleteFrom('usageSums').where('trackerId', '=', trackerId).execute()
  await tx.deleteFrom('usageLasts').where('trackerId', '=', trackerId).execute()
  await tx.deleteFrom('usageCuts').where('trackerId', '=', trackerId).execute()
}

/** Copies the old tracker's cuts to a new one, before either is dropped or filled. */
export async function moveCuts(tx: Tx, fromTrackerId: string, toTrackerId: string): Promise<void> {
  await tx
    .updateTable('usageCuts')
    .set({ trackerId: toTrackerId })
    .where('trackerId', '=', fromTrackerId)
    .execute()
}

/** Fills a new tracker from the log in one statement; the caller holds the lock of its code. */
export async function backfillTracker(
  tx: Tx,
  organizationId: string,
  tracker: CurrentTracker,
): Promise<void> {
  await backfill(tx, organizationId, tracker, { spans: SPANS, where: sql`true` })
}

/** One UTC hour of one subscription. */
type HourOfSubscription = { readonly externalSubscriptionId: string; readonly startsAt: Instant }

/** Fills one hour from the log, split as in usage_cuts; the caller has emptied it. */
export async function backfillHour(
  tx: Tx,
  organizationId: string,
  tracker: CurrentTracker,
  hour: HourOfSubscription,
): Promise<void> {
  await backfill(tx, organizationId, tracker, { spans: HOURS, where: withinHour(hour) })
}

/** The number of logged events in one hour that the metric counts. */
export async function loggedEvents(
  tx: Tx,
  tracker: CurrentTracker,
  hour: HourOfSubscription,
): Promise<bigint> {
  const { rows } = await sql<{ count: bigint }>`
    select count(*) as count from (${countedEvents(tracker, withinHour(hour))}) as e`.execute(tx)
  return rows[0]?.count ?? 0n
}

function withinHour({ externalSubscriptionId, startsAt }: HourOfSubscription): RawBuilder<unknown> {
  return sql`e.external_subscription_id = ${externalSubscriptionId} and e.timestamp >= ${ts(startsAt)}
    and e.timestamp < ${ts(addMs(startsAt, HOUR_MS))}`
}

type BackfillScope = { readonly spans: RawBuilder<unknown>; readonly where: RawBuilder<unknown> }

async function backfill(
  tx: Tx,
  organizationId: string,
  tracker: CurrentTracker,
  { spans, where }: BackfillScope,
): Promise<void> {
  const placed = sql`
    select e.*, spans.span, coalesce(
      case when spans.span = 'h' then (
        select p.cut_at from parts p
        where p.external_subscription_id = e.external_subscription_id and e.timestamp >= p.cut_at
          and e.timestamp < p.until) end,
      date_trunc(spans.unit, e.timestamp, 'UTC')) as starts_at
    from (${countedEvents(tracker, where)}) as e cross join ${spans}`
  const parts = sql`with parts as materialized (select * from weir_hour_parts(${tracker.id}))`
  const insert = keepsLasts(tracker.aggregation) ? backfillLasts : backfillSums
  await sql`${parts} ${insert(organizationId, tracker, placed)}`.execute(tx)
}

/** The events of the code that the metric counts, with their key values, value, counted text and operation. */
function countedEvents(tracker: CurrentTracker, where: RawBuilder<unknown>): RawBuilder<unknown> {
  const dimensions = tracker.keys.map((key) => sql`e.properties ->> ${key}::text`)
  const field =
    tracker.fieldName === null ? sql`null::text` : sql`e.properties ->> ${tracker.fieldName}::text`
  const isUnique = tracker.aggregation === 'unique_count_agg'
  const isCount = tracker.aggregation === 'count_agg' || tracker.aggregation === 'custom_agg'
  const value = isCount ? sql`0::numeric` : isUnique ? sql`null::numeric` : sql`weir_numeric(${field})`
  const isCounted = isCount || isUnique ? sql`true` : sql`value is not null`
  return sql`
    select * from (
      select e.external_subscription_id, e.timestamp, e.id, array[${sql.join(dimensions)}]::text[] as dimensions,
        ${value} as value, ${isUnique ? field : sql`null::text`} as unique_value,
        case when ${isUnique ? sql`e.properties ->> 'operation_type' = 'remove'` : sql`false`}
          then 'remove' else 'add' end as operation,
        coalesce(e.precise_total_amount_cents, 0) as precise
      from events e
      where e.code = ${tracker.code} and e.external_subscription_id is not null and e.deleted_at is null
        and ${where}) as e
    where ${isCounted}`
}

const SPANS = sql`(values ('d'::"char", 'day'), ('h'::"char", 'hour')) as spans (span, unit)`
const HOURS = sql`(values ('h'::"char", 'hour')) as spans (span, unit)`

function backfillSums(
  organizationId: string,
  tracker: CurrentTracker,
  placed: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const max = tracker.aggregation === 'max_agg' ? sql`max(e.value)` : sql`null::numeric`
  const moment =
    tracker.aggregation === 'weighted_sum_agg'
      ? sql`sum(e.value * (extract(epoch from e.timestamp) * 1000)::bigint)`
      : sql`0`
  return sql`
    insert into usage_sums (organization_id, tracker_id, external_subscription_id, span, starts_at, bucket,
      dimensions, events_count, sum, max, moment, precise_total_amount_cents, last_at)
    select ${organizationId}::uuid, ${tracker.id}::uuid, e.external_subscription_id, e.span, e.starts_at,
      weir_bucket(e.dimensions), e.dimensions, count(*), sum(e.value), ${max}, ${moment}, sum(e.precise),
      max(e.timestamp)
    from (${placed}) as e
    group by e.external_subscription_id, e.span, e.starts_at, e.dimensions`
}

function backfillLasts(
  organizationId: string,
  tracker: CurrentTracker,
  placed: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const identity =
    tracker.aggregation === 'unique_count_agg' ? sql`e.dimensions || e.unique_value` : sql`e.dimensions`
  const newest = (column: RawBuilder<unknown>) =>
    sql`(array_agg(${column} order by e.timestamp desc, e.id desc))[1]`
  return sql`
    insert into usage_lasts (organization_id, tracker_id, external_subscription_id, span, starts_at, bucket,
      dimensions, unique_value, events_count, last_at, last_id, last_value, last_operation,
      precise_total_amount_cents)
    select ${organizationId}::uuid, ${tracker.id}::uuid, e.external_subscription_id, e.span, e.starts_at,
      weir_bucket(${identity}), e.dimensions, e.unique_value, count(*), max(e.timestamp), ${newest(sql`e.id`)},
      ${newest(sql`e.value`)}, ${newest(sql`e.operation`)}, sum(e.precise)
    from (${placed}) as e
    group by e.external_subscription_id, e.span, e.starts_at, e.dimensions, e.unique_value`
}

/**
 * Soft-deletes the events of a metric's code for subscriptions on plans that charged the metric, and removes them
 * from the list's counts (docs/rules/aggregation.md#changing-a-metric). Their duplicate keys stay taken. Events that
 * no plan charged are kept as data.
 */
export async function deleteEventsOfMetric(
  tx: Tx,
  organizationId: string,
  event: {
    readonly metric: Pick<TrackedMetric, 'id' | 'code'>
    readonly now: Instant
    readonly writer: number
  },
): Promise<void> {
  await sql`
    with deleted as (
      update events set deleted_at = ${ts(event.now)}
      where code = ${event.metric.code} and deleted_at is null and created_at <= ${ts(event.now)}
        and external_subscription_id in (
          select s.external_id from subscriptions s
          where s.plan_id in (select plan_id from charges where billable_metric_id = ${event.metric.id}))
      returning timestamp
    )
    insert into event_counts as c (organization_id, writer, span, starts_at, events_count)
    select ${organizationId}, ${event.writer}::integer, spans.span, date_trunc(spans.unit, d.timestamp, 'UTC'), -count(*)
    from deleted d
    cross join (values ('d'::"char", 'day'), ('h'::"char", 'hour'), ('m'::"char", 'minute')) as spans (span, unit)
    group by 3, 4
    order by 3, 4
    on conflict (organization_id, span, starts_at, writer) do update set
      events_count = c.events_count + excluded.events_count`.execute(tx)
}
