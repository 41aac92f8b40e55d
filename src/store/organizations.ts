import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { PortalBrand } from '../core/portal/portal-brand.ts'
import type { StoredWebhookSecrets } from '../core/webhooks/secrets.ts'
import type { Database, Reads, Tx } from './database.ts'
import type { BillingEntities, Organizations } from './rows.ts'
import { json, ts } from './values.ts'

export type OrganizationRow = Selectable<Organizations>
export type BillingEntityRow = Selectable<BillingEntities>

/** The organization, read as the database owner, before entering any tenant. */
export async function findOrganization(database: Database, id: string): Promise<OrganizationRow | undefined> {
  return database.system.selectFrom('organizations').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Every organization and its own clock, null where the system's clock counts. */
export async function listOrganizationClocks(
  database: Database,
): Promise<readonly Pick<OrganizationRow, 'id' | 'clockAt'>[]> {
  return database.system.selectFrom('organizations').select(['id', 'clockAt']).execute()
}

export async function countOrganizations(database: Database): Promise<number> {
  const row = await database.system
    .selectFrom('organizations')
    .select((eb) => eb.fn.countAll<bigint>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** The transaction's own organization. */
export async function readOrganization(reads: Reads, id: string): Promise<OrganizationRow> {
  return reads.selectFrom('organizations').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
}

/** Creates an organization, in a transaction of the database's owner. */
export async function insertOrganization(tx: Tx, row: Insertable<Organizations>): Promise<OrganizationRow> {
  return tx.insertInto('organizations').values(row).returningAll().executeTakeFirstOrThrow()
}

export async function updateOrganization(
  tx: Tx,
  id: string,
  set: Updateable<Organizations>,
): Promise<OrganizationRow> {
  return tx
    .updateTable('organizations')
    .set(set)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Changes what is given of the look of the portal. */
export async function changePortalBrand(tx: Tx, id: string, change: Partial<PortalBrand>): Promise<void> {
  await tx
    .updateTable('organizations')
    .set({ portalBrand: sql`portal_brand || ${json(change)}::jsonb` })
    .where('id', '=', id)
    .execute()
}

/** Makes every link to a file void that was signed before. */
export async function raiseFileLinkEpoch(tx: Tx, id: string): Promise<void> {
  await sql`update organizations set file_link_epoch = file_link_epoch + 1 where id = ${id}`.execute(tx)
}

/** The secrets that sign an organization's webhooks, as they are stored; locked when asked for. */
export async function readWebhookSecrets(
  reads: Reads,
  id: string,
  options?: { readonly forUpdate: true },
): Promise<StoredWebhookSecrets> {
  const query = reads
    .selectFrom('organizations')
    .select(['hmacKey', 'webhookSecret', 'oldWebhookSecret', 'oldWebhookSecretUntil'])
    .where('id', '=', id)
  return (options ? query.forNoKeyUpdate() : query).executeTakeFirstOrThrow()
}

/** Replaces the secret of webhooks; the one before counts until an instant. */
export async function replaceWebhookSecret(
  tx: Tx,
  id: string,
  { secret, old, until }: { readonly secret: string; readonly old: string; readonly until: Instant },
): Promise<void> {
  await tx
    .updateTable('organizations')
    .set({ webhookSecret: secret, oldWebhookSecret: old, oldWebhookSecretUntil: ts(until) })
    .where('id', '=', id)
    .execute()
}

export async function insertBillingEntity(
  tx: Tx,
  row: Insertable<BillingEntities>,
): Promise<BillingEntityRow> {
  return tx.insertInto('billingEntities').values(row).returningAll().executeTakeFirstOrThrow()
}

export async function findBillingEntity(
  reads: Reads,
  by: { readonly id: string } | { readonly code: string } | { readonly isDefault: true },
): Promise<BillingEntityRow | undefined> {
  let query = reads.selectFrom('billingEntities').selectAll().where('archivedAt', 'is', null)
  if ('id' in by) query = query.where('id', '=', by.id)
  else if ('code' in by) query = query.where('code', '=', by.code)
  else query = query.where('isDefault', '=', true)
  return query.executeTakeFirst()
}

/** The creation columns at `now`; see `createOrganization`. */
export function stamps(now: Instant) {
  return { createdAt: ts(now), updatedAt: ts(now) }
}

/** The name of a billing entity, archived or not. */
export async function readBillingEntityCountry(reads: Reads, id: string): Promise<string | null> {
  const row = await reads
    .selectFrom('billingEntities')
    .select('country')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return row.country
}

export async function readBillingEntityName(reads: Reads, id: string): Promise<string> {
  const row = await reads
    .selectFrom('billingEntities')
    .select('name')
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return row.name
}
