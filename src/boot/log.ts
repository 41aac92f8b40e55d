import pino from 'pino'

/** Weir's log: one JSON object per line, or readable lines on a terminal. */
export type PinoLog = pino.Logger

/** Fields that are never logged, anywhere in the top levels of a log object. */
const SECRET_FIELDS = [
  ...['authorization', 'cookie', '["set-cookie"]', '["x-admin-api-key"]', '["x-api-key"]'],
  ...['password', 'secret', 'token', 'key', 'email', 'apiKey', 'api_key', 'hmacKey', 'hmac_key'],
  ...['databaseUrl', 'connectionString', 'parameters', 'body', 'headers'],
]

const at = (prefix: string, field: string) =>
  field.startsWith('[') ? `${prefix}${field}` : `${prefix}.${field}`
const REDACTED = SECRET_FIELDS.flatMap((field) => [
  field.startsWith('[') ? field : field,
  at('*', field),
  at('*.*', field),
])

type DatabaseError = Error & {
  readonly severity?: string
  readonly code?: string
  readonly constraint?: string
}

/**
 * An error as logged. The detail of a database error and the values quoted in its message are customer data, so only
 * its code, constraint and shape are kept.
 */
export function toLoggedError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error }
  const { severity, code, constraint } = error as DatabaseError
  const isDatabase = severity !== undefined && code !== undefined
  const holdsValues = isDatabase && code.startsWith('22')
  const message = holdsValues ? error.message.replace(/"[^"]*"/g, '"…"') : error.message
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? []
  return {
    type: error.name,
    message,
    ...(code === undefined ? {} : { code }),
    ...(constraint === undefined ? {} : { constraint }),
    stack: frames.join('\n'),
    ...(error.cause instanceof Error ? { cause: toLoggedError(error.cause) } : {}),
  }
}

type LoggedRequest = {
  readonly id?: unknown
  readonly method?: string
  readonly routeOptions?: { readonly url?: string }
}

/**
 * Opens the log on standard output. Requests are logged by method and route pattern, because a path or a query can
 * contain an e-mail address. `isTerminal` prints readable lines instead of JSON.
 */
export async function openLog(options: { level: string; isTerminal: boolean }): Promise<PinoLog> {
  const settings: pino.LoggerOptions = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: REDACTED, censor: '[hidden]' },
    serializers: {
      err: toLoggedError,
      error: toLoggedError,
      req: (request: LoggedRequest) => ({ method: request.method, route: request.routeOptions?.url ?? null }),
      res: (response: { statusCode?: number }) => ({ status: response.statusCode }),
    },
  }
  if (!options.isTerminal) return pino(settings, pino.destination({ dest: 1, sync: false }))
  const { default: pretty } = await import('pino-pretty')
  return pino(
    settings,
    pretty({ colorize: true, sync: true, translateTime: 'SYS:HH:MM:ss.l', ignore: 'pid,hostname' }),
  )
}
