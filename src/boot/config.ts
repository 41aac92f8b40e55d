import { createPrivateKey } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { type Static, Type } from 'typebox'
import type { DocumentSettings, OAuthApp } from '../actions/context.ts'
import type { HttpLimits } from '../api/limits.ts'
import { PROVIDER_TYPES } from '../core/payments/gateway.ts'
import type { SmtpSettings } from '../gateways/mail/smtp.ts'
import type { ProviderHosts } from '../gateways/payment-gateways.ts'
import { isEncryptionKey } from './encryption-key.ts'
import { fits, typed } from './typed-values.ts'

/** How to describe a variable in messages: what it must be, and whether its value may be shown. */
type Telling = { readonly says: string; readonly isSecret?: boolean; readonly pattern?: string }

/** IPv4 addresses, each with a port or without. */
const ADDRESSES = String.raw`^(\d{1,3}(\.\d{1,3}){3}(:\d{1,5})?(,(?=\d)|$))+$`
const text = (telling: Telling) => Type.Optional(Type.String({ minLength: 1, ...telling }))
const address = (telling: Telling) =>
  Type.Optional(Type.String({ pattern: '^[^@\\s]+@[^@\\s]+$', ...telling }))
const flag = (standard: boolean) => Type.Boolean({ default: standard, says: 'true or false' })
const whole = (standard: number, minimum: number, maximum: number) =>
  Type.Integer({
    default: standard,
    minimum,
    maximum,
    says: `a whole number from ${minimum} to ${maximum}`,
  })
