import { request } from 'undici'

/** A request to an API that speaks JSON. */
export type JsonRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Sent as JSON; nothing is sent without it. */
  readonly body?: unknown
  /** Sent as a form instead of a body. */
  readonly form?: Readonly<Record<string, string>>
  /** For the whole call. */
  readonly timeoutMs: number
}

/**
 * What came back: an answer, whose body is undefined when it is no JSON object; nothing, before any connection was
 * made; or nothing that can be read, after which anything may have happened.
 */
export type JsonReply =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly headers: Readonly<Record<string, string | string[] | undefined>>
      readonly body: Readonly<Record<string, unknown>> | undefined
    }
  | { readonly kind: 'not_connected' | 'no_answer'; readonly message: string }

const ANSWER_BYTES_MAX = 8_000_000

/** Failures of a connection before anything was written to it. */
const NOT_CONNECTED: readonly unknown[] = [
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]
const NOT_TRUSTED = /^(CERT_|ERR_TLS_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/

/**
 * Sends a request once: it is not repeated, and no redirect is followed. Never throws for anything that a server or a
 * network does.
 */
export async function callJson(asked: JsonRequest): Promise<JsonReply> {
  const { method, url, headers, timeoutMs } = asked
  const sent = contentOf(asked)
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const answer = await request(url, {
      method,
      headers: {
        accept: 'application/json',
        'user-agent': 'Weir',
        ...(sent === undefined ? {} : { 'content-type': sent.type }),
        ...headers,
      },
      ...(sent === undefined ? {} : { body: sent.text }),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      signal: timeout,
    })
    const text = await readText(answer.body)
    return { kind: 'answered', status: answer.statusCode, headers: answer.headers, body: parsed(text) }
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message?: string }
    const isUnsent = NOT_CONNECTED.includes(code) || (typeof code === 'string' && NOT_TRUSTED.test(code))
    const said = timeout.aborted ? `no answer within ${timeoutMs} ms` : (message ?? String(error))
    return { kind: isUnsent ? 'not_connected' : 'no_answer', message: said }
  }
}

function contentOf({
  body,
  form,
}: JsonRequest): { readonly type: string; readonly text: string } | undefined {
  if (form !== undefined)
    return { type: 'application/x-www-form-urlencoded', text: new URLSearchParams(form).toString() }
  return body === undefined ? undefined : { type: 'application/json', text: JSON.stringify(body) }
}

async function readText(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > ANSWER_BYTES_MAX) throw new Error(`an answer of more than ${ANSWER_BYTES_MAX} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined // half an answer, or a page of HTML: the caller judges by the status
  }
}
