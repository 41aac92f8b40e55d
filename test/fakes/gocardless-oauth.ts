import type { Answer } from './chaotic-server.ts'

/** The app that is registered at the fake. */
export const OAUTH_APP = { id: 'weir-app', secret: 'weir-app-secret' }

/** The part of GoCardless in which holders of accounts give apps access to them. */
export class GoCardlessOAuth {
  private readonly grants = new Map<string, { readonly redirectUri: string; readonly token: string }>()
  private count = 0
  /** Answers in place of the right one, the next first. */
  readonly nonsense: Answer[] = []

  /** The holder of an account agrees on the page of a URL: the code and state that they are sent back with. */
  agree(url: string, token = `token${this.count + 1}`): { readonly code: string; readonly state: string } {
    const asked = new URL(url)
    const { client_id, redirect_uri, response_type, scope, state } = Object.fromEntries(asked.searchParams)
    if (asked.pathname !== '/oauth/authorize' || client_id !== OAUTH_APP.id || response_type !== 'code')
      throw new Error(`no page of an app: ${url}`)
    if (scope !== 'read_write' || redirect_uri === undefined || state === undefined)
      throw new Error(`not asked for as GoCardless wants it: ${url}`)
    this.count += 1
    const code = `code-${this.count}`
    this.grants.set(code, { redirectUri: redirect_uri, token })
    return { code, state }
  }

  /** A code is for one exchange, by the app and with the address that it was given for. */
  exchange(method: string, body: string): Answer {
    const [other] = this.nonsense.splice(0, 1)
    if (other) return other
    const form = Object.fromEntries(new URLSearchParams(body))
    if (method !== 'POST' || form.grant_type !== 'authorization_code')
      return { status: 400, body: { error: 'unsupported_grant_type' } }
    if (form.client_id !== OAUTH_APP.id || form.client_secret !== OAUTH_APP.secret)
      return { status: 401, body: { error: 'invalid_client' } }
    const grant = this.grants.get(form.code ?? '')
    if (!grant || grant.redirectUri !== form.redirect_uri)
      return { status: 400, body: { error: 'invalid_grant', error_description: 'no such code' } }
    this.grants.delete(form.code ?? '')
    const token = { access_token: grant.token, token_type: 'bearer', scope: 'read_write' }
    return { status: 200, body: { ...token, organisation_id: 'OR00000001' } }
  }
}
