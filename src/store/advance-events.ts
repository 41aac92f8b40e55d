import { sql } from 'kysely'
import { Decimal } from '../core/amounts/decimal.ts'
import type { Instant } from '../core/calendar/instant.ts'
import type { EventProperties } from '../core/metering/property-value.ts'
import type { RawEvent } from '../core/metering/reference.ts'
import type { Reads, Tx } from './database.ts'
import { ts } from './values.ts'

type TakenRow = {
  eventId: string
  transactionId: string | null
  code: string
  timestamp: Instant
  properties: EventProperties | null
  preciseTotalAmountCents: string | null
}

/**
 * Takes the earliest events off the list of those that a subscription's charges in advance have still to price, in
 * the order of their timestamps and arrival (metering-and-rating §3.12). Events that were deleted since are taken
 * off and left out. `isAll` is false when more wait.
 *
 * @param subscription its id and external id, and the codes that its charges in advance count
 */
export async function takeAdvanceEvents(
  tx: Tx,
  subscription: { readonly id: string; readonly externalId: string; readonly codes: readonly string[] },
  eventsMax: number,
): Promise<{ events: RawEvent[]; isAll: boolean }> {
  // The texts of the properties, as the running state reads them: a double would lose digits of a number.
  const { rows } = await sql<TakenRow>`
    with taken as (
      delete from advance_events where event_id in (
        select event_id from advance_events where subscription_id = ${subscription.id}
        order by timestamp, event_id limit ${eventsMax})
      returning event_id, timestamp)
    select t.event_id, t.timestamp, e.transaction_id, e.code, e.precise_total_amount_cents,
      (select json_object_agg(p.key, p.value) from jsonb_each_text(e.properties) as p) as properties
    from taken t
    left join events e on e.external_subscription_id = ${subscription.externalId}
      and e.code = any(${[...subscription.codes]}::text[]) and e.timestamp = t.timestamp and e.id = t.event_id
      and e.deleted_at is null
    order by t.timestamp, t.event_id`.execute(tx)
  const events = rows.flatMap((row) => rawEventOf(row, subscription.externalId) ?? [])
  return { events, isAll: rows.length < eventsMax }
}

/** An event of the list as it stands in the log; undefined when it was deleted. */
export async function findAdvanceEvent(
  reads: Reads,
  event: { readonly id: string; readonly externalId: string; readonly code: string; readonly at: Instant },
): Promise<RawEvent | undefined> {
  const { rows } = await sql<TakenRow>`
    select e.id as event_id, e.timestamp, e.transaction_id, e.code, e.precise_total_amount_cents,
      (select json_object_agg(p.key, p.value) from jsonb_each_text(e.properties) as p) as properties
    from events e
    where e.external_subscription_id = ${event.externalId} and e.code = ${event.code}
      and e.timestamp = ${ts(event.at)} and e.id = ${event.id} and e.deleted_at is null`.execute(reads)
  return rows[0] && rawEventOf(rows[0], event.externalId)
}

function rawEventOf(row: TakenRow, externalSubscriptionId: string): RawEvent | undefined {
  if (row.transactionId === null) return undefined
  const cents = row.preciseTotalAmountCents
  return {
    id: row.eventId,
    transactionId: row.transactionId,
    code: row.code,
    externalSubscriptionId,
    at: row.timestamp,
    properties: row.properties ?? {},
    preciseTotalAmountCents: cents === null ? null : Decimal.of(cents),
  }
}

/** Which of these events have a fee already: charge, filter (or nothing) and transaction id of each. */
export async function chargedEvents(
  reads: Reads,
  subscriptionId: string,
  transactionIds: readonly string[],
): Promise<ReadonlySet<string>> {
  if (transactionIds.length === 0) return new Set()
  const rows = await reads
    .selectFrom('fees')
    .select(['chargeId', 'chargeFilterId', 'eventTransactionId'])
    .where('eventTransactionId', 'in', [...transactionIds])
    .where('subscriptionId', '=', subscriptionId)
    .where('deletedAt', 'is', null)
    .execute()
  return new Set(
    rows.map((row) => chargedKey(row.chargeId ?? '', row.chargeFilterId, row.eventTransactionId ?? '')),
  )
}

/** The key of a set of `chargedEvents`. */
export function chargedKey(chargeId: string, filterId: string | null, transactionId: string): string {
  return `${chargeId}|${filterId ?? ''}|${transactionId}`
}
