import type { Instant } from '../../core/calendar/instant.ts'
import type { Permissions } from '../../core/organizations/permissions.ts'
import { type ApiKeyRow, addApiKey } from '../../store/api-keys.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Context } from '../context.ts'

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
): Promise<MadeApiKey> {
  const now = context.systemNow()
  return inTransaction(context.database, organizationId, (tx) =>
    addApiKey(tx, { organizationId, ...input, now }),
  )
}
