import { forgetUnusedKeys } from '../../store/encryption-keys.ts'
import { listAllProviders, lockAnyProvider, updateProvider } from '../../store/payment-providers.ts'
import { inTransaction } from '../../store/transaction.ts'
import { json } from '../../store/values.ts'
import type { Context } from '../context.ts'
import { presentKeyId, resealSecret } from './secrets.ts'

/** What a rotation did: how many secrets were encrypted anew, and the ids of the keys that nothing needs any more. */
export type SecretsRotated = {
  readonly keyId: string
  readonly secrets: number
  readonly connections: number
  readonly forgotten: readonly string[]
}

/**
 * Encrypts the secrets of every connection with the present key (docs/decisions/0032), connection by connection, and
 * forgets the keys that none is encrypted with any more. Deleted connections are included: their messages are still
 * read. Running it again changes nothing. 422 `base: encryption_key_missing` when there is no key; throws when a secret
 * needs a key that is not there.
 */
export async function rotateSecrets(context: Context): Promise<SecretsRotated> {
  const keyId = presentKeyId(context)
  let [secrets, connections] = [0, 0]
  for (const { organizationId, id } of await listAllProviders(context.database)) {
    const changed = await rotateOne(context, organizationId, id)
    secrets += changed
    if (changed > 0) connections += 1
  }
  return { keyId, secrets, connections, forgotten: await forgetUnusedKeys(context.database, keyId) }
}

async function rotateOne(context: Context, organizationId: string, providerId: string): Promise<number> {
  return inTransaction(context.database, organizationId, async (tx) => {
    const provider = await lockAnyProvider(tx, providerId)
    const anew: Record<string, string> = {}
    for (const [field, text] of Object.entries(provider.secrets as Readonly<Record<string, string>>)) {
      const resealed = await resealSecret(context, { organizationId, providerId, field }, text)
      if (resealed !== null) anew[field] = resealed
    }
    const count = Object.keys(anew).length
    if (count > 0) {
      const kept = provider.secrets as object
      await updateProvider(tx, providerId, { secrets: json({ ...kept, ...anew }) })
    }
    return count
  })
}
