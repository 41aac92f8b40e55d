import { type RawBuilder, sql } from 'kysely'
import type { Aggregation } from '../../core/metering/usage.ts'
import type { Database } from '../database.ts'
import { usageLock } from './usage-locks.ts'

/** The running state kept for a metric. */
export type TrackerDefinition = {
  readonly id: string
  readonly aggregation: Aggregation
  readonly fieldName: string | null
  /** Properties by whose values the state is split, sorted. */
  readonly keys: readonly string[]
}

/** The same with the instants at which hours are split, by external subscription id and sorted. */
export type CutTracker = TrackerDefinition & { readonly cuts: Cuts }
export type Cuts = ReadonlyMap<string, readonly number[]>

/** What storing an event needs to know about its metric. */
export type MetricDefinition = {
  readonly code: string
  readonly fieldName: string | null
  readonly expression: string | null
  /** Whether a charge of any plan prices this metric in advance or accepts wallet names from its events. */
  readonly isChargedInAdvance: boolean
  readonly tracker: CutTracker | null
  /** See `usageLock`. */
  readonly lock: string
}

/** Everything needed to store events of one organization, as of one version (table usage_versions). */
export type UsageDefinitions = {
  readonly version: string
  /** Whether any subscription has an alert or a threshold. */
  readonly isWatched: boolean
  /** Whether an endpoint subscribes to the hourly report of bad events. */
  readonly wantsFaults: boolean
  readonly metrics: ReadonlyMap<string, MetricDefinition>
}

/** External subscription id and milliseconds since the epoch, by time. */
export type CutRows = readonly (readonly [string, number])[]

type Row = {
  version: bigint
  isWatched: boolean
  wantsFaults: boolean
  metrics: readonly {
    code: string
    fieldName: string | null
    expression: string | null
    isChargedInAdvance: boolean
    tracker: (TrackerDefinition & { readonly cuts: CutRows | null }) | null
  }[]
}

/** Reads an organization's definitions in one statement, and therefore one snapshot. */
export async function readUsageDefinitions(
  database: Database,
  organizationId: string,
): Promise<UsageDefinitions> {
  const row = await database.read(organizationId, async (reads) => {
    const { rows } = await sql<Row>`
      select coalesce((select version from usage_versions), 0) as version, weir_watches_usage() as is_watched,
        exists (
          select from webhook_endpoints w
          where w.event_types is null or 'events.errors' = any (w.event_types)) as wants_faults,
        coalesce((
          select json_agg(json_build_object(
            'code', m.code, 'fieldName', m.field_name, 'expression', nullif(m.expression, ''),
            'isChargedInAdvance', exists (
              select from charges c
              where c.organization_id = m.organization_id and c.billable_metric_id = m.id
                and (c.pay_in_advance or c.accepts_target_wallet) and c.deleted_at is null),
            'tracker', case when t.id is not null then json_build_object(
              'id', t.id, 'aggregation', t.aggregation_type, 'fieldName', t.field_name, 'keys', t.keys,
              'cuts', ${cutsOfTracker(sql`true`)}) end))
          from billable_metrics m
          left join usage_trackers t
            on t.organization_id = m.organization_id and t.billable_metric_id = m.id and t.is_current
          where m.deleted_at is null), '[]') as metrics`.execute(reads)
    return rows[0]
  })
  if (!row) throw new Error('the usage definitions gave no row')
  const metrics = row.metrics.map((each): [string, MetricDefinition] => [
    each.code,
    {
      ...each,
      tracker: each.tracker && { ...each.tracker, cuts: cutsBySubscription(each.tracker.cuts) },
      lock: usageLock(organizationId, each.code),
    },
  ])
  return {
    version: row.version.toString(),
    isWatched: row.isWatched,
    wantsFaults: row.wantsFaults,
    metrics: new Map(metrics),
  }
}

/** The cuts of a tracker `t` that match a condition on `c`, as `CutRows`; null for none. */
export function cutsOfTracker(condition: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(
    select json_agg(json_build_array(c.external_subscription_id, (extract(epoch from c.cut_at) * 1000)::bigint)
      order by c.cut_at)
    from usage_cuts c
    where c.organization_id = t.organization_id and c.tracker_id = t.id and ${condition})`
}

export function cutsBySubscription(rows: CutRows | null): Cuts {
  const cuts = new Map<string, number[]>()
  for (const [subscription, at] of rows ?? []) {
    const own = cuts.get(subscription) ?? []
    own.push(at)
    cuts.set(subscription, own)
  }
  return cuts
}
