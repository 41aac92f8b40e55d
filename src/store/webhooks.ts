import { type Selectable, sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import { deliveryFlags } from '../core/webhooks/delivery-flags.ts'
import type { Database, Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import { insertRows } from './insert-rows.ts'
import type { WebhookEndpoints, Webhooks } from './rows.ts'
import { anyOf, json, ts } from './values.ts'

export type WebhookEndpointRow = Selectable<WebhookEndpoints>
/** An endpoint as far as messages to it depend on it. */
export type Listener = Pick<WebhookEndpointRow, 'id' | 'eventTypes'>
export type WebhookRow = Selectable<Webhooks>
/** A message with its endpoint's current signature algorithm. */
export type LoggedWebhook = WebhookRow & { readonly signatureAlgo: WebhookEndpointRow['signatureAlgo'] }

/** More than the settings allow: the delivery itself decides which attempt is the last. */
const TRIES_MAX = 101
/** The latest attempts of a message that are kept; all of them, unless it was sent again many times. */
const ATTEMPTS_KEPT = 100

/** The statuses of a logged message. */
export const WEBHOOK_STATUSES = ['pending', 'retrying', 'succeeded', 'failed'] as const

export type WebhookStatus = (typeof WEBHOOK_STATUSES)[number]

export async function listWebhookEndpoints(reads: Reads): Promise<WebhookEndpointRow[]> {
  return reads.selectFrom('webhookEndpoints').selectAll().orderBy('webhookUrl').orderBy('id').execute()
}

/** A message for one endpoint. */
export type NewWebhook = {
  readonly endpointId: string
  readonly type: string
  readonly objectType: string
  readonly objectId: string | null
  readonly payload: string
  readonly now: Instant
}

/** Writes messages to the delivery log and queues their deliveries, both in the caller's transaction. */
export async function insertWebhooks(
  tx: Tx,
  organizationId: string,
  webhooks: readonly NewWebhook[],
): Promise<void> {
  const rows = webhooks.map((webhook) => ({
    organizationId,
    id: newId(),
    webhookEndpointId: webhook.endpointId,
    webhookType: webhook.type,
    objectType: webhook.objectType,
    objectId: webhook.objectId,
    status: 'pending',
    payload: webhook.payload,
    retries: 0,
    httpStatus: null,
    response: null,
    lastRetriedAt: null,
    createdAt: webhook.now,
    updatedAt: webhook.now,
  }))
  await insertRows(tx, 'webhooks', rows)
  await queueDeliveries(
    tx,
    rows.map(({ id, webhookEndpointId: endpointId }) => ({ organizationId, id, endpointId })),
  )
}

/**
 * Queues the deliveries of logged messages (again), flagged with the organization and endpoint that they count
 * against. Those of one `queue` are sent one after the other, in order.
 */
export async function queueDeliveries(
  tx: Tx,
  webhooks: readonly { readonly organizationId: string; readonly id: string; readonly endpointId: string }[],
  queue?: string,
): Promise<void> {
  const jobs = webhooks.map(({ organizationId, id: webhookId, endpointId }) => ({
    payload: { organizationId, webhookId, endpointId },
    key: `webhook:${webhookId}`,
    flags: deliveryFlags({ organizationId, endpointId }),
    ...(queue === undefined ? {} : { queue }),
  }))
  await sql`select weir_enqueue_jobs('deliver_webhook', ${JSON.stringify(jobs)}::json, ${TRIES_MAX}::int)`.execute(
    tx,
  )
}

/** A logged message, locked when `forUpdate` is set. */
export async function findWebhook(
  reads: Reads,
  id: string,
  options?: { readonly forUpdate: true },
): Promise<LoggedWebhook | undefined> {
  const query = logged(reads).where('w.id', '=', id)
  return (options ? query.forUpdate('w') : query).executeTakeFirst()
}

function logged(reads: Reads) {
  return reads
    .selectFrom('webhooks as w')
    .innerJoin('webhookEndpoints as e', 'e.id', 'w.webhookEndpointId')
    .selectAll('w')
    .select('e.signatureAlgo')
}

/** Everything one delivery needs: the message, its URL and its signing settings. */
export async function findDelivery(reads: Reads, id: string) {
  return reads
    .selectFrom('webhooks as w')
    .innerJoin('webhookEndpoints as e', 'e.id', 'w.webhookEndpointId')
    .innerJoin('organizations as o', 'o.id', 'w.organizationId')
    .select(['w.id', 'w.payload', 'w.status', 'e.webhookUrl', 'e.signatureAlgo', 'o.hmacKey'])
    .select(['o.webhookSecret', 'o.oldWebhookSecret', 'o.oldWebhookSecretUntil'])
    .select(['o.isSandbox', 'o.clockAt'])
    .select(sql<string>`w.xmin::text`.as('version'))
    .where('w.id', '=', id)
    .executeTakeFirst()
}

/** Locks a logged message; gives whether it is the version that `findDelivery` read, untouched meanwhile. */
export async function lockWebhookVersion(tx: Tx, id: string, version: string): Promise<boolean> {
  const { rows } = await sql<{ isSame: boolean }>`
    select xmin::text = ${version} as is_same from webhooks where id = ${id} for no key update`.execute(tx)
  return rows[0]?.isSame === true
}

/**
 * Records the result of an attempt. A failure counts as a retry; a message that already succeeded stays so, whatever
 * a concurrent attempt returned.
 */
export async function recordTry(
  tx: Tx,
  id: string,
  end: {
    readonly status: Exclude<WebhookStatus, 'pending'>
    readonly httpStatus: number | null
    readonly response: string
    readonly now: Instant
  },
): Promise<void> {
  await tx
    .updateTable('webhooks')
    .set({
      status: end.status,
      httpStatus: end.httpStatus,
      response: end.response,
      retries: end.status === 'succeeded' ? sql`retries` : sql`retries + 1`,
      attempts: sql`(case when jsonb_array_length(attempts) < ${ATTEMPTS_KEPT} then attempts else attempts - 0 end)
        || (${json([{ at: end.now, httpStatus: end.httpStatus, isDelivered: end.status === 'succeeded' }])})::jsonb`,
      lastRetriedAt: sql<Instant>`case when retries > 0 then ${ts(end.now)} else last_retried_at end`,
      updatedAt: ts(end.now),
    })
    .where('id', '=', id)
    .where('status', '<>', 'succeeded')
    .execute()
}

export async function setWebhookStatus(
  tx: Tx,
  id: string,
  status: WebhookStatus,
  now: Instant,
): Promise<void> {
  await tx
    .updateTable('webhooks')
    .set({ status, updatedAt: ts(now) })
    .where('id', '=', id)
    .execute()
}

/** The messages to an endpoint that were given up, of one type or all, the first one first; locked, up to `limit`. */
export async function lockFailedWebhooks(
  tx: Tx,
  filter: { readonly endpointId: string; readonly type: string | undefined },
  limit: number,
): Promise<readonly Pick<WebhookRow, 'id'>[]> {
  let query = tx
    .selectFrom('webhooks')
    .select('id')
    .where('webhookEndpointId', '=', filter.endpointId)
    .where('status', '=', 'failed')
  if (filter.type !== undefined) query = query.where('webhookType', '=', filter.type)
  return query.orderBy('createdAt').orderBy('id').limit(limit).forUpdate().execute()
}

/** Marks messages as being sent again. */
export async function markRetrying(tx: Tx, ids: readonly string[], now: Instant): Promise<void> {
  await tx
    .updateTable('webhooks')
    .set({ status: 'retrying', updatedAt: ts(now) })
    .where('id', '=', anyOf(ids))
    .execute()
}

/** One page of an endpoint's delivery log, newest first, and the total count. */
export async function pageOfWebhooks(
  reads: Reads,
  filter: { readonly endpointId: string; readonly status: WebhookStatus | null },
  page: { readonly perPage: number; readonly offset: number },
): Promise<{ rows: LoggedWebhook[]; totalCount: number }> {
  const { endpointId, status } = filter
  let rows = logged(reads).where('w.webhookEndpointId', '=', endpointId)
  let count = reads.selectFrom('webhooks').where('webhookEndpointId', '=', endpointId)
  if (status !== null) {
    rows = rows.where('w.status', '=', status)
    count = count.where('status', '=', status)
  }
  const { total } = await count.select((eb) => eb.fn.countAll<bigint>().as('total')).executeTakeFirstOrThrow()
  const found = rows.orderBy('w.createdAt', 'desc').orderBy('w.id').limit(page.perPage).offset(page.offset)
  return { rows: await found.execute(), totalCount: Number(total) }
}

/** Deletes up to `limit` messages older than `days` by their organization's clock; returns how many. */
export async function deleteOldWebhooks(
  database: Database,
  old: { readonly now: Instant; readonly days: number; readonly limit: number },
): Promise<number> {
  const result = await sql`
    delete from webhooks where (organization_id, id) in (
      select w.organization_id, w.id
      from webhook_endpoints e
      join organizations o on o.id = e.organization_id
      join webhooks w on w.organization_id = e.organization_id and w.webhook_endpoint_id = e.id
      where w.created_at < coalesce(o.clock_at, ${ts(old.now)}) - make_interval(days => ${old.days}::int)
      limit ${old.limit}
    )`.execute(database.system)
  return Number(result.numAffectedRows ?? 0)
}
