import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { makePrivatePem, readSigningKey, signWithHmac, signWithJwt, wrappedPublicKey } from './signing.ts'

const BODY = '{"webhook_type":"invoice.created","name":"Zoë"}'

describe('the signature of a webhook', () => {
  it('jwt: RS256 over exactly data and iss, with a header of alg alone', async () => {
    const key = readSigningKey(await makePrivatePem())
    const token = await signWithJwt(key, BODY, 'https://api.example.com')
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'RS256' })
    const pem = Buffer.from(wrappedPublicKey(key), 'base64').toString()
    const { payload } = await jwtVerify(token, createPublicKey(pem))
    expect(payload).toEqual({ data: BODY, iss: 'https://api.example.com' })
  })

  it('hmac: base64 of HMAC-SHA256 over the bytes of the body', () => {
    const expected = createHmac('sha256', 'key').update(Buffer.from(BODY)).digest('base64')
    expect(signWithHmac('key', BODY)).toBe(expected)
    // RFC 4231, test case 2.
    expect(Buffer.from(signWithHmac('Jefe', 'what do ya want for nothing?'), 'base64').toString('hex')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    )
  })

  it('reads the keys that operators have: PKCS#1 too, and RSA only', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
    expect(readSigningKey(pem).publicPem).toMatch(/^-----BEGIN PUBLIC KEY-----\n/)
    const other = generateKeyPairSync('ed25519')
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString()
    expect(() => readSigningKey(other)).toThrow('not an RSA key')
  })
})
