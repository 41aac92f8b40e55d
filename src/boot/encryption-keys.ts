import { randomBytes } from 'node:crypto'
import { readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Context } from '../actions/context.ts'
import { missingKeyId } from '../actions/payment-providers/secrets.ts'
import { hasLiveProviders } from '../store/payment-providers.ts'
import type { Config } from './config.ts'
import { isEncryptionKey, KEY_BYTES } from './encryption-key.ts'
import { StartProblem } from './start-problem.ts'

const FILE = 'encryption.key'

/**
 * The keys that secrets are encrypted with: those of the environment, or with the embedded database one of its folder,
 * which is made once. With another database and no key in the environment there is none, and no provider can be
 * connected.
 */
export async function findEncryptionKeys(config: Config): Promise<readonly string[]> {
  if (config.encryptionKeys.length > 0 || config.databaseUrl !== null) return config.encryptionKeys
  const file = path.join(config.dataDir, FILE)
  const known = await readKey(file)
  if (known !== undefined) return [known]
  const made = randomBytes(KEY_BYTES).toString('base64')
  const draft = `${file}.${process.pid}`
  await writeFile(draft, `${made}\n`, { mode: 0o600, flush: true })
  await rename(draft, file)
  return [made]
}

async function readKey(file: string): Promise<string | undefined> {
  try {
    const text = (await readFile(file, 'utf8')).trim()
    if (isEncryptionKey(text)) return text
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  throw new StartProblem(`${file} holds no encryption key: restore it from a backup.`)
}

/**
 * Refuses to start when secrets were encrypted with a key that is not given now, so that the first charge is not what
 * finds out, and when a server of tests would get the secrets of a real account.
 */
export async function checkEncryptionKeys(context: Context): Promise<void> {
  const id = await missingKeyId(context)
  if (id !== null) {
    throw new StartProblem(
      `Secrets of payment providers are encrypted with the key ${id}: set WEIR_ENCRYPTION_KEY to it, or add it to ` +
        'WEIR_ENCRYPTION_KEYS_OLD.',
    )
  }
  const isFake = Object.keys(context.settings.providerHosts).length > 0
  if (isFake && (await hasLiveProviders(context.database))) {
    throw new StartProblem(
      'WEIR_PROVIDER_HOSTS is for tests, and the database has connections to real accounts.',
    )
  }
}
