import { type RawBuilder, type Selectable, type SqlBool, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import { BILLING_KINDS, DUE_KINDS, type DueKind, FIRST_KINDS } from '../core/due/kinds.ts'
import type { Database, Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import type { DueItems } from './rows.ts'
import { anyOf, arrayOf, ts } from './values.ts'

export type DueItemRow = Selectable<DueItems>

export type DueItem = { readonly kind: DueKind; readonly subjectId: string; readonly dueAt: Instant }

/** Schedules an item; scheduling the same kind and subject again moves it. */
export async function scheduleItem(tx: Tx, organizationId: string, item: DueItem): Promise<void> {
  await scheduleItems(tx, organizationId, [item])
}

/** Schedules items in one statement; scheduling the same kind and subject again moves it. */
export async function scheduleItems(
  tx: Tx,
  organizationId: string,
  items: readonly DueItem[],
): Promise<void> {
  if (items.length === 0) return
  // A new id shows the runner that the item was rescheduled while it was being processed.
  const ids = items.map(() => newId())
  const kinds = items.map(({ kind }) => kind)
  const subjectIds = items.map(({ subjectId }) => subjectId)
  const instants = items.map(({ dueAt }) => new Date(dueAt).toISOString())
  await sql`
    insert into due_items (organization_id, id, kind, subject_id, due_at)
    select ${organizationId}::uuid, i.*
    from unnest(${arrayOf(ids, 'uuid')}, ${arrayOf(kinds, 'text')}, ${arrayOf(subjectIds, 'uuid')},
      ${arrayOf(instants, 'timestamptz')}) as i
    on conflict (organization_id, kind, subject_id) do update set
      id = excluded.id, due_at = excluded.due_at, attempts = 0, retry_at = null, error = null`.execute(tx)
}

export async function cancelItem(tx: Tx, kind: DueKind, subjectId: string): Promise<void> {
  await tx.deleteFrom('dueItems').where('kind', '=', kind).where('subjectId', '=', subjectId).execute()
}

/** Items to skip: those waiting for a retry at a real time, or only those with these ids. */
export type Waiting = { readonly realNow: Instant } | { readonly except: readonly string[] }

/** What to process next: all items of one kind due at one instant. */
export type DueHead = { readonly kind: DueKind; readonly dueAt: Instant }

/**
 * The first of an organization's items due by `until`: `FIRST_KINDS` before all others, then the earliest instant,
 * then the order of kinds. Locks nothing.
 */
export async function findDueHead(
  reads: Reads,
  until: Instant,
  waiting: Waiting,
): Promise<DueHead | undefined> {
  const { rows } = await sql<DueHead>`
    with first as (
      select d.kind, d.due_at, array_position(${[...FIRST_KINDS]}::text[], d.kind) as place
      from due_items d
      where d.kind = any (${[...FIRST_KINDS]}::text[]) and d.due_at <= ${ts(until)} and ${isRipe(waiting)}
      order by d.due_at, place
      limit 1
    ), earliest as (
      select d.due_at from due_items d
      where d.due_at <= ${ts(until)} and ${isRipe(waiting)}
      order by d.due_at
      limit 1
    ), others as (
      select k.kind, e.due_at, k.place
      from earliest e
      cross join unnest(${[...DUE_KINDS]}::text[]) with ordinality as k (kind, place)
      where exists (
        select from due_items d where d.due_at = e.due_at and d.kind = k.kind and ${isRipe(waiting)}
      )
      order by k.place
      limit 1
    )
    select kind, due_at from (select *, 1 as part from first union all select *, 2 as part from others) as head
    order by part
    limit 1`.execute(reads)
  return rows[0]
}

/** One item of what is due first, not locked. */
export async function firstItem(
  reads: Reads,
  head: DueHead,
  waiting: Waiting,
): Promise<DueItemRow | undefined> {
  return reads
    .selectFrom('dueItems as d')
    .selectAll()
    .where('kind', '=', head.kind)
    .where('dueAt', '=', ts(head.dueAt))
    .where(isRipe(waiting))
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
}

export async function findItemById(reads: Reads, id: string): Promise<DueItemRow | undefined> {
  return reads.selectFrom('dueItems').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Takes an item off the list, to do it; undefined when somebody did it or asked for it again meanwhile. */
export async function takeItem(tx: Tx, id: string): Promise<DueItemRow | undefined> {
  return tx.deleteFrom('dueItems').where('id', '=', id).returningAll().executeTakeFirst()
}

/** The rank of a kind among items of the same instant. */
export function placeOf(column: string): RawBuilder<number> {
  return sql<number>`array_position(${[...DUE_KINDS]}::text[], ${sql.ref(column)})`
}

/** Whether an item `d` may be processed now. */
export function isRipe(waiting: Waiting): RawBuilder<SqlBool> {
  return 'realNow' in waiting
    ? sql<SqlBool>`(d.retry_at is null or d.retry_at <= ${ts(waiting.realNow)})`
    : sql<SqlBool>`d.id <> all (${[...waiting.except]}::uuid[])`
}

/** Deletes a processed item, unless it was rescheduled meanwhile. */
export async function finishItem(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('dueItems').where('id', '=', id).execute()
}

/** Records a failure and its reason on items; the wait grows with every attempt. */
export async function failItems(
  tx: Tx,
  ids: readonly string[],
  failure: {
    readonly error: string
    readonly now: Instant
    readonly firstMs: number
    readonly mostMs: number
  },
): Promise<void> {
  const { error, now, firstMs, mostMs } = failure
  await tx
    .updateTable('dueItems')
    .set({
      attempts: sql`attempts + 1`,
      error: error.slice(0, 2000),
      retryAt: sql<Instant>`${ts(now)} + make_interval(secs =>
        least(${firstMs}::float8 * 2 ^ least(attempts, 30), ${mostMs}::float8) / 1000)`,
    })
    .where('id', '=', anyOf(ids))
    .execute()
}

/** Enough for a report; a sandbox may have any number. */
const UNDONE_MAX = 1000

/** Items due by an instant that are not done, earliest first: kind, subject, and the error if they failed. */
export async function undoneItems(
  reads: Reads,
  until: Instant,
): Promise<readonly Pick<DueItemRow, 'kind' | 'subjectId' | 'error'>[]> {
  return reads
    .selectFrom('dueItems')
    .select(['kind', 'subjectId', 'error'])
    .where('dueAt', '<=', ts(until))
    .orderBy((eb) => eb('error', 'is', null))
    .orderBy('dueAt')
    .orderBy(placeOf('kind'))
    .orderBy('id')
    .limit(UNDONE_MAX)
    .execute()
}

/**
 * Organizations with something due: by the system time, and for a sandbox by its own clock. Items due by the system
 * time are at the head of one index; sandboxes with a clock ahead of it are queried separately.
 */
export async function organizationsWithDueItems(
  database: Database,
  now: Instant,
): Promise<{ id: string; isSandbox: boolean; clockAt: Instant | null }[]> {
  const { rows } = await sql<{ id: string; isSandbox: boolean; clockAt: Instant | null }>`
    with due as (
      select distinct d.organization_id
      from due_items d
      where d.due_at <= ${ts(now)} and (d.retry_at is null or d.retry_at <= ${ts(now)})
    )
    select o.id, o.is_sandbox, o.clock_at
    from due
    join organizations o on o.id = due.organization_id
    where not o.is_sandbox and o.clock_status <> 'advancing'
    union all
    select o.id, o.is_sandbox, o.clock_at
    from organizations o
    where o.is_sandbox and o.clock_status <> 'advancing' and exists (
      select from due_items d
      where d.organization_id = o.id and d.due_at <= coalesce(o.clock_at, ${ts(now)})
        and (d.retry_at is null or d.retry_at <= ${ts(now)})
    )`.execute(database.system)
  return rows
}

/** Takes the exclusive lock on an organization's due work until the transaction ends. */
export async function awaitDueWork(tx: Tx, organizationId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('due:' || ${organizationId}, 0))`.execute(tx)
}

/** Takes a shared lock on an organization's due work: several processes may hold it, each with its own customers. */
export async function shareDueWork(tx: Tx, organizationId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock_shared(hashtextextended('due:' || ${organizationId}, 0))`.execute(tx)
}

/**
 * The bills of the organization that are due and not made yet, and since when the first of them is; null when there are
 * none. Without what has failed and is tried again later.
 */
export async function billsLeft(
  reads: Reads,
  now: Instant,
): Promise<{ readonly count: number; readonly since: Instant | null }> {
  const { count, since } = await reads
    .selectFrom('dueItems')
    .select((of) => [of.fn.countAll<bigint>().as('count'), of.fn.min('dueAt').as('since')])
    .where('dueAt', '<=', ts(now))
    .where('kind', 'in', BILLING_KINDS)
    .where('retryAt', 'is', null)
    .executeTakeFirstOrThrow()
  return { count: Number(count), since }
}
