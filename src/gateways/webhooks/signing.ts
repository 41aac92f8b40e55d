import { createHmac, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { SignJWT } from 'jose'

const KEY_BITS = 2048
const LINE_LENGTH = 60

/** The RSA pair of an installation: signs deliveries, and shows its public half to those who verify. */
export type SigningKey = { readonly privateKey: KeyObject; readonly publicPem: string }

/** The key of a PEM, PKCS#1 or PKCS#8; throws when it is no RSA key. */
export function readSigningKey(pem: string): SigningKey {
  const privateKey = createPrivateKey(pem)
  if (privateKey.asymmetricKeyType !== 'rsa') throw new Error('the key that signs webhooks is not an RSA key')
  const publicPem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString()
  return { privateKey, publicPem }
}

/** A new RSA private key of 2048 bits as PEM (PKCS#8). */
export async function makePrivatePem(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: KEY_BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return privateKey
}

/** The public key as clients read it: base64 of the PEM, a line feed after every 60 characters. */
export function wrappedPublicKey(key: SigningKey): string {
  const text = Buffer.from(key.publicPem).toString('base64')
  return (text.match(new RegExp(`.{1,${LINE_LENGTH}}`, 'g')) ?? []).map((line) => `${line}\n`).join('')
}

/** RS256 JWT whose claims are exactly `data` (the body) and `iss` (the API's URL), its header `alg` alone. */
export async function signWithJwt(key: SigningKey, body: string, issuer: string): Promise<string> {
  return new SignJWT({ data: body, iss: issuer }).setProtectedHeader({ alg: 'RS256' }).sign(key.privateKey)
}

/** base64(HMAC-SHA256(key, body)). */
export function signWithHmac(hmacKey: string, body: string): string {
  return createHmac('sha256', hmacKey).update(body).digest('base64')
}
