import { sql } from 'kysely'
import { Decimal } from '../core/amounts/decimal.ts'
import type { EventCandidate } from '../core/metering/event-subscription.ts'
import type { SubscriptionStatus } from '../core/subscriptions/lifecycle.ts'
import type { Reads, Tx } from './database.ts'
import type { ListedEvent } from './events/event-list.ts'

/** An event that names the paying wallet, and its metric. */
export type TargetWalletEvent = ListedEvent & {
  readonly externalSubscriptionId: string
  readonly metricId: string
  readonly isRecurring: boolean
}

/** A subscription that an event may belong to, with its customer and plan. */
export type EventSubscription = EventCandidate & { readonly customerId: string; readonly planId: string }

type TakenRow = Omit<TargetWalletEvent, 'preciseTotalAmountCents'> & {
  preciseTotalAmountCents: string | null
}

/**
 * Takes the earliest arrivals off the list of events that name a wallet (docs/rules/events.md). Events deleted since
 * are removed and skipped. `isAll` is false when more are waiting.
 */
export async function takeTargetWalletEvents(
  tx: Tx,
  eventsMax: number,
): Promise<{ readonly events: readonly TargetWalletEvent[]; readonly isAll: boolean }> {
  const { rows } = await sql<TakenRow & { isThere: boolean }>`
    with taken as (
      delete from target_wallet_events where event_id in (
        select event_id from target_wallet_events order by event_id limit ${eventsMax})
      returning event_id, external_subscription_id, code, timestamp)
    select e.id is not null and m.id is not null as is_there, e.id, e.transaction_id, e.external_subscription_id,
      e.code, e.timestamp as at, e.properties::text as properties_json, e.precise_total_amount_cents, e.created_at,
      m.id as metric_id, m.is_recurring
    from taken t
    left join events e on e.external_subscription_id = t.external_subscription_id and e.code = t.code
      and e.timestamp = t.timestamp and e.id = t.event_id and e.deleted_at is null
    left join billable_metrics m on m.code = t.code and m.deleted_at is null
    order by t.event_id`.execute(tx)
  const events = rows.flatMap(({ isThere, ...row }): TargetWalletEvent[] => {
    const cents = row.preciseTotalAmountCents
    return isThere ? [{ ...row, preciseTotalAmountCents: cents === null ? null : Decimal.of(cents) }] : []
  })
  return { events, isAll: rows.length < eventsMax }
}

/** The subscriptions that events may belong to, by external id; see `subscriptionOfEvent`. */
export async function eventCandidates(
  reads: Reads,
  externalIds: readonly string[],
): Promise<ReadonlyMap<string, readonly EventSubscription[]>> {
  const candidates = new Map<string, EventSubscription[]>()
  if (externalIds.length === 0) return candidates
  const rows = await reads
    .selectFrom('subscriptions')
    .select(['externalId', 'customerId', 'planId', 'status', 'startedAt', 'terminatedAt'])
    .where('externalId', 'in', [...new Set(externalIds)])
    .execute()
  for (const { externalId, ...row } of rows) {
    const known = candidates.get(externalId) ?? []
    known.push({ ...row, status: row.status as SubscriptionStatus })
    candidates.set(externalId, known)
  }
  return candidates
}

/** The plans and metrics with a charge that accepts wallet names; see `takingKey`. */
export async function chargesTakingWallets(
  reads: Reads,
  metricIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (metricIds.length === 0) return new Set()
  const rows = await reads
    .selectFrom('charges')
    .select(['planId', 'billableMetricId'])
    .distinct()
    .where('billableMetricId', 'in', [...new Set(metricIds)])
    .where('acceptsTargetWallet', '=', true)
    .where('deletedAt', 'is', null)
    .execute()
  return new Set(rows.map((row) => takingKey(row.planId, row.billableMetricId)))
}

/** The key of a set of `chargesTakingWallets`. */
export function takingKey(planId: string, metricId: string): string {
  return `${planId}|${metricId}`
}
