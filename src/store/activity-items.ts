import { sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { DueKind } from '../core/due/kinds.ts'
import type { Tx } from './database.ts'
import { newId } from './ids.ts'
import { ts } from './values.ts'

/** Whose usage to check. */
export type ActivityOf =
  | { readonly externalSubscriptionId: string }
  /** Subscriptions on the plan and on its overridden copies. */
  | { readonly planId: string }

/**
 * Schedules a check of thresholds and alerts for the matching active subscriptions (docs/rules/alerts.md), as events
 * do. One already scheduled keeps its instant.
 */
export async function scheduleActivity(
  tx: Tx,
  organizationId: string,
  whose: ActivityOf,
  now: Instant,
): Promise<void> {
  const isMeant =
    'planId' in whose
      ? sql`s.plan_id in (select p.id from plans p where p.id = ${whose.planId} or p.parent_id = ${whose.planId})`
      : sql`s.external_id = ${whose.externalSubscriptionId}`
  await sql`
    insert into due_items as d (organization_id, id, kind, subject_id, due_at)
    select ${organizationId}, gen_random_uuid(), 'subscription_activity', s.id, ${ts(now)}
    from subscriptions s
    where s.status = 'active' and ${isMeant}
    order by s.id
    on conflict (organization_id, kind, subject_id) do update set
      id = excluded.id, due_at = least(d.due_at, excluded.due_at), attempts = 0, retry_at = null, error = null
  `.execute(tx)
}

/** A subscription that has just started, and when. */
export type Started = { readonly id: string; readonly now: Instant }

/**
 * The same for subscriptions that have just started, but only if they have an alert or thresholds, so that starting
 * many subscriptions does not schedule a check for each.
 */
export async function scheduleWatched(
  tx: Tx,
  organizationId: string,
  started: readonly Started[],
): Promise<void> {
  if (started.length === 0) return
  await sql`
    insert into due_items as d (organization_id, id, kind, subject_id, due_at)
    select ${organizationId}, gen_random_uuid(), 'subscription_activity', s.id, b.due_at
    from unnest(${started.map(({ id }) => id)}::uuid[],
      ${started.map(({ now }) => new Date(now).toISOString())}::timestamptz[]) as b (id, due_at)
    join subscriptions s on s.id = b.id
    join plans p on p.id = s.plan_id
    where s.status = 'active' and (
      exists (select from alerts a where a.external_subscription_id = s.external_id and a.deleted_at is null)
      or (not s.progressive_billing_disabled and exists (
        select from usage_thresholds t
        where t.deleted_at is null and (t.subscription_id = s.id or t.plan_id in (p.id, p.parent_id))
      ))
    )
    order by s.id
    on conflict (organization_id, kind, subject_id) do update set
      id = excluded.id, due_at = least(d.due_at, excluded.due_at), attempts = 0, retry_at = null, error = null
  `.execute(tx)
}

/** Schedules re-arming of alerts for subscriptions whose period has just started and that have an alert. */
export async function scheduleAlertRearming(
  tx: Tx,
  organizationId: string,
  subscriptionIds: readonly string[],
  now: Instant,
): Promise<void> {
  await sql`
    insert into due_items as d (organization_id, id, kind, subject_id, due_at)
    select ${organizationId}, gen_random_uuid(), 'alert_rearming', s.id, ${ts(now)}
    from subscriptions s
    where s.id = any(${[...subscriptionIds]}::uuid[]) and s.status = 'active' and exists (
      select from alerts a where a.external_subscription_id = s.external_id and a.deleted_at is null)
    order by s.id
    on conflict (organization_id, kind, subject_id) do update set
      id = excluded.id, due_at = least(d.due_at, excluded.due_at), attempts = 0, retry_at = null, error = null
  `.execute(tx)
}

/** Schedules an item unless it is already due earlier; never postpones it. */
export async function scheduleEarliest(
  tx: Tx,
  organizationId: string,
  item: { readonly kind: DueKind; readonly subjectId: string; readonly dueAt: Instant },
): Promise<void> {
  await sql`
    insert into due_items as d (organization_id, id, kind, subject_id, due_at)
    values (${organizationId}, ${newId()}, ${item.kind}, ${item.subjectId}, ${ts(item.dueAt)})
    on conflict (organization_id, kind, subject_id) do update set
      due_at = least(d.due_at, excluded.due_at)
  `.execute(tx)
}
