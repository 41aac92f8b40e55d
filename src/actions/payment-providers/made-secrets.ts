import { randomInt } from 'node:crypto'
import { addMs, DAY_MS } from '../../core/calendar/instant.ts'
import { traitsOf } from '../../core/payment-providers/provider-types.ts'
import { notFound } from '../../core/refusal.ts'
import {
  findProvider,
  lockProvider,
  type PaymentProviderRow,
  updateProvider,
} from '../../store/payment-providers.ts'
import { inTransaction } from '../../store/transaction.ts'
import { json, ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'
import { openConnection } from './connection.ts'
import { sealSecrets } from './secrets.ts'

/** How long messages are still taken under a secret that was replaced. */
const OLD_SECRET_MS = 7 * DAY_MS

/** A connection, and the secrets that were made for it just now: they are shown this once. */
export type WithMadeSecrets = {
  readonly row: PaymentProviderRow
  readonly made: Readonly<Record<string, string>>
}

/** New secrets for a type of provider whose messages are set up by hand; none for others. */
export function madeSecrets(type: string): Readonly<Record<string, string>> {
  const { generated } = traitsOf(type)
  if (!generated) return {}
  const { field, alphabet, length } = generated
  const letters = Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length)))
  return { [field]: letters.join('') }
}

/**
 * Makes the secret anew that was pasted at the provider, and shows it; the one before stays valid for seven days of
 * real time. Changes nothing where a provider is asked for its messages. 404 for an unknown connection.
 */
export async function rotateMadeSecrets(
  context: Context,
  caller: Caller,
  id: string,
): Promise<WithMadeSecrets> {
  const row = await context.database.read(caller, (reads) => findProvider(reads, id))
  if (!row) throw notFound('payment_provider')
  const made = madeSecrets(row.providerType)
  const [field] = Object.keys(made)
  if (field === undefined) return { row, made }
  const { [field]: before } = openConnection(context, row).connection.secrets
  const old = before === undefined ? {} : { [`old_${field}`]: before }
  const sealed = await sealSecrets(context, caller.organizationId, id, { ...made, ...old })
  const rotated = await inTransaction(context.database, caller, async (tx) => {
    const locked = await lockProvider(tx, id)
    if (!locked) throw notFound('payment_provider')
    return updateProvider(tx, id, {
      settings: json({
        ...(locked.settings as object),
        old_secret_until: addMs(context.systemNow(), OLD_SECRET_MS),
      }),
      secrets: json({ ...(locked.secrets as object), ...sealed.secrets }),
      hints: json({ ...(locked.hints as object), ...sealed.hints }),
      updatedAt: ts(caller.now),
    })
  })
  return { row: rotated, made }
}
