import { createHash, randomUUID } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { Instant } from '../core/calendar/instant.ts'
import type { Permissions } from '../core/organizations/permissions.ts'
import type { Database, Reads, Tx } from './database.ts'
import { newId } from './ids.ts'
import { type Listed, pageOf, type Slice } from './pages.ts'
import type { ApiKeys } from './rows.ts'
import { json, ts, tsOrNull } from './values.ts'

export type ApiKeyRow = Selectable<ApiKeys>

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

/** A new key; without a `secret` it gets a random one of 122 bits. */
export type NewApiKey = {
  readonly organizationId: string
  readonly name: string | null
  readonly permissions: Permissions
  readonly expiresAt: Instant | null
  readonly now: Instant
  readonly secret?: string
  /** The address of the member who makes it. */
  readonly createdBy?: string
}

/** Creates a key and gives its secret, of which only the hash is stored. */
export async function addApiKey(
  tx: Tx,
  key: NewApiKey,
): Promise<{ readonly key: ApiKeyRow; readonly secret: string }> {
  const { secret, row } = rowOf(key)
  const made = await tx.insertInto('apiKeys').values(row).returningAll().executeTakeFirstOrThrow()
  return { key: made, secret }
}

function rowOf(key: NewApiKey) {
  const secret = key.secret ?? randomUUID()
  return {
    secret,
    row: {
      organizationId: key.organizationId,
      id: newId(),
      name: key.name,
      secretHash: hashOfSecret(secret),
      lastCharacters: secret.slice(-4),
      permissions: json(key.permissions),
      expiresAt: tsOrNull(key.expiresAt),
      createdBy: key.createdBy ?? null,
      createdAt: ts(key.now),
    },
  }
}

/** The keys of an organization that work at an instant, the newest first. */
export async function listApiKeys(reads: Reads, now: Instant, slice: Slice): Promise<Listed<ApiKeyRow>> {
  const working = reads
    .selectFrom('apiKeys')
    .selectAll()
    .where((eb) => eb.or([eb('expiresAt', 'is', null), eb('expiresAt', '>', ts(now))]))
  return pageOf(working.orderBy('createdAt', 'desc').orderBy('id'), slice)
}

/** The working keys of an organization, held until the transaction ends: whether one is the last is certain then. */
export async function lockApiKeys(tx: Tx, now: Instant): Promise<ApiKeyRow[]> {
  return tx
    .selectFrom('apiKeys')
    .selectAll()
    .where((eb) => eb.or([eb('expiresAt', 'is', null), eb('expiresAt', '>', ts(now))]))
    .orderBy('id')
    .forUpdate()
    .execute()
}

export async function expireApiKey(tx: Tx, id: string, at: Instant): Promise<ApiKeyRow> {
  return tx
    .updateTable('apiKeys')
    .set({ expiresAt: ts(at) })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Notes when keys were last used. */
export async function touchApiKeys(database: Database, ids: readonly string[], now: Instant): Promise<void> {
  if (ids.length === 0) return
  await database.system
    .updateTable('apiKeys')
    .set({ lastUsedAt: ts(now) })
    .where('id', 'in', [...ids])
    .execute()
}
