import {
  makePrivatePem,
  readSigningKey,
  type SigningKey,
  wrappedPublicKey,
} from '../../gateways/webhooks/signing.ts'
import { findWebhookPrivateKey, keepWebhookPrivateKey } from '../../store/installation.ts'
import type { Context } from '../context.ts'

const known = new WeakMap<Context, Promise<SigningKey>>()

/**
 * The key that signs webhooks: the operator's if set, otherwise the installation's, which the first process creates
 * and all others share. Read once per context.
 */
export function signingKey(context: Context): Promise<SigningKey> {
  const cached = known.get(context)
  if (cached) return cached
  const key = readOrMake(context)
  known.set(context, key)
  // A failed lookup is not cached, so that the next one can succeed.
  key.catch(() => known.delete(context))
  return key
}

async function readOrMake(context: Context): Promise<SigningKey> {
  const { database, settings } = context
  const pem = settings.rsaPrivateKey ?? (await findWebhookPrivateKey(database))
  if (pem !== undefined) return readSigningKey(pem)
  const made = await makePrivatePem()
  return readSigningKey(await keepWebhookPrivateKey(database, made, context.systemNow()))
}

/** The public key in the API's form: base64 of the PEM with a line feed after every 60 characters. */
export async function webhookPublicKey(context: Context): Promise<string> {
  return wrappedPublicKey(await signingKey(context))
}
