import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../src/boot/config.ts'

const GATEWAYS = path.join(import.meta.dirname, '../src/gateways')

/** The hosts that payment providers may be called at. */
const HOSTS = [
  // After the prefix of an account, which is letters, digits and single hyphens.
  '-checkout-live.adyenpayments.com',
  'api-sandbox.gocardless.com',
  'api.cashfree.com',
  'api.flutterwave.com',
  'api.gocardless.com',
  'api.stripe.com',
  'checkout-test.adyen.com',
  'connect-sandbox.gocardless.com',
  'connect.gocardless.com',
  'sandbox.cashfree.com',
  'staging-web.moneyhash.io',
  'web.moneyhash.io',
]

const texts = readdirSync(GATEWAYS, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.includes(path.sep) && name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .filter((name) => !name.startsWith('webhooks'))
  .map((name) => readFileSync(path.join(GATEWAYS, name), 'utf8'))

describe('the hosts of payment providers', () => {
  it('are those that are known, and no other', () => {
    expect(texts.length).toBeGreaterThan(5)
    const named = texts.flatMap((text) => text.match(/'[a-z0-9-]+(\.[a-z0-9-]+)+\.(com|io|net|dev)'/g) ?? [])
    expect([...new Set(named)].map((each) => each.slice(1, -1)).sort()).toEqual(HOSTS)
  })

  it('are replaced only where fakes are allowed, and only by loopback addresses', () => {
    const hosts = (of: object) => JSON.stringify(of)
    const read = (env: Record<string, string>) => readConfig(env).providerHosts
    const fake = { stripe: 'http://127.0.0.1:4010' }
    expect(read({ WEIR_PROVIDER_HOSTS: hosts(fake) })).toEqual({})
    const allowed = { WEIR_ALLOW_FAKE_PROVIDERS: '1' }
    expect(read({ ...allowed, WEIR_PROVIDER_HOSTS: hosts(fake) })).toEqual(fake)
    for (const wrong of [
      hosts({ stripe: 'http://example.com' }),
      hosts({ stripe: 'http://127.0.0.1.example.com' }),
      hosts({ stripe: 'https://127.0.0.1@example.com' }),
      hosts({ paypal: 'http://127.0.0.1:1' }),
      hosts({ stripe: 1 }),
      '[]x',
    ]) {
      expect(() => read({ ...allowed, WEIR_PROVIDER_HOSTS: wrong })).toThrow(/WEIR_PROVIDER_HOSTS/)
    }
  })
})

describe('a test', () => {
  it('connects to nothing off the machine', async () => {
    const error = await new Promise<Error>((resolve) => {
      connect(443, 'api.stripe.com').once('error', resolve)
    })
    expect(error.message).toBe('a test may not connect to api.stripe.com')
  })
})

describe('encryption keys of the environment', () => {
  it('are 32 bytes in base64', () => {
    const key = Buffer.alloc(32, 1).toString('base64')
    const old = Buffer.alloc(32, 2).toString('base64')
    const read = (env: Record<string, string>) => readConfig(env).encryptionKeys
    expect(read({})).toEqual([])
    expect(read({ WEIR_ENCRYPTION_KEY: key, WEIR_ENCRYPTION_KEYS_OLD: `${old},` })).toEqual([key, old])
    for (const wrong of ['x', Buffer.alloc(31).toString('base64'), key.slice(1)]) {
      expect(() => read({ WEIR_ENCRYPTION_KEY: wrong })).toThrow(
        'WEIR_ENCRYPTION_KEY must be 32 bytes in base64',
      )
    }
  })
})
