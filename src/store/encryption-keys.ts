import { sql } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Database } from './database.ts'
import { ts } from './values.ts'

/** The keys that secrets were encrypted with: their ids, each with a check that only the right key passes. */
export async function listKeyChecks(
  database: Database,
): Promise<readonly { readonly id: string; readonly check: Uint8Array }[]> {
  const rows = await database.system.selectFrom('encryptionKeys').select(['id', 'keyCheck']).execute()
  return rows.map(({ id, keyCheck }) => ({ id, check: keyCheck }))
}

/** Notes that a key is used, with its check; once for each key. */
export async function noteKey(
  database: Database,
  id: string,
  check: Uint8Array,
  now: Instant,
): Promise<void> {
  await database.system
    .insertInto('encryptionKeys')
    .values({ id, keyCheck: Buffer.from(check), createdAt: ts(now) })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

/** Forgets the keys that no secret is encrypted with any more, but the present one. Returns their ids. */
export async function forgetUnusedKeys(database: Database, presentId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    delete from encryption_keys k where k.id <> ${presentId} and not exists (
      select from payment_providers p, jsonb_each_text(p.secrets) s where split_part(s.value, '.', 2) = k.id
    ) returning k.id`.execute(database.system)
  return rows.map(({ id }) => id).sort()
}
