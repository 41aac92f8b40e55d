import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { ActivitySource, ActivityType, ResourceType } from '../core/activity-logs/activity.ts'
import type { Instant } from '../core/calendar/instant.ts'
import type { Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { ActivityLogs } from './rows.ts'
import { anyOf, arrayOf, inOrder, ts } from './values.ts'
import type { WebhookEndpointRow } from './webhooks.ts'

export type ActivityLogRow = Selectable<ActivityLogs>

/** What was done to an object. */
export type NewActivity = {
  readonly type: ActivityType
  readonly resourceType: ResourceType
  readonly resourceId: string
  /** The object afterwards as JSON; null when it is only named. */
  readonly object: string | null
  /** Of a customer that the same statement inserts; otherwise it is found by the object. */
  readonly externalCustomerId?: string
  readonly source: ActivitySource
  readonly apiKeyId: string | null
  /** The user of a session. */
  readonly userEmail: string | null
  readonly now: Instant
}

/** Logs what was done, in the transaction that did it. */
export async function insertActivities(
  tx: Tx,
  organizationId: string,
  activities: readonly NewActivity[],
): Promise<void> {
  if (activities.length === 0) return
  await insertionOfActivities(organizationId, activities).execute(tx)
}

/** The same, and reads in the same round trip the endpoints to which it may be told. */
export async function insertActivitiesForEndpoints(
  tx: Tx,
  organizationId: string,
  activities: readonly NewActivity[],
): Promise<WebhookEndpointRow[]> {
  const { rows } = await sql<WebhookEndpointRow>`
    with logged as (${insertionOfActivities(organizationId, activities)})
    select e.* from webhook_endpoints e order by e.webhook_url, e.id`.execute(tx)
  return rows
}

/** The insertion of activities, for a statement that does more. Their customers and subscriptions are looked up. */
export function insertionOfActivities(
  organizationId: string,
  activities: readonly NewActivity[],
): RawBuilder<unknown> {
  const ids = activities.map(() => newId())
  const instants = activities.map(({ now }) => new Date(now).toISOString())
  const of = (key: keyof NewActivity, type: 'uuid' | 'text') =>
    arrayOf(
      activities.map((activity) => activity[key] ?? null),
      type,
    )
  return sql`
    insert into activity_logs (organization_id, id, activity_type, activity_source, activity_object, resource_type,
      resource_id, api_key_id, user_email, external_customer_id, external_subscription_id, logged_at, created_at)
    select ${organizationId}::uuid, a.id, a.type, a.source, a.object::json, a.resource_type, a.resource_id,
      a.api_key_id, a.user_email,
      coalesce(a.external_customer_id, a.object::json ->> 'external_customer_id', case a.resource_type
        when 'Customer' then (select c.external_id from customers c where c.id = a.resource_id)
        when 'Invoice' then (
          select c.external_id from invoices i join customers c on c.id = i.customer_id where i.id = a.resource_id)
        when 'CreditNote' then (
          select c.external_id from credit_notes n join customers c on c.id = n.customer_id
          where n.id = a.resource_id)
        when 'PaymentRequest' then (
          select c.external_id from payment_requests r join customers c on c.id = r.customer_id
          where r.id = a.resource_id)
        when 'PaymentReceipt' then (
          select c.external_id from payment_receipts r
          join payments p on p.id = r.payment_id
          join customers c on c.id = p.customer_id
          where r.id = a.resource_id)
        when 'Wallet' then (
          select c.external_id from wallets w join customers c on c.id = w.customer_id where w.id = a.resource_id)
        when 'WalletTransaction' then (
          select c.external_id from wallet_transactions t
          join wallets w on w.id = t.wallet_id
          join customers c on c.id = w.customer_id
          where t.id = a.resource_id)
        when 'Subscription' then (
          select c.external_id from subscriptions s join customers c on c.id = s.customer_id
          where s.id = a.resource_id)
      end),
      case a.resource_type
        when 'Subscription' then (select s.external_id from subscriptions s where s.id = a.resource_id)
      end,
      a.at, a.at
    from unnest(${arrayOf(ids, 'uuid')}, ${of('type', 'text')}, ${of('object', 'text')},
      ${of('resourceType', 'text')}, ${of('resourceId', 'uuid')}, ${of('source', 'text')}, ${of('apiKeyId', 'uuid')},
      ${arrayOf(instants, 'timestamptz')}, ${of('externalCustomerId', 'text')}, ${of('userEmail', 'text')})
      as a (id, type, object, resource_type, resource_id, source, api_key_id, at, external_customer_id, user_email)`
}

/** Filters of the list of activities; undefined means no restriction. */
export type ActivityLogFilters = {
  readonly from?: Instant | undefined
  readonly to?: Instant | undefined
  readonly types?: readonly string[] | undefined
  readonly sources?: readonly string[] | undefined
  readonly userEmails?: readonly string[] | undefined
  readonly externalCustomerId?: string | undefined
  readonly externalSubscriptionId?: string | undefined
  readonly resourceIds?: readonly string[] | undefined
  readonly resourceTypes?: readonly string[] | undefined
}

/** An activity with the object before it, as the activity before left it; null when that is not known. */
export type ActivityLogView = ActivityLogRow & { readonly objectBefore: unknown }

/** One page of activities, the latest first, and the total count. */
export async function listActivities(
  reads: Reads,
  filters: ActivityLogFilters,
  slice: Slice,
): Promise<Listed<ActivityLogRow>> {
  const { externalCustomerId, externalSubscriptionId } = filters
  let query = reads.selectFrom('activityLogs').select('id')
  if (filters.from !== undefined) query = query.where('loggedAt', '>=', ts(filters.from))
  if (filters.to !== undefined) query = query.where('loggedAt', '<=', ts(filters.to))
  if (filters.types) query = query.where('activityType', 'in', filters.types)
  if (filters.sources) query = query.where('activitySource', 'in', filters.sources)
  if (filters.userEmails) query = query.where('userEmail', 'in', filters.userEmails)
  if (filters.resourceTypes) query = query.where('resourceType', 'in', filters.resourceTypes)
  if (filters.resourceIds) query = query.where('resourceId', '=', anyOf(filters.resourceIds))
  if (externalCustomerId !== undefined) query = query.where('externalCustomerId', '=', externalCustomerId)
  if (externalSubscriptionId !== undefined) {
    query = query.where('externalSubscriptionId', '=', externalSubscriptionId)
  }
  // Ids only, which an index has: the activities before the page are skipped without being read.
  const ordered = query.orderBy('loggedAt', 'desc').orderBy('id', 'desc')
  const { rows, total } = await pageOf(ordered, slice, reads, 'id')
  if (rows.length === 0) return { rows: [], total }
  const ids = rows.map(({ id }) => id)
  const found = await reads.selectFrom('activityLogs').selectAll().where('id', '=', anyOf(ids)).execute()
  return { rows: inOrder(ids, found), total }
}

export async function findActivity(reads: Reads, id: string): Promise<ActivityLogRow | undefined> {
  return reads.selectFrom('activityLogs').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Activities with the state of their objects before them, in the order of the rows. */
export async function activityViews(
  reads: Reads,
  rows: readonly ActivityLogRow[],
): Promise<ActivityLogView[]> {
  const updated = rows.filter((row) => row.activityType.endsWith('updated') && row.activityObject !== null)
  if (updated.length === 0) return rows.map((row) => ({ ...row, objectBefore: null }))
  const { rows: found } = await sql<{ id: string; objectBefore: unknown }>`
    select a.id, b.activity_object as object_before
    from activity_logs a
    cross join lateral (
      select p.activity_object from activity_logs p
      where p.organization_id = a.organization_id and p.resource_id = a.resource_id
        and p.resource_type = a.resource_type and p.activity_object is not null
        and (p.logged_at, p.id) < (a.logged_at, a.id)
      order by p.logged_at desc, p.id desc
      limit 1
    ) b
    where a.id = any (${updated.map(({ id }) => id)}::uuid[])`.execute(reads)
  const before = new Map(found.map(({ id, objectBefore }) => [id, objectBefore]))
  return rows.map((row) => ({ ...row, objectBefore: before.get(row.id) ?? null }))
}
