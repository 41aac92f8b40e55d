import { sql } from 'kysely'
import type { Aggregation } from '../../core/metering/usage.ts'
import type { Reads } from '../database.ts'

/** One metric of one subscription with running state. */
export type TrackedSubscription = {
  readonly externalSubscriptionId: string
  readonly code: string
  readonly aggregation: Aggregation
  readonly fieldName: string | null
}

/** The subscriptions and metrics of an organization with running state, newest usage first. */
export async function trackedSubscriptions(reads: Reads, limit: number): Promise<TrackedSubscription[]> {
  const { rows } = await sql<TrackedSubscription>`
    select s.external_subscription_id, t.code, t.aggregation_type as aggregation, t.field_name
    from (
      select tracker_id, external_subscription_id, max(last_at) as last_at
      from (
        select tracker_id, external_subscription_id, last_at from usage_sums where span = 'h'
        union all
        select tracker_id, external_subscription_id, last_at from usage_lasts where span = 'h'
      ) kept
      group by tracker_id, external_subscription_id
    ) s
    join usage_trackers t on t.id = s.tracker_id and t.is_current
    order by s.last_at desc, t.code
    limit ${limit}`.execute(reads)
  return rows
}