const webUrl = (telling: Telling) => Type.Optional(Type.String({ pattern: '^https?://[^\\s/]+', ...telling }))
const TLS_MODES = ['auto', 'always', 'never'] as const
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/** Every variable that Weir reads. Names that start with LAGO_ are the ones Lago uses. */
const Environment = Type.Object({
  PORT: whole(3000, 0, 65_535),
  HOST: Type.String({ default: '0.0.0.0', minLength: 1, says: 'an address to listen on' }),
  LOG_LEVEL: Type.Enum([...LOG_LEVELS], { default: 'info', says: `one of ${LOG_LEVELS.join(', ')}` }),
  WEIR_DATA_DIR: Type.String({ default: './data', minLength: 1, says: 'the path of a folder' }),
  DATABASE_URL: Type.Optional(
    Type.String({
      pattern: '^postgres(ql)?://',
      says: 'a URL that begins with postgres:// or postgresql://',
      isSecret: true,
    }),
  ),
  WEIR_POOL_SIZE: whole(20, 2, 500),
  WEIR_BODY_MAX_BYTES: whole(1_048_576, 65_536, 104_857_600),
  WEIR_EVENT_BODY_MAX_BYTES: whole(10_485_760, 65_536, 104_857_600),
  WEIR_HEADERS_TIMEOUT_SECONDS: whole(10, 1, 3600),
  WEIR_BODY_TIMEOUT_SECONDS: whole(30, 1, 3600),
  WEIR_IDLE_TIMEOUT_SECONDS: whole(60, 1, 3600),
  WEIR_WORKER_CONCURRENCY: whole(8, 1, 200),
  WEIR_ALLOW_PRIVATE_WEBHOOKS: flag(false),
  ADMIN_API_KEY: text({ says: 'a text', isSecret: true }),
  WEIR_ORG_NAME: text({ says: 'a name' }),
  WEIR_ORG_EMAIL: address({ says: 'an e-mail address' }),
  WEIR_ORG_PASSWORD: text({ says: 'a text', isSecret: true }),
  WEIR_ORG_API_KEY: text({ says: 'a text', isSecret: true }),
  LAGO_CREATE_ORG: flag(false),
  LAGO_ORG_NAME: text({ says: 'a name' }),
  LAGO_ORG_USER_EMAIL: address({ says: 'an e-mail address' }),
  LAGO_ORG_USER_PASSWORD: text({ says: 'a text', isSecret: true }),
  LAGO_ORG_API_KEY: text({ says: 'a text', isSecret: true }),
  LAGO_API_URL: webUrl({ says: 'a URL that begins with http:// or https://' }),
  LAGO_FRONT_URL: webUrl({ says: 'a URL that begins with http:// or https://' }),
  LAGO_RSA_PRIVATE_KEY: text({ says: 'an RSA private key in PEM, or that PEM in base64', isSecret: true }),
  // With the queue's increasing delays, this many attempts span about 72 hours.
  LAGO_WEBHOOK_ATTEMPTS: whole(21, 1, 100),
  LAGO_WEBHOOK_TIMEOUT_SECONDS: whole(30, 1, 300),
  LAGO_EVENTS_BATCH_MAX_LENGTH: whole(100, 1, 10_000),
  LAGO_FROM_EMAIL: address({ says: 'an e-mail address' }),
  LAGO_DISABLE_SIGNUP: flag(false),
  WEIR_SIGN_UP: Type.Optional(Type.Enum(['open', 'closed'], { says: 'open or closed' })),
  LAGO_DISABLE_PDF_GENERATION: flag(false),
  WEIR_DOCUMENT_STORE: Type.String({
    default: 'database',
    pattern: '^(database|folder:/.+)$',
    says: 'database, or folder: and an absolute path',
  }),
  LAGO_SMTP_ADDRESS: text({ says: 'the name of a mail server' }),
  LAGO_SMTP_PORT: whole(587, 1, 65_535),
  LAGO_SMTP_DOMAIN: text({ says: 'a domain' }),
  LAGO_SMTP_USERNAME: text({ says: 'a text' }),
  LAGO_SMTP_PASSWORD: text({ says: 'a text', isSecret: true }),
  WEIR_SMTP_TLS: Type.Enum([...TLS_MODES], { default: 'auto', says: `one of ${TLS_MODES.join(', ')}` }),
  WEIR_SMTP_POOL: whole(3, 1, 100),
  WEIR_SMTP_RATE: whole(10, 1, 10_000),
  WEIR_MAIL_SINK: Type.Optional(
    Type.String({ pattern: '^folder:/.+$', says: 'folder: and an absolute path' }),
  ),
  WEIR_DOCUMENT_YEARS: whole(10, 1, 100),
  // One processor is left for requests and events.
  WEIR_DOCUMENT_WORKERS: whole(Math.min(Math.max(availableParallelism() - 1, 1), 64), 1, 64),
  WEIR_DOWNLOAD_WAIT_MS: whole(2000, 0, 30_000),
  WEIR_FILE_LINK_SECONDS: whole(86_400, 300, 2_592_000),
  WEIR_WEBHOOK_LINK_SECONDS: whole(604_800, 300, 2_592_000),
  WEIR_MAIL_LINK_SECONDS: whole(2_592_000, 300, 2_592_000),
  LAGO_WALLET_ONGOING_BALANCE_REFRESH_INTERVAL_SECONDS: whole(300, 1, 86_400),
  LAGO_CHECKOUT_AUTO_PAYMENT_DELAY_SECONDS: whole(600, 0, 86_400),
  WEIR_ENCRYPTION_KEY: text({ says: '32 bytes in base64; try openssl rand -base64 32', isSecret: true }),
  WEIR_ENCRYPTION_KEYS_OLD: text({ says: 'keys in base64, separated by commas', isSecret: true }),
  GOCARDLESS_CLIENT_ID: text({ says: 'the client id of an app at GoCardless' }),
  GOCARDLESS_CLIENT_SECRET: text({ says: 'the client secret of an app at GoCardless', isSecret: true }),
  LAGO_OAUTH_PROXY_URL: webUrl({ says: 'a URL that begins with http:// or https://' }),
  WEIR_ALLOW_FAKE_PROVIDERS: flag(false),
  WEIR_PROVIDER_HOSTS: text({ says: 'a JSON object of loopback addresses by payment provider' }),
  WEIR_DNS_SERVERS: text({ pattern: ADDRESSES, says: 'IPv4 addresses, separated by commas' }),
  WEIR_VIES_URL: Type.String({
    default: 'https://ec.europa.eu/taxation_customs/vies/rest-api',
    pattern: '^https?://[^\\s/]+',
    says: 'a URL that begins with http:// or https://',
  }),
})
type Environment = Static<typeof Environment>

/** The organization that startup creates or finds. */
export type FirstOrganization = {
  readonly name: string
  readonly email: string | null
  readonly password: string | null
  readonly apiKey: string | null
  /** The environment requests it, so it is found or created even if other organizations exist. */
  readonly isRequested: boolean
}

/** How mails are sent. */
export type MailConfig = {
  /** Null when no mail server is configured. */
  readonly smtp: SmtpSettings | null
  /** Everything goes into this folder, and nothing leaves. */
  readonly sinkFolder: string | null
  /** For the mails of sandboxes. */
  readonly sandboxFolder: string
}

