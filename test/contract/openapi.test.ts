import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { createContext } from '../../src/boot/context.ts'
import { openDatabase } from '../../src/store/database.ts'
import {
  compareOperation,
  type Description,
  operationsOf,
  type Roots,
} from '../support/openapi-comparison.ts'
import { EXCEPTIONS, excusesOf } from '../support/openapi-exceptions.ts'

/** Operations that are deliberately not in Lago's description. */
const EXTENSIONS: readonly string[] = [
  // Lago supports it, though its description does not mention it.
  'GET /organizations',
  // On metadata POST replaces, and both PUT and PATCH merge; Lago describes PATCH.
  'PUT /plans/{}/metadata',
  // Always 403: it needs a ClickHouse store; Lago does not describe it.
  'GET /events_enriched',
  // Lago keeps them in its dashboard alone.
  'GET /invoice_custom_sections',
  'POST /invoice_custom_sections',
  'GET /invoice_custom_sections/{}',
  'PUT /invoice_custom_sections/{}',
  'PATCH /invoice_custom_sections/{}',
  'DELETE /invoice_custom_sections/{}',
  // Lago has them, though its description does not mention them.
  'GET /security_logs',
  'GET /security_logs/{}',
  'GET /test_clock',
  'PUT /test_clock',
  // The other names of their downloads, and those of e-invoices.
  'POST /invoices/{}/download_pdf',
  'POST /credit_notes/{}/download_pdf',
  'POST /invoices/{}/download_xml',
  'POST /credit_notes/{}/download_xml',
  // Lago has them, though its description does not mention them.
  'POST /invoices/{}/resend_email',
  'POST /credit_notes/{}/resend_email',
  'POST /payment_receipts/{}/resend_email',
  'GET /webhook_endpoints/{}/webhooks',
  'GET /webhooks/{}',
  'POST /webhooks/{}/retry',
]

/** Where Lago describes a body or an answer without the root key with which its server takes or sends it. */
const ROOTS: Readonly<Record<string, Roots>> = {
  'GET /payments/{}': { answer: 'payment' },
  'GET /payment_requests/{}': { answer: 'payment_request' },
  'GET /wallet_transactions/{}': { answer: 'wallet_transaction' },
  'POST /billing_entities': { answer: 'billing_entity' },
  'PUT /billing_entities/{}': { body: 'billing_entity', answer: 'billing_entity' },
  'PATCH /billing_entities/{}': { body: 'billing_entity', answer: 'billing_entity' },
}

/** Raise it when adding routes: fewer compared operations mean that the comparison is broken. */
const COMPARED_MIN = 110

// The same place as in scripts/conformance.mjs; a linked worktree is one folder deeper.
const root = join(import.meta.dirname, '../..')
const file = [
  process.env.WEIR_CONFORMANCE_DIR,
  join(root, '../shared/conformance'),
  join(root, '../../shared/conformance'),
]
  .filter((folder) => folder !== undefined)
  .map((folder) => join(folder, '../openapi/lago-api.json'))
  .find(existsSync)
if (file === undefined) console.warn('contract: skipped, ../shared/openapi/lago-api.json is not there')

/** Our description, without a database: registering routes runs no query. */
async function describeOurs(): Promise<Description> {
  const silent = () => undefined
  const log = { debug: silent, info: silent, warn: silent, error: silent, trace: silent, fatal: silent }
  const database = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none', poolMax: 1 })
  const app = buildApp(
    createContext({
      database,
      log: Object.assign(log, { child: () => log, level: 'silent' }),
      settings: {
        apiUrl: 'http://localhost:3000',
        frontUrl: 'http://localhost:3000',
        adminApiKey: null,
        signUp: 'first_user',
        sendsMail: false,
        version: '0.0.0-test',
        eventsBatchMax: 100,
        allowPrivateWebhooks: false,
        webhookTimeoutMs: 5000,
        webhookAttempts: 21,
        rsaPrivateKey: null,
        gocardlessApp: null,
        oauthProxyUrl: 'http://localhost:3000',
        dnsServers: [],
        viesUrl: 'http://127.0.0.1:1',
        makesDocuments: true,
        encryptionKeys: [],
        providerHosts: {},
        checkoutPaymentDelayMs: 0,
        mail: { fromEmail: 'weir@weir.example', isConfigured: false },
        documents: {
          ...{ folder: null, years: 10, downloadWaitMs: 0 },
          linkSeconds: { answer: 300, webhook: 300, mail: 300 },
        },
        writer: 0,
      },
    }),
  )
  const answer = await app.inject({ method: 'GET', url: '/openapi.json' })
  await app.close()
  await database.close()
  return answer.json()
}

