import { type Insertable, sql, type Updateable } from 'kysely'
import type { Reads, Tx } from './database.ts'
import type { WebhookEndpoints } from './rows.ts'
import type { WebhookEndpointRow } from './webhooks.ts'

export async function findWebhookEndpoint(reads: Reads, id: string): Promise<WebhookEndpointRow | undefined> {
  return reads.selectFrom('webhookEndpoints').selectAll().where('id', '=', id).executeTakeFirst()
}

/** One page of the organization's endpoints by URL, and the total count. */
export async function pageOfWebhookEndpoints(
  reads: Reads,
  page: { readonly perPage: number; readonly offset: number },
): Promise<{ rows: WebhookEndpointRow[]; totalCount: number }> {
  const rows = await reads
    .selectFrom('webhookEndpoints')
    .selectAll()
    .orderBy('webhookUrl')
    .orderBy('id')
    .limit(page.perPage)
    .offset(page.offset)
    .execute()
  return { rows, totalCount: await countWebhookEndpoints(reads) }
}

export async function countWebhookEndpoints(reads: Reads): Promise<number> {
  const row = await reads
    .selectFrom('webhookEndpoints')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** Whether another endpoint than `exceptId` has the URL. */
export async function hasWebhookUrl(reads: Reads, url: string, exceptId: string | null): Promise<boolean> {
  let query = reads.selectFrom('webhookEndpoints').select('id').where('webhookUrl', '=', url)
  if (exceptId !== null) query = query.where('id', '<>', exceptId)
  return (await query.executeTakeFirst()) !== undefined
}

/** Serializes changes to the organization's endpoints, so that their number can be limited. */
export async function lockWebhookEndpoints(tx: Tx, organizationId: string): Promise<void> {
  const key = `webhook_endpoints:${organizationId}`
  await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(tx)
}

export async function insertWebhookEndpoint(
  tx: Tx,
  row: Insertable<WebhookEndpoints>,
): Promise<WebhookEndpointRow> {
  return tx.insertInto('webhookEndpoints').values(row).returningAll().executeTakeFirstOrThrow()
}

export async function updateWebhookEndpoint(
  tx: Tx,
  id: string,
  set: Updateable<WebhookEndpoints>,
): Promise<WebhookEndpointRow> {
  return tx
    .updateTable('webhookEndpoints')
    .set(set)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Deletes an endpoint with its delivery log; queued deliveries to it are not sent. */
export async function deleteWebhookEndpoint(tx: Tx, id: string): Promise<WebhookEndpointRow | undefined> {
  return tx.deleteFrom('webhookEndpoints').where('id', '=', id).returningAll().executeTakeFirst()
}
