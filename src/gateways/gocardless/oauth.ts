import type { ProviderMode } from '../../core/payments/gateway.ts'
import { addressOf, patienceWith } from '../fake-hosts.ts'
import { callJson, type JsonReply } from '../json-calls.ts'
import type { GoCardlessHost } from './client.ts'

const HOSTS = { live: 'connect.gocardless.com', test: 'connect-sandbox.gocardless.com' } as const
const TIMEOUT_MS = 15_000

/** Tokens are sent as a header. */
const TOKEN = /^[A-Za-z0-9_.-]{1,300}$/
/** Codes of OAuth, which may be shown. */
const ERROR = /^[a-z_]{1,60}$/

/** The page on which an account holder gives an app access, and is sent back with a code and the state. */
export function authorizationUrl(
  host: GoCardlessHost,
  mode: ProviderMode,
  asked: { readonly clientId: string; readonly redirectUri: string; readonly state: string },
): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: asked.clientId,
    scope: 'read_write',
    redirect_uri: asked.redirectUri,
    state: asked.state,
  })
  return `${connectTo(host, mode)}/oauth/authorize?${query}`
}

/** What GoCardless says of a code: the token, or why there is none. */
export type TokenAnswer =
  | { readonly kind: 'granted'; readonly accessToken: string }
  /** The code is none, was used, is too old, or was not given to this app. */
  | { readonly kind: 'denied' }
  | { readonly kind: 'throttled' }
  /** Nothing came back that says anything of the code. */
  | { readonly kind: 'failed'; readonly message: string }

/** Exchanges the code that an account holder was sent back with for an access token, once. */
export async function exchangeAccessCode(
  host: GoCardlessHost,
  mode: ProviderMode,
  given: {
    readonly clientId: string
    readonly clientSecret: string
    readonly redirectUri: string
    readonly accessCode: string
  },
): Promise<TokenAnswer> {
  const reply = await callJson({
    method: 'POST',
    url: `${connectTo(host, mode)}/oauth/access_token`,
    headers: {},
    form: {
      grant_type: 'authorization_code',
      client_id: given.clientId,
      client_secret: given.clientSecret,
      redirect_uri: given.redirectUri,
      code: given.accessCode,
    },
    timeoutMs: patienceWith(host, TIMEOUT_MS),
  })
  return judged(reply)
}

function judged(reply: JsonReply): TokenAnswer {
  if (reply.kind !== 'answered' || reply.status >= 500) return { kind: 'failed', message: 'no answer' }
  const { status, body } = reply
  if (status === 429) return { kind: 'throttled' }
  const { access_token: token, error } = body ?? {}
  if (status === 200 && typeof token === 'string' && TOKEN.test(token)) {
    return { kind: 'granted', accessToken: token }
  }
  if (status >= 300 && error === 'invalid_grant') return { kind: 'denied' }
  const isTold = status >= 300 && typeof error === 'string' && ERROR.test(error)
  return { kind: 'failed', message: isTold ? error : 'an answer that cannot be read' }
}

function connectTo(host: GoCardlessHost, mode: ProviderMode): string {
  return addressOf(host) ?? `https://${HOSTS[mode]}`
}
