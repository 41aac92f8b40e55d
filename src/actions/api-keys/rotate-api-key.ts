import { type Instant, instant } from '../../core/calendar/instant.ts'
import { isoText } from '../../core/calendar/iso-text.ts'
import { mayGive } from '../../core/organizations/api-key-input.ts'
import type { Permissions } from '../../core/organizations/permissions.ts'
import { forbidden } from '../../core/refusal.ts'
import { addApiKey, expireApiKey, lockApiKeys } from '../../store/api-keys.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Context } from '../context.ts'
import { type Actor, logSecurity } from '../security-logs/log-security.ts'
import { creatorOf, type MadeApiKey, resourcesOf } from './create-api-key.ts'
import { apiKeyOf } from './find-api-key.ts'

/**
 * Makes a key with the name and the permissions of another one, which ends at `endsAt`: until then both work. A past or
 * absent instant ends it now; a key that ends earlier anyway is left so. 404 for a key that does not work any more, 403
 * when it may do more than `own` allows.
 */
export async function rotateApiKey(
  context: Context,
  organizationId: string,
  id: string,
  input: { readonly name?: string | null; readonly endsAt: Instant | null; readonly own: Permissions },
  actor: Actor,
): Promise<MadeApiKey> {
  const now = context.systemNow()
  return inTransaction(context.database, organizationId, async (tx) => {
    const old = apiKeyOf(await lockApiKeys(tx, now), id)
    const permissions = old.permissions as Permissions
    if (!mayGive(input.own, permissions)) throw forbidden('write_action_not_allowed_for_api_key')
    const name = input.name === undefined ? old.name : input.name
    const made = await addApiKey(tx, {
      ...{ organizationId, name, permissions, expiresAt: null },
      ...creatorOf(actor),
      now,
    })
    const wanted = instant(Math.max(now, input.endsAt ?? now))
    if (old.expiresAt === null || old.expiresAt > wanted) await expireApiKey(tx, id, wanted)
    const resources = { ...resourcesOf(made.key), replaces: id, until: isoText(wanted) }
    await logSecurity(context, tx, organizationId, 'api_key.rotated', actor, resources)
    return made
  })
}
