import { type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import { type DueKind, FIRST_KINDS, rankOf } from '../core/due/kinds.ts'
import type { Database, Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import type { DueItems } from './rows.ts'
import { ts } from './values.ts'

export type DueItemRow = Selectable<DueItems>

export type DueItem = { readonly kind: DueKind; readonly subjectId: string; readonly dueAt: Instant }

/** Makes a thing due; asking again for the same kind and subject moves it. */
export async function scheduleItem(tx: Tx, organizationId: string, item: DueItem): Promise<void> {
  await scheduleItems(tx, organizationId, [item])
}

/** The same for several things, no two of one kind and subject, in one statement. */
export async function scheduleItems(
  tx: Tx,
  organizationId: string,
  items: readonly DueItem[],
): Promise<void> {
  if (items.length === 0) return
  const rows = items.map(({ kind, subjectId, dueAt }) => ({
    organizationId,
    id: newId(),
    kind,
    subjectId,
    dueAt: ts(dueAt),
    rank: rankOf(kind),
  }))
  await tx
    .insertInto('dueItems')
    .values(rows)
    .onConflict((oc) =>
      oc.columns(['organizationId', 'kind', 'subjectId']).doUpdateSet((eb) => ({
        dueAt: eb.ref('excluded.dueAt'),
        attempts: 0,
        retryAt: null,
        error: null,
        // A new id tells a runner that the item was asked for again while it was being done.
        id: eb.ref('excluded.id'),
      })),
    )
    .execute()
}

export async function cancelItem(tx: Tx, kind: DueKind, subjectId: string): Promise<void> {
  await tx.deleteFrom('dueItems').where('kind', '=', kind).where('subjectId', '=', subjectId).execute()
}

type Waiting = { readonly realNow: Instant } | { readonly except: readonly string[] }

/**
 * The organization's earliest item that is due by `until`, locked, `FIRST_KINDS` before all others. Passed over are, by
 * `waiting`, the items that wait for a retry at the real time `realNow`, or those with the ids of `except` and no others.
 */
export async function takeEarliest(
  tx: Tx,
  until: Instant,
  waiting: Waiting,
): Promise<DueItemRow | undefined> {
  const first = await earliestOf(tx, until, waiting)
    .where('kind', 'in', [...FIRST_KINDS])
    .executeTakeFirst()
  return first ?? (await earliestOf(tx, until, waiting).executeTakeFirst())
}

function earliestOf(tx: Tx, until: Instant, waiting: Waiting) {
  const query = tx
    .selectFrom('dueItems')
    .selectAll()
    .where('dueAt', '<=', ts(until))
    .orderBy('dueAt')
    .orderBy('rank')
    .orderBy('id')
    .limit(1)
    .forUpdate()
  if (!('realNow' in waiting)) {
    return waiting.except.length > 0 ? query.where('id', 'not in', [...waiting.except]) : query
  }
  const { realNow } = waiting
  return query
    .where((eb) => eb.or([eb('retryAt', 'is', null), eb('retryAt', '<=', ts(realNow))]))
    .skipLocked()
}

/** Takes a done item away; it stays when it was asked for again meanwhile. */
export async function finishItem(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('dueItems').where('id', '=', id).execute()
}

export async function failItem(tx: Tx, id: string, error: string, retryAt: Instant): Promise<void> {
  await tx
    .updateTable('dueItems')
    .set({ attempts: sql`attempts + 1`, error: error.slice(0, 2000), retryAt: ts(retryAt) })
    .where('id', '=', id)
    .execute()
}

/** Enough to tell of; a sandbox may have any number. */
const UNDONE_MAX = 1000

/** What is due by an instant and not done, earliest first: kind, subject, and the error of what has failed. */
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
    .orderBy('rank')
    .orderBy('id')
    .limit(UNDONE_MAX)
    .execute()
}

/** Organizations with something due: by the system's time, and in a sandbox by its own clock. */
export async function organizationsWithDueItems(
  database: Database,
  now: Instant,
): Promise<{ id: string; isSandbox: boolean; clockAt: Instant | null }[]> {
  return database.system
    .selectFrom('organizations as o')
    .select(['o.id', 'o.isSandbox', 'o.clockAt'])
    .where('o.clockStatus', '<>', 'advancing')
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('dueItems as d')
          .select('d.id')
          .whereRef('d.organizationId', '=', 'o.id')
          .where((e) => e.or([e('d.retryAt', 'is', null), e('d.retryAt', '<=', ts(now))]))
          .where('d.dueAt', '<=', sql<Instant>`coalesce(o.clock_at, ${ts(now)})`),
      ),
    )
    .execute()
}

/** Holds the right to run an organization's due work until the transaction ends; false when another has it. */
export async function lockDueWork(tx: Tx, organizationId: string): Promise<boolean> {
  const { rows } = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(hashtextextended('due:' || ${organizationId}, 0)) as locked`.execute(tx)
  return rows[0]?.locked ?? false
}

/** Waits for that right. */
export async function awaitDueWork(tx: Tx, organizationId: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('due:' || ${organizationId}, 0))`.execute(tx)
}
