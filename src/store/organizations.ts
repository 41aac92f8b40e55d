import type { Insertable, Selectable, Updateable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Database, Reads, Tx } from './database.ts'
import type { BillingEntities, Organizations } from './rows.ts'
import { ts } from './values.ts'

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

export async function insertOrganization(
  database: Database,
  row: Insertable<Organizations>,
): Promise<OrganizationRow> {
  return database.system.insertInto('organizations').values(row).returningAll().executeTakeFirstOrThrow()
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
