import { createHash, randomUUID } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Database } from './database.ts'
import { newId } from './ids.ts'
import type { ApiKeys } from './rows.ts'
import { json, ts, tsOrNull } from './values.ts'

export type ApiKeyRow = Selectable<ApiKeys>

/** Resource to allowed modes: `{"plan": ["read", "write"]}`. */
export type Permissions = Readonly<Record<string, readonly string[]>>

export function hashOfSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

/** The unexpired key with this secret, in any organization. */
export async function findApiKey(
  database: Database,
  secret: string,
  now: Instant,
): Promise<ApiKeyRow | undefined> {
  return database.system
    .selectFrom('apiKeys')
    .selectAll()
    .where('secretHash', '=', hashOfSecret(secret))
    .where((eb) => eb.or([eb('expiresAt', 'is', null), eb('expiresAt', '>', ts(now))]))
    .executeTakeFirst()
}

/** Creates a key and returns its secret, of which only the hash is stored. */
export async function insertApiKey(
  database: Database,
  key: {
    readonly organizationId: string
    readonly name: string | null
    readonly permissions: Permissions
    readonly expiresAt: Instant | null
    readonly now: Instant
    readonly secret?: string
  },
): Promise<{ readonly id: string; readonly secret: string }> {
  const secret = key.secret ?? randomUUID()
  const id = newId()
  await database.system
    .insertInto('apiKeys')
    .values({
      organizationId: key.organizationId,
      id,
      name: key.name,
      secretHash: hashOfSecret(secret),
      lastCharacters: secret.slice(-4),
      permissions: json(key.permissions),
      expiresAt: tsOrNull(key.expiresAt),
      createdAt: ts(key.now),
    })
    .execute()
  return { id, secret }
}

export async function touchApiKeys(database: Database, ids: readonly string[], now: Instant): Promise<void> {
  if (ids.length === 0) return
  await database.system
    .updateTable('apiKeys')
    .set({ lastUsedAt: ts(now) })
    .where('id', 'in', [...ids])
    .execute()
}
