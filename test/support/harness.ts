import type { FastifyInstance } from 'fastify'
import type { Context, OAuthApp } from '../../src/actions/context.ts'
import { createOrganization } from '../../src/actions/organizations/create-organization.ts'
import { buildApp } from '../../src/api/app.ts'
import { createContext } from '../../src/boot/context.ts'
import { renderDocument } from '../../src/documents/render-document.ts'
import type { ProviderHosts } from '../../src/gateways/payment-gateways.ts'
import { openDatabase } from '../../src/store/database.ts'
import { freshDatabase } from './database.ts'
import { urlOf } from './paths.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers are read freely in tests
export type Answer = { status: number; body: any; headers: Record<string, unknown> }

export type Harness = {
  readonly app: FastifyInstance
  readonly context: Context
  /** Where the harness's database is, for what connects by itself: the worker, a second context. */
  readonly databaseUrl: string
  /** A new organization (a sandbox unless said otherwise) and its caller. */
  readonly organization: (options?: { sandbox?: boolean }) => Promise<Client>
  readonly close: () => Promise<void>
}

export type Client = {
  readonly organizationId: string
  readonly apiKey: string
  /** One request below /api/v1, or to a full path, with the organization's key. */
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer>
  /** Moves the sandbox's clock; fails when something due failed. */
  readonly clock: (now: string) => Promise<void>
}

export const ADMIN_KEY = 'test-admin-key'

/**
 * The whole API on an own database, without a port: requests are injected. `poolMax` is how many of them may be in the
 * database at once.
 */
export async function startHarness(options?: {
  readonly poolMax?: number
  /** A local server that acts as VIES; without one, nobody answers. */
  readonly viesUrl?: string
  /** Local name servers; without one, nobody answers. */
  readonly dnsServers?: readonly string[]
  /** How long a download waits for its file; without it not at all, because nobody makes files beside the requests. */
  readonly downloadWaitMs?: number
  /** Local servers that act as payment providers; without one, nobody answers. */
  readonly providerHosts?: ProviderHosts
  /** The app that asks GoCardless for access; there is none without it. */
  readonly gocardlessApp?: OAuthApp
}): Promise<Harness> {
  const database = await freshDatabase()
  const opened = openDatabase({ url: database.url, poolMax: options?.poolMax ?? 8 })
  const silent = () => undefined
  const complain = (fields: object, message: string) => console.error(message, fields)
  const log = { debug: silent, info: silent, warn: complain, error: complain, trace: silent, fatal: complain }
  const context = createContext({
    database: opened,
    renderDocument,
    log: Object.assign(log, { child: () => log, level: 'info' }),
    settings: {
      apiUrl: 'http://localhost:3000',
      frontUrl: 'http://localhost:3000',
      adminApiKey: ADMIN_KEY,
      signUp: 'first_user',
      sendsMail: false,
      version: '0.0.0-test',
      eventsBatchMax: 100,
      allowPrivateWebhooks: true,
      webhookTimeoutMs: 5000,
      webhookAttempts: 21,
      rsaPrivateKey: null,
      makesDocuments: true,
      mail: { fromEmail: 'weir@weir.example', isConfigured: false },
      documents: {
        folder: null,
        years: 10,
        downloadWaitMs: options?.downloadWaitMs ?? 0,
        linkSeconds: { answer: 86_400, webhook: 604_800, mail: 2_592_000 },
      },
      viesUrl: options?.viesUrl ?? 'http://127.0.0.1:1',
      dnsServers: options?.dnsServers ?? ['127.0.0.1:1'],
      encryptionKeys: [Buffer.alloc(32, 7).toString('base64')],
      gocardlessApp: options?.gocardlessApp ?? null,
      oauthProxyUrl: 'https://proxy.example',
      providerHosts: options?.providerHosts ?? {
        cashfree: 'http://127.0.0.1:1',
        flutterwave: 'http://127.0.0.1:1',
        moneyhash: 'http://127.0.0.1:1',
        gocardless: 'http://127.0.0.1:1',
        stripe: 'http://127.0.0.1:1',
      },
      checkoutPaymentDelayMs: 600_000,
      writer: 0,
    },
  })
  const app = buildApp(context)
  await app.ready()
  return {
    app,
    context,
    databaseUrl: database.url,
    organization: async (options) => {
      const made = await createOrganization(context, {
        name: 'Test Organization',
        email: null,
        isSandbox: options?.sandbox ?? true,
      })
      return clientOf(app, made.organization.id, made.apiKey)
    },
    close: async () => {
      await app.close()
      await opened.close()
      await database.drop()
    },
  }
}

function clientOf(app: FastifyInstance, organizationId: string, apiKey: string): Client {
  const call: Client['call'] = async (method, path, body, headers) => {
    const answer = await app.inject({
      method: method as 'GET',
      url: urlOf(path),
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const isJson = String(answer.headers['content-type'] ?? '').includes('json')
    return {
      status: answer.statusCode,
      body: answer.body === '' ? null : isJson ? answer.json() : answer.body,
      headers: answer.headers,
    }
  }
  const clock = async (now: string) => {
    const { status, body } = await call('PUT', '/test_clock', { test_clock: { now } })
    if (status !== 200 || body.test_clock.status !== 'ready')
      throw new Error(`the clock: ${JSON.stringify(body)}`)
  }
  return { organizationId, apiKey, call, clock }
}
