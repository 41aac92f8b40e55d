import { type Insertable, sql, type Updateable } from 'kysely'
import type { Reads, Tx } from './database.ts'
import { refusingDuplicates } from './duplicates.ts'
import type { BillingEntityRow } from './organizations.ts'
import type { BillingEntities } from './rows.ts'

/** All billing entities of an organization, oldest first; there are few, so they are not paged. */
export async function listBillingEntities(reads: Reads): Promise<BillingEntityRow[]> {
  return reads
    .selectFrom('billingEntities')
    .selectAll()
    .where('archivedAt', 'is', null)
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
}

/** The same with those that are archived, which may still issue invoices of their customers. */
export async function allBillingEntities(reads: Reads): Promise<BillingEntityRow[]> {
  return reads.selectFrom('billingEntities').selectAll().orderBy('createdAt').orderBy('id').execute()
}

/** Whether any billing entity, archived or not, issues e-invoices. */
export async function hasEInvoicing(reads: Reads): Promise<boolean> {
  const { rows } = await sql<{ has: boolean }>`
    select exists (select from billing_entities where einvoicing) as has`.execute(reads)
  return rows[0]?.has === true
}

/** Ids of billing entities by code; unknown and archived codes are absent. */
export async function billingEntityIds(
  reads: Reads,
  codes: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rows = await reads
    .selectFrom('billingEntities')
    .select(['code', 'id'])
    .where('archivedAt', 'is', null)
    .where('code', 'in', codes)
    .execute()
  return new Map(rows.map(({ code, id }) => [code, id]))
}

export async function lockBillingEntity(tx: Tx, code: string): Promise<BillingEntityRow | undefined> {
  return tx
    .selectFrom('billingEntities')
    .selectAll()
    .where('code', '=', code)
    .where('archivedAt', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst()
}

/** 422 `code: value_already_exist` when another entity has the code. */
export async function insertNewBillingEntity(
  tx: Tx,
  row: Insertable<BillingEntities>,
): Promise<BillingEntityRow> {
  return refusingDuplicates(
    tx.insertInto('billingEntities').values(row).returningAll().executeTakeFirstOrThrow(),
    'billing_entities_organization_id_code_key',
    'code',
  )
}

export async function updateBillingEntity(
  tx: Tx,
  id: string,
  set: Updateable<BillingEntities>,
): Promise<BillingEntityRow> {
  return tx
    .updateTable('billingEntities')
    .set(set)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}
