import { sql } from 'kysely'
import type { Tx } from './database.ts'

/**
 * Waits until nobody writes in a sandbox, in a transaction of the database's owner, and keeps everybody from it until the
 * transaction ends. Whether its clock is being moved; undefined when it is gone.
 */
export async function lockSandbox(
  tx: Tx,
  organizationId: string,
): Promise<{ readonly isAdvancing: boolean } | undefined> {
  await sql`select pg_advisory_xact_lock(hashtextextended('clock:' || ${organizationId}::text, 0))`.execute(
    tx,
  )
  const { rows } = await sql<{ isAdvancing: boolean }>`
    select clock_status = 'advancing' as is_advancing from organizations where id = ${organizationId}
    for update`.execute(tx)
  return rows[0]
}

/** Deletes a sandbox with everything that is of it; a live organization is refused by the database. */
export async function deleteSandbox(tx: Tx, organizationId: string): Promise<void> {
  await sql`select weir_remove_sandbox(${organizationId}::uuid)`.execute(tx)
}
