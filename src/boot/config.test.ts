import { generateKeyPairSync } from 'node:crypto'
import { isAbsolute } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigProblem, readConfig } from './config.ts'

describe('readConfig', () => {
  it('gives the defaults for an empty environment, frozen', () => {
    const config = readConfig({})
    expect(config).toMatchObject({
      port: 3000,
      logLevel: 'info',
      databaseUrl: null,
      eventsBatchMax: 100,
      webhookTimeoutMs: 30_000,
      allowPrivateWebhooks: false,
      firstOrganization: { isRequested: false, apiKey: null },
    })
    expect(isAbsolute(config.dataDir)).toBe(true)
    expect(Object.isFrozen(config)).toBe(true)
  })

  it('counts an empty value as absent', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: ' ' })).toMatchObject({ port: 3000, databaseUrl: null })
  })

  it('takes name servers with a port or without', () => {
    const { dnsServers } = readConfig({ WEIR_DNS_SERVERS: '10.0.0.1,127.0.0.1:5353' })
    expect([dnsServers, readConfig({}).dnsServers]).toEqual([['10.0.0.1', '127.0.0.1:5353'], []])
  })

  it.each([
    ['PORT', 'abc'],
    ['PORT', '3000.5'],
    ['PORT', '70000'],
    ['LOG_LEVEL', 'loud'],
    ['DATABASE_URL', 'mysql://x'],
    ['WEIR_ALLOW_PRIVATE_WEBHOOKS', 'maybe'],
    ['LAGO_API_URL', 'ftp://x'],
    ['LAGO_EVENTS_BATCH_MAX_LENGTH', '0'],
    ['WEIR_DOCUMENT_STORE', 'folder:files'],
    ['WEIR_FILE_LINK_SECONDS', '60'],
    ['WEIR_DOCUMENT_WORKERS', '0'],
    ['WEIR_DOWNLOAD_WAIT_MS', '60000'],
    ['LAGO_RSA_PRIVATE_KEY', 'nonsense'],
    ['WEIR_ORG_EMAIL', 'nobody'],
    ['WEIR_DNS_SERVERS', 'dns.example.com'],
    ['WEIR_DNS_SERVERS', '10.0.0.1,'],
  ])('names %s when it is %j', (name, value) => {
    expect(() => readConfig({ [name]: value })).toThrow(ConfigProblem)
    expect(() => readConfig({ [name]: value })).toThrow(new RegExp(`^${name} must be `))
  })

  it.each(['k', 'password', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '12345678901234567'])(
    'refuses the admin key %j, which can be guessed, without showing it',
    (key) => {
      const sentence = /^ADMIN_API_KEY must be at least 20 characters, 8 of them different: [^\n]*$/
      expect(() => readConfig({ ADMIN_API_KEY: key })).toThrow(sentence)
      expect(() => readConfig({ ADMIN_API_KEY: key })).not.toThrow(new RegExp(` ${key} `))
    },
  )

  it.each(['3f9c21aa5b7e4d0c8f61', '0b0c6a5e-9f0e-4a57-9d0e-7c7a4be0d5f1', 'test-admin-key-of-a-test'])(
    'takes the admin key %j',
    (key) => {
      expect(readConfig({ ADMIN_API_KEY: key }).adminApiKey).toBe(key)
    },
  )

  it('names every wrong variable and shows no secret', () => {
    const source = { PORT: 'x', LOG_LEVEL: 'y', DATABASE_URL: 'mysql://u:hunter2@h/d' }
    expect(() => readConfig(source)).toThrow(/PORT must be.*\nLOG_LEVEL must be.*\nDATABASE_URL must be/)
    expect(() => readConfig(source)).not.toThrow(/hunter2/)
  })

  it('understands Lago bootstrap variables, and asks for the missing ones by name', () => {
    const source = {
      LAGO_CREATE_ORG: 'true',
      LAGO_ORG_NAME: 'Hooli',
      LAGO_ORG_USER_EMAIL: 'a@hooli.io',
      LAGO_ORG_USER_PASSWORD: 'secret',
      LAGO_ORG_API_KEY: 'fixed',
    }
    expect(readConfig(source).firstOrganization).toEqual({
      name: 'Hooli',
      email: 'a@hooli.io',
      password: 'secret',
      apiKey: 'fixed',
      isRequested: true,
    })
    expect(readConfig({ ...source, LAGO_CREATE_ORG: 'false' }).firstOrganization.isRequested).toBe(false)
    const { LAGO_ORG_NAME: _, ...partial } = source
    expect(() => readConfig(partial)).toThrow(/^LAGO_ORG_NAME must be set when LAGO_CREATE_ORG is true/)
  })

  it('has a thread for documents on the smallest machine, and as many as it is told', () => {
    expect(readConfig({}).documentWorkers).toBeGreaterThanOrEqual(1)
    expect(readConfig({})).toMatchObject({ documents: { downloadWaitMs: 2000 } })
    expect(readConfig({ WEIR_DOCUMENT_WORKERS: '3', WEIR_DOWNLOAD_WAIT_MS: '0' })).toMatchObject({
      documentWorkers: 3,
      documents: { downloadWaitMs: 0 },
    })
  })

  it('takes an RSA key as PEM, as PEM on one line and as base64', () => {
    const pem = generateKeyPairSync('rsa', { modulusLength: 2048 })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString()
    for (const form of [pem, pem.replaceAll('\n', '\\n'), Buffer.from(pem).toString('base64')]) {
      expect(readConfig({ LAGO_RSA_PRIVATE_KEY: form }).rsaPrivateKey?.trim()).toBe(pem.trim())
    }
  })

  it('takes an app at GoCardless whole, and never shows its secret', () => {
    expect(readConfig({}).gocardlessApp).toBeNull()
    const app = { GOCARDLESS_CLIENT_ID: 'id', GOCARDLESS_CLIENT_SECRET: 'hidden' }
    expect(readConfig(app).gocardlessApp).toEqual({ id: 'id', secret: 'hidden' })
    for (const half of [{ GOCARDLESS_CLIENT_ID: 'id' }, { GOCARDLESS_CLIENT_SECRET: 'hidden' }]) {
      expect(() => readConfig(half)).toThrow(
        /^GOCARDLESS_CLIENT_ID and GOCARDLESS_CLIENT_SECRET must be set together\.$/,
      )
    }
    expect(readConfig({ LAGO_OAUTH_PROXY_URL: 'https://proxy.example/' }).oauthProxyUrl).toBe(
      'https://proxy.example',
    )
    expect(() => readConfig({ LAGO_OAUTH_PROXY_URL: 'proxy' })).toThrow(/LAGO_OAUTH_PROXY_URL/)
  })
})
