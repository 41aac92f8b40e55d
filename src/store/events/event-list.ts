import { type RawBuilder, sql } from 'kysely'
import { Decimal } from '../../core/amounts/decimal.ts'
import type { Instant } from '../../core/calendar/instant.ts'
import type { Reads } from '../database.ts'
import { ts } from '../values.ts'

/** An event as listed; the properties stay text to preserve their digits. */
export type ListedEvent = {
  readonly id: string
  readonly transactionId: string
  readonly externalSubscriptionId: string | null
  readonly code: string
  readonly at: Instant
  readonly propertiesJson: string
  readonly preciseTotalAmountCents: Decimal | null
  readonly createdAt: Instant
}

export type EventListFilter = {
  readonly code?: string | undefined
  readonly externalSubscriptionId?: string | undefined
  /** Both inclusive. */
  readonly from?: Instant | undefined
  readonly to?: Instant | undefined
  /** Only events that count for no subscription: see `weir_event_is_taken`. */
  readonly isUnmatched?: boolean | undefined
}

export type EventPage = { readonly events: readonly ListedEvent[]; readonly totalCount: number }

type Row = Omit<ListedEvent, 'preciseTotalAmountCents'> & { preciseTotalAmountCents: string | null }

const COLUMNS = sql`e.id, e.transaction_id, e.external_subscription_id, e.code, e.timestamp as at,
  e.properties::text as properties_json, e.precise_total_amount_cents, e.created_at`

/** One event by its transaction id; the newest arrival when several subscriptions share it. */
export async function findEvent(reads: Reads, transactionId: string): Promise<ListedEvent | undefined> {
  const { rows } = await sql<Row>`
    select ${COLUMNS}
    from event_keys k
    join events e on e.organization_id = k.organization_id and e.timestamp = k.timestamp
      and e.transaction_id = k.transaction_id and e.id = k.event_id
    where k.transaction_id = ${transactionId} and e.deleted_at is null
    order by e.id desc
    limit 1`.execute(reads)
  return rows[0] && listed(rows[0])
}

/**
 * A page of the log by timestamp descending, then transaction id ascending. Without a filter, neither the total nor a
 * deep page counts events: both come from the counts by day and minute.
 */
export async function listEvents(
  reads: Reads,
  filter: EventListFilter,
  page: { readonly offset: number; readonly limit: number },
): Promise<EventPage> {
  const conditions = conditionsOf(filter)
  if (conditions.length === 0) return listAll(reads, page)
  const where = sql.join([sql`e.deleted_at is null`, ...conditions], sql` and `)
  const counted = await sql<{ count: bigint }>`select count(*) from events e where ${where}`.execute(reads)
  const { rows } = await sql<Row>`
    select ${COLUMNS} from events e where ${where}
    order by e.timestamp desc, e.transaction_id, e.id
    limit ${page.limit} offset ${page.offset}`.execute(reads)
  return { events: rows.map(listed), totalCount: Number(counted.rows[0]?.count ?? 0n) }
}

/** When the subscription with an external id started: the current one, otherwise the latest ended one. */
export async function subscriptionStart(
  reads: Reads,
  externalSubscriptionId: string,
): Promise<Instant | undefined> {
  const row = await reads
    .selectFrom('subscriptions')
    .select('startedAt')
    .where('externalId', '=', externalSubscriptionId)
    .where('startedAt', 'is not', null)
    .orderBy('terminatedAt', (order) => order.desc().nullsFirst())
    .orderBy('startedAt', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.startedAt ?? undefined
}

function conditionsOf(filter: EventListFilter): RawBuilder<unknown>[] {
  const conditions: RawBuilder<unknown>[] = []
  if (filter.code !== undefined) conditions.push(sql`e.code = ${filter.code}`)
  if (filter.externalSubscriptionId !== undefined) {
    conditions.push(sql`e.external_subscription_id = ${filter.externalSubscriptionId}`)
  }
  if (filter.from !== undefined) conditions.push(sql`e.timestamp >= ${ts(filter.from)}`)
  if (filter.to !== undefined) conditions.push(sql`e.timestamp <= ${ts(filter.to)}`)
  if (filter.isUnmatched === true) {
    conditions.push(
      sql`not weir_event_is_taken(e.organization_id, e.code, e.external_subscription_id, e.timestamp)`,
    )
  }
  return conditions
}

type Place = { total: bigint; before: bigint | null; end: Instant | null }

async function listAll(reads: Reads, page: { offset: number; limit: number }): Promise<EventPage> {
  const { totalCount, end, before } = await placeOf(reads, page.offset)
  if (end === null) return { events: [], totalCount }
  const { rows } = await sql<Row>`
    select ${COLUMNS} from events e
    where e.timestamp < ${ts(end)} and e.deleted_at is null
    order by e.timestamp desc, e.transaction_id, e.id
    limit ${page.limit} offset ${page.offset - before}`.execute(reads)
  return { events: rows.map(listed), totalCount }
}

/**
 * The end of the minute containing the event at an offset from the newest, and the number of events after that
 * minute; null when there is no such event. Finds the day, then the hour, then the minute: about a hundred rows of
 * counts for any number of events.
 */
async function placeOf(
  reads: Reads,
  offset: number,
): Promise<{ readonly totalCount: number; readonly before: number; readonly end: Instant | null }> {
  const { rows } = await sql<Place>`
    with days as materialized (
      select starts_at, sum(events_count)::bigint as n from event_counts where span = 'd' group by starts_at
    ), day as materialized (${spanAt(sql`select starts_at, n, 0::bigint as newer from days`, offset)}
    ), hour as materialized (${spanAt(partsOf('h', 'day', '1 day'), offset)}
    ), minute as materialized (${spanAt(partsOf('m', 'hour', '1 hour'), offset)}
    )
    select (select coalesce(sum(n), 0)::bigint from days) as total, minute.before,
      minute.starts_at + interval '1 minute' as end
    from (values (1)) as one left join minute on true`.execute(reads)
  const [place] = rows
  return {
    totalCount: Number(place?.total ?? 0n),
    before: Number(place?.before ?? 0n),
    end: place?.end ?? null,
  }
}

/** The parts of a span with their counts, read as one index range; `newer` is the number of events after the span. */
function partsOf(part: 'h' | 'm', span: 'day' | 'hour', length: '1 day' | '1 hour'): RawBuilder<unknown> {
  const whole = sql.ref(span)
  return sql`
    select c.starts_at, c.n, ${whole}.before as newer
    from ${whole} cross join lateral (
      select starts_at, sum(events_count)::bigint as n from event_counts
      where span = ${sql.lit(part)}::"char" and starts_at >= ${whole}.starts_at
        and starts_at < ${whole}.starts_at + ${sql.lit(length)}::interval
      group by starts_at) as c`
}

/** The part containing the event at an offset from the newest, and the number of events after the part. */
function spanAt(parts: RawBuilder<unknown>, offset: number): RawBuilder<unknown> {
  return sql`
    select starts_at, (until - n)::bigint as before
    from (select starts_at, n, newer + sum(n) over (order by starts_at desc) as until from (${parts}) as parts) as x
    where until > ${offset}
    order by starts_at desc
    limit 1`
}

function listed(row: Row): ListedEvent {
  const precise = row.preciseTotalAmountCents
  return { ...row, preciseTotalAmountCents: precise === null ? null : Decimal.of(precise) }
}
