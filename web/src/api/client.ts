/** The one way to the server: adds organization and CSRF headers, and turns refusals into `ApiProblem`. */

/** Errors by field, as the API answers them: `{ code: ['value_already_exist'] }`. */
export type FieldErrors = Readonly<Record<string, readonly string[]>>

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A request that the server refused, or that did not reach it (status 0). */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem'
  readonly status: number
  readonly code: string | null
  readonly details: FieldErrors
  /** What else the details say, by name: a proposal, or the words of a payment provider. */
  readonly texts: Readonly<Record<string, string>>
  readonly requestId: string | null
  readonly request: string

  constructor(parts: {
    status: number
    code: string | null
    details?: FieldErrors
    texts?: Readonly<Record<string, string>>
    requestId?: string | null
    request: string
    message: string
  }) {
    super(parts.message)
    this.status = parts.status
    this.code = parts.code
    this.details = parts.details ?? {}
    this.texts = parts.texts ?? {}
    this.requestId = parts.requestId ?? null
    this.request = parts.request
  }
}

/** What every request carries; the shell keeps it up to date. */
const carried: { organization: string | null; csrfToken: string | null; isFramed: boolean } = {
  organization: null,
  csrfToken: null,
  isFramed: false,
}

let whenSignedOut: () => void = () => {}

/** Names the organization of the requests that follow; null outside of one. */
export function setOrganization(slug: string | null): void {
  carried.organization = slug
}

/** The token of the present session, which every write carries. */
export function setCsrfToken(token: string | null): void {
  carried.csrfToken = token
}

/** Says with every request that a portal in a frame makes it; that is how it goes by the cookie of the frame. */
export function setFramed(isFramed: boolean): void {
  carried.isFramed = isFramed
}

/** Called when a request finds that the session has ended. */
export function onSignedOut(handle: () => void): void {
  whenSignedOut = handle
}

function headersOf(method: Method, hasBody: boolean, key: string | undefined): Record<string, string> {
  return {
    accept: 'application/json',
    ...(hasBody ? { 'content-type': 'application/json' } : {}),
    ...(carried.organization ? { 'x-weir-organization': carried.organization } : {}),
    ...(key === undefined ? {} : { 'idempotency-key': key }),
    ...(carried.isFramed ? { 'x-weir-portal-frame': 'true' } : {}),
    ...(method !== 'GET' && carried.csrfToken ? { 'x-csrf-token': carried.csrfToken } : {}),
  }
}

/** The code of a 401 that tells that the session has ended; a wrong password has another one. */
const SESSION_ENDED = 'session_required'

/**
 * Sends a request to `path` (absolute, such as `/api/v1/plans`) and gives the body of the answer; `undefined` for an
 * empty one. Writes with the same `key` are done once. Throws `ApiProblem`.
 */
export async function send<T>(
  method: Method,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
  key?: string,
): Promise<T> {
  const request = `${method} ${path}`
  let answer: Response
  try {
    answer = await fetch(path, {
      method,
      headers: headersOf(method, body !== undefined, key),
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new ApiProblem({ status: 0, code: 'offline', request, message: 'The server cannot be reached.' })
  }
  const text = await answer.text()
  const json = parse(text)
  if (answer.ok) return json as T
  const refusal = (json ?? {}) as { code?: string; error?: string; error_details?: unknown }
  if (answer.status === 401 && refusal.code === SESSION_ENDED) whenSignedOut()
  throw new ApiProblem({
    status: answer.status,
    code: refusal.code ?? null,
    ...partsOfDetails(refusal.error_details),
    requestId: answer.headers.get('x-request-id'),
    request,
    message: refusal.error ?? `The server answered ${answer.status}.`,
  })
}

function parse(text: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined // A page of a proxy, for example; the status tells what is wrong.
  }
}

/** The errors by field among the details of a refusal, and the texts there. */
function partsOfDetails(details: unknown): {
  readonly details: FieldErrors
  readonly texts: Readonly<Record<string, string>>
} {
  const entries = typeof details === 'object' && details !== null ? Object.entries(details) : []
  return {
    details: Object.fromEntries(entries.filter((each): each is [string, string[]] => Array.isArray(each[1]))),
    texts: Object.fromEntries(
      entries.filter((each): each is [string, string] => typeof each[1] === 'string'),
    ),
  }
}

/** A query string of what is set; lists become `key[]=…`. */
export function queryOf(
  params: Readonly<Record<string, string | number | readonly string[] | undefined>>,
): string {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(params)) {
    if (value === undefined || value === '') continue
    if (typeof value === 'string' || typeof value === 'number') query.append(key, String(value))
    else for (const each of value) query.append(`${key}[]`, each)
  }
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}
