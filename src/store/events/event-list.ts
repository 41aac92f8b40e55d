import { type RawBuilder, sql } from 'kysely'
import { Decimal } from '../../core/amounts/decimal.ts'
import type { Instant } from '../../core/calendar/instant.ts'
import type { Reads } from '../database.ts'
import { ts } from '../values.ts'

/** An event of the log as a list shows it; the properties stay text, for their digits' sake. */
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
  /** Only events whose code or subscription nobody knows. */
  readonly isUnmatched?: boolean | undefined
}

export type EventPage = { readonly events: readonly ListedEvent[]; readonly totalCount: number }

type Row = Omit<ListedEvent, 'preciseTotalAmountCents'> & { preciseTotalAmountCents: string | null }

const COLUMNS = sql`e.id, e.transaction_id, e.external_subscription_id, e.code, e.timestamp as at,
  e.properties::text as properties_json, e.precise_total_amount_cents, e.created_at`

/** One event by its transaction id; the newest arrival when several subscriptions share it (§1.9). */
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

/** The ids of those events whose subscription has their transaction id already (metering-and-rating §1.3). */
export async function findTaken(
  reads: Reads,
  events: readonly Pick<ListedEvent, 'id' | 'transactionId' | 'externalSubscriptionId'>[],
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ id: string }>`
    select a.id
    from unnest(${events.map((each) => each.id)}::text[], ${events.map((each) => each.transactionId)}::text[],
      ${events.map((each) => each.externalSubscriptionId)}::text[])
      as a (id, transaction_id, external_subscription_id)
    join event_keys k using (transaction_id, external_subscription_id)`.execute(reads)
  return new Set(rows.map((row) => row.id))
}

/**
 * A page of the log by timestamp descending, then transaction id ascending (metering-and-rating §1.9). Without a
 * filter neither the total nor a deep page counts events: both are found from the counts by day and minute.
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

/** When the subscription of an external id began: the current one's, else the latest ended one's (§1.9). */
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
    conditions.push(sql`(
      not exists (
        select from billable_metrics m
        where m.organization_id = e.organization_id and m.code = e.code and m.deleted_at is null)
      or not exists (
        select from subscriptions s
        where s.organization_id = e.organization_id and s.external_id = e.external_subscription_id))`)
  }
  return conditions
}

type Span = { startsAt: Instant; before: bigint; total: bigint }

async function listAll(reads: Reads, page: { offset: number; limit: number }): Promise<EventPage> {
  const day = await spanAt(reads, 'd', sql`true`, page.offset)
  if (!day) return { events: [], totalCount: 0 }
  const totalCount = Number(day.total)
  if (page.offset >= totalCount) return { events: [], totalCount }
  const inDay = page.offset - Number(day.before)
  const within = sql`starts_at >= ${ts(day.startsAt)} and starts_at < ${ts(day.startsAt)} + interval '1 day'`
  const minute = await spanAt(reads, 'm', within, inDay)
  const rest = minute ? inDay - Number(minute.before) : inDay
  const end = minute
    ? sql`${ts(minute.startsAt)} + interval '1 minute'`
    : sql`${ts(day.startsAt)} + interval '1 day'`
  const { rows } = await sql<Row>`
    select ${COLUMNS} from events e
    where e.timestamp < ${end} and e.deleted_at is null
    order by e.timestamp desc, e.transaction_id, e.id
    limit ${page.limit} offset ${rest}`.execute(reads)
  return { events: rows.map(listed), totalCount }
}

/** The day or minute that holds the event at an offset from the newest, and how many events are newer than it. */
async function spanAt(
  reads: Reads,
  span: 'd' | 'm',
  within: RawBuilder<unknown>,
  offset: number,
): Promise<Span | undefined> {
  const { rows } = await sql<Span>`
    with spans as (
      select starts_at, sum(events_count)::bigint as events_count from event_counts
      where span = ${span}::"char" and ${within}
      group by starts_at
    ), ordered as (
      select starts_at, (sum(events_count) over (order by starts_at desc))::bigint as until, events_count,
        (sum(events_count) over ())::bigint as total
      from spans where events_count > 0
    )
    select starts_at, until - events_count as before, total from ordered
    order by until > ${offset} desc, starts_at desc
    limit 1`.execute(reads)
  return rows[0]
}

function listed(row: Row): ListedEvent {
  const precise = row.preciseTotalAmountCents
  return { ...row, preciseTotalAmountCents: precise === null ? null : Decimal.of(precise) }
}
