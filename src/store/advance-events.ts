import { sql } from 'kysely'
import { Decimal } from '../core/amounts/decimal.ts'
import type { Instant } from '../core/calendar/instant.ts'
import type { EventProperties } from '../core/metering/property-value.ts'
import type { RawEvent } from '../core/metering/reference.ts'
import type { Reads, Tx } from './database.ts'
import { ts } from './values.ts'

/** An event as stored in the log. */
export type LoggedEvent = RawEvent & { readonly acceptedAt: Instant }

/** An event as accepted for a subscription. */
export type AcceptedEvent = LoggedEvent & {
  /** When the subscription ended, if it had ended by the time the event was accepted. */
  readonly endedAt: Instant | null
  /** False when the subscription only carries it over and its charges do not price it. */
  readonly isCharged: boolean
}

/** Events of a subscription waiting to be priced; each list is in order of acceptance. */
export type WaitingEvents = {
  readonly taken: readonly AcceptedEvent[]
  /** Those still waiting whose timestamp is not after the newest one taken. */
  readonly remaining: readonly AcceptedEvent[]
  /** False when more are waiting. */
  readonly isAll: boolean
}

/** A subscription, and the metric codes of its charges in advance. */
type AdvanceSubscription = {
  readonly id: string
  readonly externalId: string
  readonly codes: readonly string[]
}

type EventRow = {
  eventId: string
  transactionId: string | null
  code: string
  timestamp: Instant
  properties: EventProperties | null
  preciseTotalAmountCents: string | null
  createdAt: Instant
}

type WaitingRow = EventRow & { endedAt: Instant | null; isCharged: boolean }

// Properties as text, as the running state reads them: a double would lose digits.
const COLUMNS = sql`e.transaction_id, e.code, e.precise_total_amount_cents, e.created_at,
  (select json_object_agg(p.key, p.value) from jsonb_each_text(e.properties) as p) as properties`

/**
 * Takes the first events off the list waiting for a subscription's charges in advance. Events deleted since are
 * removed and skipped.
 *
 * The caller holds the subscription's due item, without which no event can be added to the list, so the result is
 * everything accepted since the previous events.
 */
export async function takeAdvanceEvents(
  tx: Tx,
  subscription: AdvanceSubscription,
  eventsMax: number,
): Promise<WaitingEvents> {
  const { rows } = await sql<WaitingRow>`
    with taken as (
      delete from advance_events where position in (
        select position from advance_events where subscription_id = ${subscription.id}
        order by position limit ${eventsMax}) and subscription_id = ${subscription.id}
      returning event_id, timestamp, position, ended_at, is_charged)
    select t.event_id, t.timestamp, t.ended_at, t.is_charged, ${COLUMNS}
    from taken t left join ${eventOf(subscription)}
    order by t.position`.execute(tx)
  const isAll = rows.length < eventsMax
  const taken = waitingOf(rows, subscription)
  return { taken, remaining: isAll ? [] : await remainingEvents(tx, subscription, rows), isAll }
}

async function remainingEvents(
  reads: Reads,
  subscription: AdvanceSubscription,
  taken: readonly EventRow[],
): Promise<readonly AcceptedEvent[]> {
  const newest = taken.reduce<Instant | null>(
    (last, { timestamp }) => (last === null || timestamp > last ? timestamp : last),
    null,
  )
  if (newest === null) return []
  const { rows } = await sql<WaitingRow>`
    select t.event_id, t.timestamp, t.ended_at, t.is_charged, ${COLUMNS}
    from advance_events t join ${eventOf(subscription)}
    where t.subscription_id = ${subscription.id} and t.timestamp <= ${ts(newest)}
    order by t.position`.execute(reads)
  return waitingOf(rows, subscription)
}

/** The event of a list row `t`. */
function eventOf({ externalId, codes }: AdvanceSubscription) {
  return sql`events e on e.external_subscription_id = ${externalId} and e.code = any(${[...codes]}::text[])
    and e.timestamp = t.timestamp and e.id = t.event_id and e.deleted_at is null`
}

/** An event of a subscription in the log; undefined when it was deleted. */
export async function findAdvanceEvent(
  reads: Reads,
  event: { readonly id: string; readonly externalId: string; readonly code: string; readonly at: Instant },
): Promise<LoggedEvent | undefined> {
  const { rows } = await sql<EventRow>`
    select e.id as event_id, e.timestamp, ${COLUMNS}
    from events e
    where e.external_subscription_id = ${event.externalId} and e.code = ${event.code}
      and e.timestamp = ${ts(event.at)} and e.id = ${event.id} and e.deleted_at is null`.execute(reads)
  return rows[0] && eventOfRow(rows[0], event.externalId)
}

/**
 * The events of a metric accepted after an event but not timestamped later. The order comes from their ids, since
 * they are no longer on the list; for concurrent requests either may count as first.
 */
export async function laterEvents(reads: Reads, event: RawEvent): Promise<readonly RawEvent[]> {
  const { externalSubscriptionId: externalId } = event
  const { rows } = await sql<EventRow>`
    select e.id as event_id, e.timestamp, ${COLUMNS}
    from events e
    where e.external_subscription_id = ${externalId} and e.code = ${event.code}
      and e.timestamp <= ${ts(event.at)} and e.id > ${event.id} and e.deleted_at is null
    order by e.id`.execute(reads)
  return rows.flatMap((row) => eventOfRow(row, externalId) ?? [])
}

function waitingOf(
  rows: readonly WaitingRow[],
  { externalId }: AdvanceSubscription,
): readonly AcceptedEvent[] {
  return rows.flatMap((row) => {
    const event = eventOfRow(row, externalId)
    return event ? [{ ...event, endedAt: row.endedAt, isCharged: row.isCharged }] : []
  })
}

function eventOfRow(row: EventRow, externalSubscriptionId: string | null): LoggedEvent | undefined {
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
    acceptedAt: row.createdAt,
  }
}

/** Which of these events already have a fee: charge, filter (or none) and transaction id of each. */
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
