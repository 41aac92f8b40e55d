import { notAllowed } from '../../core/refusal.ts'
import { type ApiKeyRow, expireApiKey, lockApiKeys } from '../../store/api-keys.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Context } from '../context.ts'
import { type Actor, logSecurity } from '../security-logs/log-security.ts'
import { resourcesOf } from './create-api-key.ts'
import { apiKeyOf } from './find-api-key.ts'

/**
 * Ends a key now. 404 for one that does not work any more, 405 `last_non_expiring_api_key` for the last one without an
 * end: nobody could reach the organization then.
 */
export async function revokeApiKey(
  context: Context,
  organizationId: string,
  id: string,
  actor: Actor,
): Promise<ApiKeyRow> {
  const now = context.systemNow()
  return inTransaction(context.database, organizationId, async (tx) => {
    const keys = await lockApiKeys(tx, now)
    const key = apiKeyOf(keys, id)
    const lasting = keys.filter(({ expiresAt }) => expiresAt === null)
    if (key.expiresAt === null && lasting.length === 1) throw notAllowed('last_non_expiring_api_key')
    await logSecurity(context, tx, organizationId, 'api_key.deleted', actor, resourcesOf(key))
    return expireApiKey(tx, id, now)
  })
}