describe('the comparison', () => {
  const described = (properties: object, parameters: object[] = []): Description => ({
    openapi: '3.1.0',
    paths: {
      '/things': {
        get: {
          parameters,
          responses: { 200: { content: { 'application/json': { schema: { properties } } } } },
        },
      },
    },
  })
  const find = (lago: Description, ours: Description) => {
    const [theirs, own] = [lago, ours].map((d) => operationsOf(d, '').get('GET /things'))
    if (!theirs || !own) throw new Error('the operation was not read')
    return compareOperation({ lago, theirs, ours, own, roots: {} })
  }

  it('finds what is missing, however deep, and asks for nothing more', () => {
    const lago = described(
      { a: { anyOf: [{ type: 'null' }, { items: { properties: { b: {}, c: {} } } }] } },
      [{ in: 'query', name: 'page' }],
    )
    const ours = described({ a: { items: { properties: { b: {} } } }, more: {} })
    expect(find(lago, ours)).toEqual(['query page', 'answer a[].c'])
    expect(find(ours, ours)).toEqual([])
  })
})

describe.skipIf(file === undefined)('our description and Lago’s', async () => {
  const lago: Description =
    file === undefined ? { openapi: '3.1.0', paths: {} } : JSON.parse(readFileSync(file, 'utf8'))
  const ours = await describeOurs()
  const lagoOperations = operationsOf(lago, '')
  const ourOperations = operationsOf(ours, '/api/v1')
  // PUT and PATCH are the same on ordinary resources; Lago describes one of them.
  const counterpart = (key: string) =>
    lagoOperations.get(key) ?? lagoOperations.get(key.replace(/^PATCH /, 'PUT '))
  const compared = [...ourOperations.keys()].filter((key) => counterpart(key) !== undefined)

  it('are of the same version, and enough of it is compared', () => {
    expect(ours.openapi).toBe('3.1.0')
    expect(compared.length).toBeGreaterThanOrEqual(COMPARED_MIN)
  })

  it('have the same operations, but for the extensions', () => {
    const others = [...ourOperations.keys()].filter((key) => counterpart(key) === undefined)
    expect(others.filter((key) => !EXTENSIONS.includes(key))).toEqual([])
  })

  it.each(compared)('%s has every parameter, property and answer that clients know', (key) => {
    const [theirs, own] = [counterpart(key), ourOperations.get(key)]
    if (!theirs || !own) throw new Error(`${key} was lost`)
    const lacks = compareOperation({ lago, theirs, ours, own, roots: ROOTS[key] ?? {} })
    expect(lacks.filter((line) => excusesOf(key, line).length === 0)).toEqual([])
  })

  it('need every exception that is made', () => {
    const used = compared.flatMap((key) => {
      const [theirs, own] = [counterpart(key), ourOperations.get(key)]
      if (!theirs || !own) return []
      const lacks = compareOperation({ lago, theirs, ours, own, roots: ROOTS[key] ?? {} })
      return lacks.flatMap((line) => excusesOf(key, line))
    })
    expect(EXCEPTIONS.filter((exception) => !used.includes(exception))).toEqual([])
  })

  it('say of each operation how it is authorized and what it answers to a wrong key', () => {
    const bare = [...ourOperations].filter(([, { operation }]) => {
      return !operation.tags?.length || !operation.responses?.['401']
    })
    expect(bare.map(([key]) => key)).toEqual([])
    expect(ours).toMatchObject({ security: [{ bearerAuth: [] }, { session: [], organization: [] }] })
  })
})
