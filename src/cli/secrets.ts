import { rotateSecrets } from '../actions/payment-providers/rotate-secrets.ts'
import { missingKeyId } from '../actions/payment-providers/secrets.ts'
import { StartProblem } from '../boot/start-problem.ts'
import { withContext } from './command-context.ts'

/** `weir secrets rotate`: encrypts the secrets of payment providers with the present key, and prints what it did. */
export async function runRotateSecrets(): Promise<void> {
  await withContext(async (context) => {
    if (context.settings.encryptionKeys.length === 0)
      throw new StartProblem('WEIR_ENCRYPTION_KEY is not set.')
    const missing = await missingKeyId(context)
    if (missing !== null)
      throw new StartProblem(
        `Secrets are encrypted with the key ${missing}: add it to WEIR_ENCRYPTION_KEYS_OLD.`,
      )
    const { keyId, secrets, connections, forgotten } = await rotateSecrets(context)
    console.log(`Encrypted ${secrets} secrets of ${connections} connections with the key ${keyId}.`)
    if (forgotten.length > 0) console.log(`Not needed any more: ${forgotten.join(', ')}.`)
  })
}
