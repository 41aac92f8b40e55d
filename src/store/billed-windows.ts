import { sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { TimeZone } from '../core/calendar/zone.ts'
import type { BilledWindow } from '../core/subscriptions/open-window.ts'
import type { Reads } from './database.ts'

/** A subscription and its customer's current zone. */
export type ZonedSubscription = { readonly id: string; readonly zone: TimeZone }

/**
 * The charges windows covered by a subscription's periodic bills, if any was created in a zone other than the
 * customer's current one; empty when the customer never moved. Drafts count; deleted and rebuilt bills do not.
 */
export async function windowsOfMovedCustomer(
  reads: Reads,
  subscriptionId: string,
  zone: TimeZone,
): Promise<BilledWindow[]> {
  return (await windowsOfMoved(reads, [{ id: subscriptionId, zone }])).get(subscriptionId) ?? []
}

/** The same for many subscriptions, by their ids, in one query. */
export async function windowsOfMoved(
  reads: Reads,
  subscriptions: readonly ZonedSubscription[],
): Promise<ReadonlyMap<string, BilledWindow[]>> {
  const windows = new Map<string, BilledWindow[]>()
  if (subscriptions.length === 0) return windows
  const ids = subscriptions.map(({ id }) => id)
  const zones = subscriptions.map(({ zone }) => zone)
  const { rows } = await sql<{ id: string; from: Instant; to: Instant; zone: TimeZone }>`
    select id, "from", "to", zone from (
      select l.subscription_id as id, l.charges_from as "from", l.charges_to as "to", i.timezone as zone,
        bool_or(i.timezone <> w.zone) over (partition by l.subscription_id) as has_moved
      from unnest(${ids}::uuid[], ${zones}::text[]) as w (id, zone)
      join invoice_subscriptions l on l.subscription_id = w.id
      join invoices i on i.id = l.invoice_id
      where l.subscription_id = any(${ids}::uuid[]) and l.is_recurring and l.released_at is null
        and i.status <> 'deleted'
    ) as billed
    where has_moved and "from" is not null and "to" is not null`.execute(reads)
  for (const { id, ...window } of rows) {
    const own = windows.get(id)
    if (own) own.push(window)
    else windows.set(id, [window])
  }
  return windows
}