/** The validated, frozen configuration from the environment. Durations have their unit in the name. */
export type Config = {
  readonly port: number
  readonly host: string
  readonly logLevel: (typeof LOG_LEVELS)[number]
  /** Absolute path of the embedded database's folder. */
  readonly dataDir: string
  /** An external PostgreSQL; null means the embedded one. */
  readonly databaseUrl: string | null
  readonly poolSize: number
  readonly limits: HttpLimits
  readonly workerConcurrency: number
  readonly allowPrivateWebhooks: boolean
  readonly adminApiKey: string | null
  readonly firstOrganization: FirstOrganization
  /** Without a trailing slash; null means the address on which the server listens. */
  readonly apiUrl: string | null
  readonly frontUrl: string | null
  /** PEM; null means that Weir generates its own key. */
  readonly rsaPrivateKey: string | null
  /** Null means Weir's own schedule of retries. */
  readonly webhookAttempts: number
  readonly webhookTimeoutMs: number
  readonly eventsBatchMax: number
  readonly fromEmail: string | null
  /** Without WEIR_SIGN_UP, the first user may sign up, and nobody after that. */
  readonly signUp: 'open' | 'closed' | 'first_user'
  readonly isPdfDisabled: boolean
  readonly documents: DocumentSettings
  /** Threads that render documents, at most. */
  readonly documentWorkers: number
  readonly mail: MailConfig
  readonly walletRefreshIntervalMs: number
  readonly checkoutPaymentDelayMs: number
  /** Name servers that are asked for proofs of domains; empty for those of the system. */
  readonly dnsServers: readonly string[]
  /** The REST API of VIES, which knows the VAT numbers of the European Union; without a trailing slash. */
  readonly viesUrl: string
  /** Keys in base64 that secrets are encrypted with, the present one first; empty when none is given. */
  readonly encryptionKeys: readonly string[]
  /** The app with which GoCardless is asked for access to accounts; null when there is none. */
  readonly gocardlessApp: OAuthApp | null
  /** Where providers send those back who gave access to their account; null means the dashboard. */
  readonly oauthProxyUrl: string | null
  /** Local servers of tests that stand in for payment providers. */
  readonly providerHosts: ProviderHosts
}

/** An invalid environment: `message` has one sentence per invalid variable, with its name. */
export class ConfigProblem extends Error {
  override readonly name = 'ConfigProblem'
}

type Source = Readonly<Record<string, string | undefined>>

function readEnvironment(source: Source): Environment {
  const values: Record<string, unknown> = {}
  for (const [name, schema] of Object.entries(Environment.properties)) {
    const options = schema as { type?: string; default?: unknown }
    // An empty value counts as absent: compose files and unit files leave variables empty that way.
    const raw = source[name]?.trim()
    const value = raw === undefined || raw === '' ? options.default : typed(raw, options.type)
    if (value !== undefined) values[name] = value
  }
  const wrong = Object.entries(Environment.properties).filter(
    ([name, schema]) => name in values && !fits(values[name], schema),
  )
  if (wrong.length > 0) throw new ConfigProblem(wrong.map(([name]) => sentence(name, values)).join('\n'))
  return values as Environment
}

function sentence(name: string, values: Record<string, unknown>): string {
  const telling = Object.entries(Environment.properties).find(([key]) => key === name)?.[1] as
    | Telling
    | undefined
  const shown = telling?.isSecret ? '' : `, not ${JSON.stringify(values[name])}`
  return `${name} must be ${telling?.says ?? 'right'}${shown}.`
}

function firstOrganization(env: Environment): FirstOrganization {
  if (env.LAGO_CREATE_ORG) {
    const required = ['LAGO_ORG_NAME', 'LAGO_ORG_USER_EMAIL', 'LAGO_ORG_USER_PASSWORD'] as const
    const missing = required.filter((name) => !env[name])
    const list = missing.join(', ')
    if (missing.length > 0) throw new ConfigProblem(`${list} must be set when LAGO_CREATE_ORG is true.`)
  }
  const lago = env.LAGO_CREATE_ORG
  const name = env.WEIR_ORG_NAME ?? (lago ? env.LAGO_ORG_NAME : undefined)
  const email = env.WEIR_ORG_EMAIL ?? (lago ? env.LAGO_ORG_USER_EMAIL : undefined)
  const password = env.WEIR_ORG_PASSWORD ?? (lago ? env.LAGO_ORG_USER_PASSWORD : undefined)
  const apiKey = env.WEIR_ORG_API_KEY ?? (lago ? env.LAGO_ORG_API_KEY : undefined)
  if (password && !email) throw new ConfigProblem('WEIR_ORG_EMAIL must be set when WEIR_ORG_PASSWORD is.')
  return Object.freeze({
    name: name ?? 'My organization',
    email: email ?? null,
    password: password ?? null,
    apiKey: apiKey ?? null,
    isRequested: [name, email, apiKey].some((value) => value !== undefined),
  })
}

