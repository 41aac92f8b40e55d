import { createPrivateKey } from 'node:crypto'
import { resolve } from 'node:path'
import { type Static, Type } from 'typebox'
import type { HttpLimits } from '../api/limits.ts'

/** How to describe a variable in messages: what it must be, and whether its value may be shown. */
type Telling = { readonly says: string; readonly isSecret?: boolean }

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
  LAGO_DISABLE_PDF_GENERATION: flag(false),
  LAGO_WALLET_ONGOING_BALANCE_REFRESH_INTERVAL_SECONDS: whole(300, 1, 86_400),
  LAGO_CHECKOUT_AUTO_PAYMENT_DELAY_SECONDS: whole(600, 0, 86_400),
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
  readonly isSignupDisabled: boolean
  readonly isPdfDisabled: boolean
  readonly walletRefreshIntervalMs: number
  readonly checkoutPaymentDelayMs: number
  /** The REST API of VIES, which knows the VAT numbers of the European Union; without a trailing slash. */
  readonly viesUrl: string
}

/** An invalid environment: `message` has one sentence per invalid variable, with its name. */
export class ConfigProblem extends Error {
  override readonly name = 'ConfigProblem'
}

type Source = Readonly<Record<string, string | undefined>>

/** Converts a text to its schema's type; if that fails, it stays text and validation reports it. */
function typed(raw: string, type: unknown): unknown {
  if (type === 'integer' && /^-?\d{1,15}$/.test(raw)) return Number(raw)
  if (type === 'boolean' && /^(true|1|yes|on)$/i.test(raw)) return true
  if (type === 'boolean' && /^(false|0|no|off)$/i.test(raw)) return false
  return raw
}

/**
 * The keywords used by the schema above. Loading typebox's own validator takes 250 ms, a tenth of the startup time.
 */
type Keywords = {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly pattern?: string
}

function fits(value: unknown, schema: Keywords): boolean {
  if (schema.enum) return schema.enum.includes(value)
  if (schema.type === 'boolean') return typeof value === 'boolean'
  if (schema.type === 'integer') {
    const { minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER } = schema
    return typeof value === 'number' && value >= minimum && value <= maximum
  }
  if (typeof value !== 'string' || value.length < (schema.minLength ?? 0)) return false
  return schema.pattern === undefined || new RegExp(schema.pattern, 'u').test(value)
}

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

function checkedUrl(
  name: 'LAGO_API_URL' | 'LAGO_FRONT_URL' | 'WEIR_VIES_URL',
  env: Environment,
): string | null {
  const raw = env[name]
  if (raw === undefined) return null
  if (!URL.canParse(raw)) throw new ConfigProblem(sentence(name, env))
  return raw.replace(/\/+$/, '')
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
    isSignupDisabled: env.LAGO_DISABLE_SIGNUP,
    isPdfDisabled: env.LAGO_DISABLE_PDF_GENERATION,
    walletRefreshIntervalMs: env.LAGO_WALLET_ONGOING_BALANCE_REFRESH_INTERVAL_SECONDS * 1000,
    checkoutPaymentDelayMs: env.LAGO_CHECKOUT_AUTO_PAYMENT_DELAY_SECONDS * 1000,
    viesUrl: checkedUrl('WEIR_VIES_URL', env) ?? env.WEIR_VIES_URL,
  })
}
