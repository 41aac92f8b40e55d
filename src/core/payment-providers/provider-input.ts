import { Fields, given, type Input } from '../input/fields.ts'
import { PROVIDER_TYPES, type ProviderMode, type ProviderType } from '../payments/gateway.ts'
import { type Outcome, outcome, Problems, refusedFields } from '../problems.ts'
import type { ProviderTraits } from './provider-traits.ts'
import { knownTraits } from './provider-types.ts'

const CODE_LENGTH_MAX = 255
const URL_LENGTH_MAX = 1024

/** What a request says of a connection; absent keys stay as they are. */
export type ProviderChange = {
  readonly code?: string
  readonly name?: string
  readonly successRedirectUrl?: string | null
  readonly refundDuplicates?: boolean
  /** The type's own settings. */
  readonly settings: Readonly<Record<string, unknown>>
  /** New secrets by field; null takes one away. */
  readonly secrets: Readonly<Record<string, string>>
}

export type NewProvider = ProviderChange & {
  readonly type: ProviderType
  readonly mode: ProviderMode
  readonly code: string
  readonly name: string
}

/**
 * Reads a new connection (docs/rules/provider-payments.md#connections): 422 with every fault at once. A sandbox takes
 * only secrets of a test account: `mode: live_credentials_in_sandbox`.
 */
export function readNewProvider(input: Input, isSandbox: boolean): Outcome<NewProvider> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const type = fields.word('type', PROVIDER_TYPES)
  const traits = type ? knownTraits(type) : undefined
  const read = traits?.read
  if (type === null || (type === undefined && !fields.has('type')))
    fields.refuse('type', 'value_is_mandatory')
  else if (type && !read) fields.refuse('type', 'value_is_invalid')
  const code = fields.mandatoryId('code', CODE_LENGTH_MAX)
  const name = fields.mandatoryText('name', CODE_LENGTH_MAX)
  const common = readCommon(fields, traits)
  const own = read?.(fields, true)
  if (own?.mode === 'live' && isSandbox) fields.refuse('mode', 'live_credentials_in_sandbox')
  if (problems.any || !type || !own || code === undefined || name === undefined) {
    return refusedFields(problems.details())
  }
  return outcome({
    type,
    mode: own.mode ?? 'test',
    code,
    name,
    ...common,
    settings: own.settings,
    secrets: own.secrets,
  })
}

/**
 * Reads a change of a connection. Its type and mode stay: secrets of the other mode are those of another account, 422
 * `credentials_of_another_account`.
 */
export function readProviderChange(
  input: Input,
  { type, mode }: { readonly type: ProviderType; readonly mode: ProviderMode },
): Outcome<ProviderChange> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const code = fields.presentId('code', CODE_LENGTH_MAX)
  const name = fields.presentText('name', CODE_LENGTH_MAX)
  const traits = knownTraits(type)
  const common = readCommon(fields, traits)
  const own = traits?.read(fields, false) ?? { settings: {}, secrets: {}, mode: undefined }
  if (own.mode !== undefined && own.mode !== mode) {
    for (const secret of Object.keys(own.secrets)) fields.refuse(secret, 'credentials_of_another_account')
  }
  return problems.outcome({
    ...given({ code, name }),
    ...common,
    settings: own.settings,
    secrets: own.secrets,
  })
}

const WEB = /^https?:\/\/[^\s/?#]+\S*$/i
/** An address that an app has claimed; those that a browser would run or open itself are none. */
const APP = /^(?!(?:javascript|data|vbscript|file|blob|https?):)[a-z][a-z0-9+.-]*:\/\/\S+$/i

function readCommon(
  fields: Fields,
  traits: ProviderTraits | undefined,
): Pick<ProviderChange, 'successRedirectUrl' | 'refundDuplicates'> {
  const url = fields.text('success_redirect_url', URL_LENGTH_MAX)
  const isTaken = (text: string) => WEB.test(text) || (traits?.returnsToApps === true && APP.test(text))
  const isUrl = typeof url !== 'string' || url === '' || isTaken(url)
  if (!isUrl) fields.refuse('success_redirect_url', 'url_is_invalid')
  return given({
    successRedirectUrl: url === '' ? null : url,
    refundDuplicates: fields.boolean('refund_duplicates') ?? undefined,
  })
}