function privateKey(raw: string | undefined): string | null {
  if (raw === undefined) return null
  const pem = raw.includes('-----BEGIN')
    ? raw.replaceAll('\\n', '\n')
    : Buffer.from(raw, 'base64').toString('utf8')
  let kind: string | undefined
  try {
    kind = createPrivateKey(pem).asymmetricKeyType
  } catch {
    kind = undefined // reported below, together with keys of another kind
  }
  if (kind !== 'rsa') throw new ConfigProblem(sentence('LAGO_RSA_PRIVATE_KEY', {}))
  return pem
}

/** Long enough that nobody guesses it: 20 random characters of hexadecimal digits are 80 bits. */
const ADMIN_KEY_LENGTH_MIN = 20
const ADMIN_KEY_VARIETY_MIN = 8

function adminKey(key: string | undefined): string | null {
  if (key === undefined) return null
  if (key.length >= ADMIN_KEY_LENGTH_MIN && new Set(key).size >= ADMIN_KEY_VARIETY_MIN) return key
  throw new ConfigProblem(
    `ADMIN_API_KEY must be at least ${ADMIN_KEY_LENGTH_MIN} characters, ${ADMIN_KEY_VARIETY_MIN} of them different: ` +
      'it opens every organization. Try openssl rand -hex 32.',
  )
}

function limitsOf(env: Environment): HttpLimits {
  return Object.freeze({
    bodyBytes: env.WEIR_BODY_MAX_BYTES,
    eventBodyBytes: env.WEIR_EVENT_BODY_MAX_BYTES,
    headersTimeoutMs: env.WEIR_HEADERS_TIMEOUT_SECONDS * 1000,
    bodyTimeoutMs: env.WEIR_BODY_TIMEOUT_SECONDS * 1000,
    idleTimeoutMs: env.WEIR_IDLE_TIMEOUT_SECONDS * 1000,
  })
}

function documentsOf(env: Environment): DocumentSettings {
  const [, folder = null] = /^folder:(.+)$/.exec(env.WEIR_DOCUMENT_STORE) ?? []
  return Object.freeze({
    folder,
    years: env.WEIR_DOCUMENT_YEARS,
    downloadWaitMs: env.WEIR_DOWNLOAD_WAIT_MS,
    linkSeconds: {
      answer: env.WEIR_FILE_LINK_SECONDS,
      webhook: env.WEIR_WEBHOOK_LINK_SECONDS,
      mail: env.WEIR_MAIL_LINK_SECONDS,
    },
  })
}

function mailOf(env: Environment): MailConfig {
  const [, sinkFolder = null] = /^folder:(.+)$/.exec(env.WEIR_MAIL_SINK ?? '') ?? []
  const host = env.LAGO_SMTP_ADDRESS
  const smtp = host !== undefined && {
    host,
    port: env.LAGO_SMTP_PORT,
    domain: env.LAGO_SMTP_DOMAIN ?? null,
    username: env.LAGO_SMTP_USERNAME ?? null,
    password: env.LAGO_SMTP_PASSWORD ?? null,
    tls: env.WEIR_SMTP_TLS,
    connections: env.WEIR_SMTP_POOL,
    perSecond: env.WEIR_SMTP_RATE,
  }
  const sandboxFolder = sinkFolder ?? resolve(env.WEIR_DATA_DIR, 'mails')
  return Object.freeze({ smtp: smtp || null, sinkFolder, sandboxFolder })
}

function checkedUrl(
  name: 'LAGO_API_URL' | 'LAGO_FRONT_URL' | 'LAGO_OAUTH_PROXY_URL' | 'WEIR_VIES_URL',
  env: Environment,
): string | null {
  const raw = env[name]
  if (raw === undefined) return null
  if (!URL.canParse(raw)) throw new ConfigProblem(sentence(name, env))
  return raw.replace(/\/+$/, '')
}

