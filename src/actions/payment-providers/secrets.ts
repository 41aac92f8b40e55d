import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { invalid } from '../../core/refusal.ts'
import { listKeyChecks, noteKey } from '../../store/encryption-keys.ts'
import type { Context } from '../context.ts'

const VERSION = 'v1'
const NONCE_BYTES = 12
const TAG_BYTES = 16
const CHECKED = 'weir encryption key'

/** A key and its id, which is not a secret. */
type Key = { readonly id: string; readonly bytes: Buffer }

/** Whose secret it is: it cannot be read as anybody else's. */
export type SecretOwner = {
  readonly organizationId: string
  readonly providerId: string
  readonly field: string
}

function keysOf({ settings }: Pick<Context, 'settings'>): readonly Key[] {
  return settings.encryptionKeys.map((text) => {
    const bytes = Buffer.from(text, 'base64')
    return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes }
  })
}

/**
 * Encrypts a secret with the installation's present key (docs/decisions/0032): AES-256-GCM, bound to its owner. 422
 * `base: encryption_key_missing` when the installation has none.
 */
async function sealSecret(context: Context, owner: SecretOwner, secret: string): Promise<string> {
  const [key] = keysOf(context)
  if (!key) throw invalid({ base: ['encryption_key_missing'] })
  await noteKey(context.database, key.id, checkOf(key), context.systemNow())
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce).setAAD(aadOf(owner))
  const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return [VERSION, key.id, nonce.toString('base64url'), sealed.toString('base64url')].join('.')
}

/** Decrypts a secret. Throws when its key is unknown, or when it was changed or belongs to somebody else. */
export function openSecret(context: Pick<Context, 'settings'>, owner: SecretOwner, text: string): string {
  const [version, keyId, nonce, sealed] = text.split('.')
  const key = keysOf(context).find(({ id }) => id === keyId)
  if (version !== VERSION || !key || nonce === undefined || sealed === undefined) {
    throw new Error(`the secret ${owner.field} of ${owner.providerId} needs the encryption key ${keyId}`)
  }
  const bytes = Buffer.from(sealed, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, Buffer.from(nonce, 'base64url'))
  decipher.setAAD(aadOf(owner)).setAuthTag(bytes.subarray(bytes.length - TAG_BYTES))
  const open = decipher.update(bytes.subarray(0, bytes.length - TAG_BYTES))
  return Buffer.concat([open, decipher.final()]).toString('utf8')
}

/** The id of the key that secrets are encrypted with now; 422 `base: encryption_key_missing` when there is none. */
export function presentKeyId(context: Pick<Context, 'settings'>): string {
  const [key] = keysOf(context)
  if (!key) throw invalid({ base: ['encryption_key_missing'] })
  return key.id
}

/** A stored secret under the present key; null when it is encrypted with that one already. */
export async function resealSecret(
  context: Context,
  owner: SecretOwner,
  text: string,
): Promise<string | null> {
  if (text.split('.')[1] === presentKeyId(context)) return null
  return sealSecret(context, owner, openSecret(context, owner, text))
}

/** The id of a key that secrets were encrypted with and that is missing now; null when all are there. */
export async function missingKeyId(context: Context): Promise<string | null> {
  const keys = keysOf(context)
  const used = await listKeyChecks(context.database)
  const missing = used.find(({ id, check }) => {
    const key = keys.find((each) => each.id === id)
    return !key || !timingSafeEqual(checkOf(key), check)
  })
  return missing?.id ?? null
}

function checkOf({ bytes }: Key): Buffer {
  return createHmac('sha256', bytes).update(CHECKED).digest()
}

function aadOf({ organizationId, providerId, field }: SecretOwner): Buffer {
  return Buffer.from(`${organizationId}|${providerId}|${field}`)
}

/** Secrets as they are stored, by field, and how each ends, so that people can tell them apart. */
export type Sealed = {
  readonly secrets: Readonly<Record<string, string>>
  readonly hints: Readonly<Record<string, string>>
}

/** Encrypts the secrets of a connection. */
export async function sealSecrets(
  context: Context,
  organizationId: string,
  providerId: string,
  open: Readonly<Record<string, string>>,
): Promise<Sealed> {
  const secrets: Record<string, string> = {}
  const hints: Record<string, string> = {}
  for (const [field, secret] of Object.entries(open)) {
    secrets[field] = await sealSecret(context, { organizationId, providerId, field }, secret)
    hints[field] = secret.slice(-3)
  }
  return { secrets, hints }
}
