import { randomBytes } from 'node:crypto'
import type { Instant } from '../../core/calendar/instant.ts'
import type { Input } from '../../core/input/fields.ts'
import {
  type AccessGiven,
  environmentMeant,
  forgottenBefore,
  type GoCardlessEnvironment,
  readAccessGiven,
  standingOf,
} from '../../core/payment-providers/gocardless-access.ts'
import { readNewProvider } from '../../core/payment-providers/provider-input.ts'
import { traitsOf } from '../../core/payment-providers/provider-types.ts'
import type { ProviderMode } from '../../core/payments/gateway.ts'
import { accepted, forbidden, gone, invalid, Refusal } from '../../core/refusal.ts'
import { authorizationUrl, exchangeAccessCode } from '../../gateways/gocardless/oauth.ts'
import {
  type AuthorizationRow,
  insertAuthorization,
  lockAuthorization,
  useAuthorization,
} from '../../store/provider-authorizations.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context, OAuthApp } from '../context.ts'
import type { Actor } from '../security-logs/log-security.ts'
import type { WithMadeSecrets } from './made-secrets.ts'
import { connectProvider, refuseLiveAtFake, refuseTakenCode } from './save-provider.ts'
import { presentKeyId } from './secrets.ts'

const STATE_BYTES = 32

/**
 * Where the holder of an account at GoCardless gives access to it (docs/rules/provider-payments.md#access-by-gocardless),
 * and the state that the exchange is to bring back within ten minutes of real time. 403 `oauth_app_missing` without an
 * app; 422 `environment: live_credentials_in_sandbox`.
 */
export async function askForAccess(
  context: Context,
  caller: Caller,
  named: GoCardlessEnvironment | undefined,
): Promise<{ readonly url: string; readonly state: string }> {
  const app = appOf(context)
  const { organizationId, organization } = caller
  const environment = accepted(environmentMeant(named, organization.isSandbox))
  const mode = modeOf(environment)
  refuseLiveAtFake(context, 'gocardless', mode)
  const { oauthProxyUrl, providerHosts } = context.settings
  const redirectUri = `${oauthProxyUrl}/gocardless/callback`
  const state = randomBytes(STATE_BYTES).toString('base64url')
  const now = context.systemNow()
  const asked = { organizationId, state, environment, redirectUri, now, forgetBefore: forgottenBefore(now) }
  await inTransaction(context.database, caller, (tx) => insertAuthorization(tx, asked))
  const url = authorizationUrl(providerHosts.gocardless ?? null, mode, {
    clientId: app.id,
    redirectUri,
    state,
  })
  return { url, state }
}

/**
 * Exchanges the code that GoCardless has sent an account holder back with for a token, and makes a connection with it.
 * Everything that can be checked is checked before the state is used up, which happens before GoCardless is asked. 403
 * `oauth_app_missing`; 410 `authorization_expired` or `authorization_used`; 422 `state: value_is_invalid` for a state of
 * nobody or of another organization, `access_code: value_is_invalid` when GoCardless denies the code, and
 * `third_party_error` when it gives no token; otherwise as `createProvider`. Nothing is saved then.
 */
export async function exchangeAccess(
  context: Context,
  caller: Caller,
  input: Input,
  actor: Actor,
): Promise<WithMadeSecrets> {
  const app = appOf(context)
  presentKeyId(context)
  const given = accepted(readAccessGiven(input))
  await refuseTakenCode(context, caller, given.code)
  const now = context.systemNow()
  const asked = await inTransaction(context.database, caller, async (tx) => {
    const row = usable(await lockAuthorization(tx, given.state), now)
    refuseLiveAtFake(context, 'gocardless', modeOf(row.environment))
    await useAuthorization(tx, given.state, now)
    return row
  })
  const { environment, redirectUri } = asked
  const accessToken = await tokenFor(context, app, modeOf(environment), { ...given, redirectUri })
  const { code, name } = given
  const read = readNewProvider(
    { type: 'gocardless', code, name, environment, access_token: accessToken },
    caller.organization.isSandbox,
  )
  // A token of the other environment.
  if (!read.ok) throw failed('an answer that cannot be read')
  return connectProvider(context, caller, read.value, actor)
}

/** A request that an exchange may use; refuses any other. */
function usable(
  row: AuthorizationRow | undefined,
  now: Instant,
): { readonly environment: GoCardlessEnvironment; readonly redirectUri: string } {
  if (!row) throw invalid({ state: ['value_is_invalid'] })
  const standing = standingOf(row, now)
  if (standing === 'used') throw gone('authorization_used')
  if (standing === 'expired') throw gone('authorization_expired')
  return { environment: row.environment as GoCardlessEnvironment, redirectUri: row.redirectUri }
}

async function tokenFor(
  { settings }: Context,
  app: OAuthApp,
  mode: ProviderMode,
  { redirectUri, accessCode }: AccessGiven & { readonly redirectUri: string },
): Promise<string> {
  const host = settings.providerHosts.gocardless ?? null
  const asked = { clientId: app.id, clientSecret: app.secret, redirectUri, accessCode }
  const answer = await exchangeAccessCode(host, mode, asked)
  switch (answer.kind) {
    case 'granted':
      return answer.accessToken
    case 'denied':
      throw invalid({ access_code: ['value_is_invalid'] })
    case 'throttled':
      throw new Refusal({ kind: 'throttled' })
    case 'failed':
      throw failed(answer.message)
  }
}

function failed(message: string): Refusal {
  return new Refusal({ kind: 'third_party', party: traitsOf('gocardless').name, message })
}

function appOf({ settings }: Context): OAuthApp {
  if (settings.gocardlessApp === null) throw forbidden('oauth_app_missing')
  return settings.gocardlessApp
}

function modeOf(environment: GoCardlessEnvironment): ProviderMode {
  return environment === 'live' ? 'live' : 'test'
}
