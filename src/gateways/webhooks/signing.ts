import { createHmac, createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { SignJWT } from 'jose'

const KEY_BITS = 2048
const LINE_LENGTH = 60

/** The installation's RSA key pair: signs deliveries, and its public key is used to verify them. */
export type SigningKey = { readonly privateKey: KeyObject; readonly publicPem: string }

/** The key in a PEM, PKCS#1 or PKCS#8; throws when it is not an RSA key. */
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

/** The public key in the API's form: base64 of the PEM, with a line feed after every 60 characters. */
export function wrappedPublicKey(key: SigningKey): string {
  const text = Buffer.from(key.publicPem).toString('base64')
  return (text.match(new RegExp(`.{1,${LINE_LENGTH}}`, 'g')) ?? []).map((line) => `${line}\n`).join('')
}

/** An RS256 JWT with exactly the claims `data` (the body) and `iss` (the API's URL), and only `alg` in its header. */
export async function signWithJwt(key: SigningKey, body: string, issuer: string): Promise<string> {
  return new SignJWT({ data: body, iss: issuer }).setProtectedHeader({ alg: 'RS256' }).sign(key.privateKey)
}

/** base64(HMAC-SHA256(key, body)). */
export function signWithHmac(hmacKey: string, body: string): string {
  return createHmac('sha256', hmacKey).update(body).digest('base64')
}