function encryptionKeys(env: Environment): readonly string[] {
  const all = [
    ['WEIR_ENCRYPTION_KEY', env.WEIR_ENCRYPTION_KEY] as const,
    ...(env.WEIR_ENCRYPTION_KEYS_OLD ?? '')
      .split(',')
      .map((key) => ['WEIR_ENCRYPTION_KEYS_OLD', key.trim() || undefined] as const),
  ]
  return all.flatMap(([name, key]) => {
    if (key === undefined) return []
    if (!isEncryptionKey(key)) throw new ConfigProblem(sentence(name, {}))
    return [key]
  })
}

function gocardlessApp(env: Environment): OAuthApp | null {
  const { GOCARDLESS_CLIENT_ID: id, GOCARDLESS_CLIENT_SECRET: secret } = env
  if (id === undefined && secret === undefined) return null
  if (id !== undefined && secret !== undefined) return Object.freeze({ id, secret })
  throw new ConfigProblem('GOCARDLESS_CLIENT_ID and GOCARDLESS_CLIENT_SECRET must be set together.')
}

const LOOPBACK = /^http:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?\/?(#timeout=\d+)?$/

/** Production never reaches a server that only acts as a provider: it takes two variables, and loopback addresses. */
function providerHosts(env: Environment): ProviderHosts {
  const text = env.WEIR_PROVIDER_HOSTS
  if (text === undefined || !env.WEIR_ALLOW_FAKE_PROVIDERS) return {}
  const problem = new ConfigProblem(sentence('WEIR_PROVIDER_HOSTS', env))
  let hosts: unknown
  try {
    hosts = JSON.parse(text)
  } catch {
    throw problem
  }
  const entries = Object.entries(typeof hosts === 'object' && hosts !== null ? hosts : { not: 'an object' })
  const isFine = entries.every(
    ([type, url]) =>
      PROVIDER_TYPES.some((each) => each === type) && typeof url === 'string' && LOOPBACK.test(url),
  )
  if (!isFine) throw problem
  return Object.freeze(Object.fromEntries(entries))
}

/**
 * Reads the environment into a frozen `Config`. Throws `ConfigProblem`, whose message names every invalid variable
 * and never shows a secret.
 */
export function readConfig(source: Source = process.env): Config {
  const env = readEnvironment(source)
  return Object.freeze({
    port: env.PORT,
    host: env.HOST,
    logLevel: env.LOG_LEVEL,
    dataDir: resolve(env.WEIR_DATA_DIR),
    databaseUrl: env.DATABASE_URL ?? null,
    poolSize: env.WEIR_POOL_SIZE,
    limits: limitsOf(env),
    workerConcurrency: env.WEIR_WORKER_CONCURRENCY,
    allowPrivateWebhooks: env.WEIR_ALLOW_PRIVATE_WEBHOOKS,
    adminApiKey: adminKey(env.ADMIN_API_KEY),
    firstOrganization: firstOrganization(env),
    apiUrl: checkedUrl('LAGO_API_URL', env),
    frontUrl: checkedUrl('LAGO_FRONT_URL', env),
    rsaPrivateKey: privateKey(env.LAGO_RSA_PRIVATE_KEY),
    webhookAttempts: env.LAGO_WEBHOOK_ATTEMPTS,
    webhookTimeoutMs: env.LAGO_WEBHOOK_TIMEOUT_SECONDS * 1000,
    eventsBatchMax: env.LAGO_EVENTS_BATCH_MAX_LENGTH,
    fromEmail: env.LAGO_FROM_EMAIL ?? null,
    signUp: env.WEIR_SIGN_UP ?? (env.LAGO_DISABLE_SIGNUP ? 'closed' : 'first_user'),
    isPdfDisabled: env.LAGO_DISABLE_PDF_GENERATION,
    documents: documentsOf(env),
    documentWorkers: env.WEIR_DOCUMENT_WORKERS,
    mail: mailOf(env),
    walletRefreshIntervalMs: env.LAGO_WALLET_ONGOING_BALANCE_REFRESH_INTERVAL_SECONDS * 1000,
    checkoutPaymentDelayMs: env.LAGO_CHECKOUT_AUTO_PAYMENT_DELAY_SECONDS * 1000,
    dnsServers: env.WEIR_DNS_SERVERS?.split(',') ?? [],
    viesUrl: checkedUrl('WEIR_VIES_URL', env) ?? env.WEIR_VIES_URL,
    encryptionKeys: encryptionKeys(env),
    gocardlessApp: gocardlessApp(env),
    oauthProxyUrl: checkedUrl('LAGO_OAUTH_PROXY_URL', env),
    providerHosts: providerHosts(env),
  })
}
