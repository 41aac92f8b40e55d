import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import type { Reads, Tx } from './database.ts'
import type { Roles } from './rows.ts'

export type RoleRow = Selectable<Roles>

/** The roles that the organization defines, by name. */
export async function listOwnRoles(reads: Reads): Promise<readonly RoleRow[]> {
  return reads.selectFrom('roles').selectAll().orderBy('name').orderBy('id').execute()
}

/** How many members have each role, by its code. */
export async function countMembersByRole(reads: Reads): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ code: string; count: bigint }>`
    select code, count(*) from memberships cross join unnest(roles) as r (code) group by code`.execute(reads)
  return new Map(rows.map(({ code, count }) => [code, Number(count)]))
}

export async function findOwnRole(reads: Reads, code: string): Promise<RoleRow | undefined> {
  return reads.selectFrom('roles').selectAll().where('code', '=', code).executeTakeFirst()
}

export async function insertRole(tx: Tx, row: Insertable<Roles>): Promise<RoleRow> {
  return tx.insertInto('roles').values(row).returningAll().executeTakeFirstOrThrow()
}

export async function updateRole(tx: Tx, id: string, set: Updateable<Roles>): Promise<RoleRow> {
  return tx.updateTable('roles').set(set).where('id', '=', id).returningAll().executeTakeFirstOrThrow()
}

export async function deleteRole(tx: Tx, id: string): Promise<void> {
  await tx.deleteFrom('roles').where('id', '=', id).execute()
}

/** Whether a member or an open invitation names a role. */
export async function isRoleUsed(reads: Reads, code: string): Promise<boolean> {
  const { rows } = await sql<{ used: boolean }>`
    select exists (select from memberships where ${code} = any (roles))
      or exists (select from invites where ${code} = any (roles) and accepted_at is null and revoked_at is null)
      as used`.execute(reads)
  return rows[0]?.used === true
}

/** Holds the organization's members and roles as they are until the transaction ends: one change at a time. */
export async function lockMembers(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('members ' || weir_organization_id()::text, 0))`.execute(
    tx,
  )
}
