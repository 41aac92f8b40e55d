import { sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Tx } from './database.ts'
import { ts } from './values.ts'

/** A bucket of a charge in advance and its counterpart in a copy of the plan; null is the default bucket. */
export type CarriedBucket = {
  readonly fromChargeId: string
  readonly fromFilterId: string | null
  readonly toChargeId: string
  readonly toFilterId: string | null
}

const NO_FILTER = '00000000-0000-0000-0000-000000000000'

/**
 * Copies a subscription's states of charges in advance, and its deferred events, to the charges of another plan. The
 * states of the old charges stay unchanged.
 */
export async function carryAdvanceUsage(
  tx: Tx,
  subscription: { readonly id: string; readonly externalId: string },
  buckets: readonly CarriedBucket[],
  now: Instant,
): Promise<void> {
  if (buckets.length === 0) return
  const list = JSON.stringify(
    buckets.map(({ fromChargeId, fromFilterId, toChargeId, toFilterId }) => ({
      a: fromChargeId,
      b: fromFilterId ?? NO_FILTER,
      c: toChargeId,
      d: toFilterId ?? NO_FILTER,
    })),
  )
  await sql`
    insert into advance_states (organization_id, subscription_external_id, charge_id, charge_filter_id, grouped_by,
      period_from, current, max, max_prorated, updated_at)
    select s.organization_id, s.subscription_external_id, o.c, o.d, s.grouped_by, s.period_from, s.current, s.max,
      s.max_prorated, ${ts(now)}
    from jsonb_to_recordset(${list}::jsonb) as o(a uuid, b uuid, c uuid, d uuid)
    join advance_states s on s.charge_id = o.a and s.charge_filter_id = o.b
    where s.subscription_external_id = ${subscription.externalId}`.execute(tx)
  await sql`
    update deferred_events a set charge_id = o.c
    from jsonb_to_recordset(${list}::jsonb) as o(a uuid, b uuid, c uuid, d uuid)
    where a.subscription_id = ${subscription.id} and a.charge_id = o.a and o.b = ${NO_FILTER}`.execute(tx)
}
