import { type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { DueKind } from '../core/due/kinds.ts'
import type { Tx } from './database.ts'
import type { Customers } from './rows.ts'
import { ts } from './values.ts'

/** Work scheduled for a customer after its inherited settings changed. */
export type FollowingKind = Extract<DueKind, 'customer_days' | 'customer_drafts'>

/**
 * A shared lock on the settings that customers inherit, until the transaction ends. Taken with every customer lock,
 * so that nothing is billed under a mix of old and new settings.
 */
export const SETTINGS_HELD = sql`pg_advisory_xact_lock_shared(hashtextextended('settings:' || weir_organization_id(), 0))`

/** The same as a separate statement. */
export async function holdSettings(tx: Tx): Promise<void> {
  await sql`select ${SETTINGS_HELD}`.execute(tx)
}

/** The exclusive lock, which blocks billing until the transaction ends; must be taken before any other lock. */
export async function lockSettings(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('settings:' || weir_organization_id(), 0))`.execute(
    tx,
  )
}

/** Schedules, in one statement, that the customers of a billing entity follow its new settings. */
export async function scheduleFollowers(
  tx: Tx,
  billingEntityId: string,
  kind: FollowingKind,
  now: Instant,
): Promise<void> {
  const isMeant =
    kind === 'customer_days'
      ? sql`c.timezone is null and exists (
          select from subscriptions s
          where s.organization_id = c.organization_id and s.customer_id = c.id and s.status in ('active', 'pending'))`
      : sql`exists (
          select from invoices i
          where i.organization_id = c.organization_id and i.customer_id = c.id and i.status = 'draft')`
  await sql`
    insert into due_items as d (organization_id, id, kind, subject_id, due_at)
    select c.organization_id, gen_random_uuid(), ${kind}, c.id, ${ts(now)}
    from customers c
    where c.billing_entity_id = ${billingEntityId} and ${isMeant}
    order by c.id
    on conflict (organization_id, kind, subject_id) do update set
      id = excluded.id, due_at = excluded.due_at, attempts = 0, retry_at = null, error = null
  `.execute(tx)
}

/** Locks some customers of a billing entity that still have to follow, skipping those locked by others. */
export async function lockFollowers(
  tx: Tx,
  billingEntityId: string,
  limit: number,
): Promise<Selectable<Customers>[]> {
  return tx
    .selectFrom('customers as c')
    .selectAll('c')
    .where('c.billingEntityId', '=', billingEntityId)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('dueItems as d')
          .select('d.id')
          .whereRef('d.subjectId', '=', 'c.id')
          .where('d.kind', 'in', ['customer_days', 'customer_drafts']),
      ),
    )
    .orderBy('c.id')
    .limit(limit)
    .forNoKeyUpdate()
    .skipLocked()
    .execute()
}
