import type { Instant } from '../../core/calendar/instant.ts'
import type { Permissions } from '../../core/organizations/permissions.ts'
import { type ApiKeyRow, addApiKey } from '../../store/api-keys.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Context } from '../context.ts'
import { type Actor, logSecurity } from '../security-logs/log-security.ts'

/** A key that was made, and its secret, which is given here and never again. */
export type MadeApiKey = { readonly key: ApiKeyRow; readonly secret: string }

/** Makes a key of an organization; `expiresAt` null means that it works until it is revoked. */
export async function createApiKey(
  context: Context,
  organizationId: string,
  input: {
    readonly name: string | null
    readonly permissions: Permissions
    readonly expiresAt: Instant | null
  },
  actor: Actor,
): Promise<MadeApiKey> {
  const now = context.systemNow()
  return inTransaction(context.database, organizationId, async (tx) => {
    const made = await addApiKey(tx, { organizationId, ...input, ...creatorOf(actor), now })
    await logSecurity(context, tx, organizationId, 'api_key.created', actor, resourcesOf(made.key))
    return made
  })
}

/** What the security log tells of a key. */
export function resourcesOf({ id, name, lastCharacters, permissions }: ApiKeyRow): object {
  return { id, name, last_characters: lastCharacters, permissions }
}

/** Whom a new key names as its maker. */
export function creatorOf({ userEmail }: Actor): { readonly createdBy?: string } {
  return userEmail === null ? {} : { createdBy: userEmail }
}
