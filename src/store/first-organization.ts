import type { Database } from './database.ts'
import type { OrganizationRow } from './organizations.ts'

/** The oldest organization with a name, read as the database owner; for the bootstrap. */
export async function findOrganizationByName(
  database: Database,
  name: string,
): Promise<OrganizationRow | undefined> {
  return await database.system
    .selectFrom('organizations')
    .selectAll()
    .where('name', '=', name)
    .where('isSandbox', '=', false)
    .orderBy('createdAt')
    .orderBy('id')
    .executeTakeFirst()
}

/** Every organization's id and name, oldest first. */
export async function listOrganizationNames(
  database: Database,
): Promise<readonly { readonly id: string; readonly name: string; readonly isSandbox: boolean }[]> {
  return await database.system
    .selectFrom('organizations')
    .select(['id', 'name', 'isSandbox'])
    .orderBy('createdAt')
    .orderBy('id')
    .execute()
}
