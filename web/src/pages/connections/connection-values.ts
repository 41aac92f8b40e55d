import { OWN_API } from '../../api/queries.ts'
import type { PaymentProvider } from '../../api/types.ts'
import { fieldsOf, kindOf, type OwnField, type OwnName, type ProviderKind } from './provider-kinds.ts'

export const CONNECTIONS = `${OWN_API}/payment_providers`

const SWITCHES = ['supports_3ds', 'require_terms_of_service_consent'] as const
type SwitchName = (typeof SWITCHES)[number]
type TextName = Exclude<OwnName, SwitchName>
type SecretName = Exclude<TextName, 'mode'>

export type ConnectionValues = {
  type: ProviderKind
  name: string
  previousName: string
  code: string
  success_redirect_url: string
  refund_duplicates: boolean
} & Record<SwitchName, boolean> &
  Record<TextName, string>

/** What a form is about: a new connection or a stored one, and in which sort of organization. */
export type FormOf = { readonly isNew: boolean; readonly isSandbox: boolean }

/** The values of an empty form. */
export const newConnection = (type: ProviderKind): ConnectionValues => ({
  type,
  name: '',
  previousName: '',
  code: '',
  success_redirect_url: '',
  refund_duplicates: true,
  secret_key: '',
  webhook_secret: '',
  supports_3ds: false,
  require_terms_of_service_consent: false,
  access_token: '',
  environment: '',
  api_key: '',
  merchant_account: '',
  live_prefix: '',
  hmac_key: '',
  token_hmac_key: '',
  client_id: '',
  client_secret: '',
  flow_id: '',
  mode: '',
})

/** A stored connection as the form shows it: its secrets are empty, because nobody can see them again. */
export function valuesOfConnection(stored: PaymentProvider): ConnectionValues {
  const type = stored.type as ProviderKind
  const own = fieldsOf(type, false, false).filter(({ kind }) => kind !== 'secret')
  return {
    ...newConnection(type),
    name: stored.name,
    previousName: stored.name,
    code: stored.code,
    success_redirect_url: stored.success_redirect_url ?? '',
    refund_duplicates: stored.refund_duplicates,
    ...Object.fromEntries(
      own.map(({ name, kind }) => [name, stored[name] ?? (kind === 'switch' ? false : '')] as const),
    ),
  }
}

const textOf = (values: ConnectionValues, name: OwnName): string => String(values[name]).trim()

/** The request body of what is typed. Empty secrets are left out, which keeps those that are stored. */
export function bodyOfConnection(values: ConnectionValues, form: FormOf): Record<string, unknown> {
  const { type } = values
  const own = fieldsOf(type, form.isNew, form.isSandbox).flatMap(
    ({ name, kind }): (readonly [OwnName, string | boolean])[] => {
      if (kind === 'switch') return [[name, values[name] === true]]
      const text = textOf(values, name)
      return text === '' ? [] : [[name, text]]
    },
  )
  return {
    ...(form.isNew ? { type } : {}),
    name: values.name.trim(),
    code: values.code.trim(),
    success_redirect_url: values.success_redirect_url.trim() || null,
    ...(kindOf(type)?.hasNoRefunds ? {} : { refund_duplicates: values.refund_duplicates }),
    ...Object.fromEntries(own),
  }
}

/** The same with its secrets hidden, to be shown. */
export function shownBody(values: ConnectionValues, form: FormOf): Record<string, unknown> {
  const secrets = fieldsOf(values.type, form.isNew, form.isSandbox).filter(({ kind }) => kind === 'secret')
  const hidden = new Set<string>(secrets.map(({ name }) => name))
  return Object.fromEntries(
    Object.entries(bodyOfConnection(values, form)).map(([name, value]) => [
      name,
      hidden.has(name) ? '…' : value,
    ]),
  )
}

/** What is wrong with a connection, by field. */
export function checkConnection(values: ConnectionValues, form: FormOf): Record<string, string | undefined> {
  const own = fieldsOf(values.type, form.isNew, form.isSandbox)
  return {
    name: values.name.trim() === '' ? 'Give the connection a name.' : undefined,
    code: values.code.trim() === '' ? 'Give the connection a code.' : undefined,
    ...Object.fromEntries(own.map((field) => [field.name, faultOf(values, field, form.isNew)])),
  }
}

const FORMS: Readonly<Partial<Record<OwnName, readonly [form: RegExp, says: string]>>> = {
  merchant_account: [/^[A-Za-z0-9_-]{1,80}$/, 'Only letters, digits, hyphens and underscores.'],
  live_prefix: [
    /^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/,
    'Only letters, digits and single hyphens: not the whole address.',
  ],
  hmac_key: [/^[0-9A-Fa-f]{64}$/, 'An HMAC key has 64 digits and letters from A to F.'],
  token_hmac_key: [/^[0-9A-Fa-f]{64}$/, 'An HMAC key has 64 digits and letters from A to F.'],
  flow_id: [/^.{1,20}$/, 'It has 20 characters at most.'],
}

function faultOf(values: ConnectionValues, field: OwnField, isNew: boolean): string | undefined {
  const text = textOf(values, field.name)
  const [form, says] = FORMS[field.name] ?? []
  if (text !== '' && form && !form.test(text)) return says
  if (field.name === 'environment') return environmentFault(values)
  if (text !== '' || !field.isRequired) return undefined
  if (field.kind === 'secret') return isNew ? 'Paste what the provider gave you.' : undefined
  return field.kind === 'choice' ? 'Choose one of them.' : 'This is required.'
}

/** A token that does not begin with its environment needs one. */
function environmentFault({ access_token, environment }: ConnectionValues): string | undefined {
  const token = access_token.trim()
  const isTold = token === '' || /^(live|sandbox)_/.test(token) || environment !== ''
  return isTold ? undefined : 'Choose the environment of this token.'
}

/** The field at which the API's refusal of a field is shown: that of the mode where another one tells the mode. */
export function fieldOfRefusal(field: string, type: ProviderKind): string {
  return field === 'mode' ? (kindOf(type)?.modeField ?? field) : field
}

/** What is said under a field: a stored secret is kept when nothing is typed. */
export function helpOf(field: OwnField, stored: PaymentProvider | null): string | undefined {
  if (field.kind === 'switch') return field.help
  const now = field.kind === 'secret' ? stored?.[field.name as SecretName] : null
  if (now) return `Now ${now}. Leave it empty to keep it.`
  const parts = [
    field.isRequired ? undefined : 'Optional.',
    field.help,
    field.kind === 'secret' && field.isRequired ? 'Not shown again once it is saved.' : undefined,
  ].filter((part) => part !== undefined)
  return parts.length === 0 ? undefined : parts.join(' ')
}

/** What is set of a connection, by name: its messages have a place of their own, and the mode is in its title. */
export function settingsOf(connection: PaymentProvider): readonly (readonly [string, string | null])[] {
  const kind = kindOf(connection.type)
  const own = (kind?.fields ?? [])
    .filter((field) => field.name !== 'mode' && !(field.kind === 'secret' && field.signs))
    .map((field) => settingOf(connection, field))
  return [
    ...own,
    ['Page after paying', connection.success_redirect_url],
    [
      'What was paid twice',
      kind?.hasNoRefunds
        ? 'Waits for somebody'
        : connection.refund_duplicates
          ? 'Goes back at once'
          : 'Stays',
    ],
  ]
}

function settingOf(connection: PaymentProvider, field: OwnField): readonly [string, string | null] {
  const value = field.name === 'mode' ? null : connection[field.name]
  if (field.kind === 'switch') {
    const [name, on, off] = field.told
    return [name, value === true ? on : off]
  }
  const text = typeof value === 'string' ? value : null
  const chosen = field.kind === 'choice' ? field.options.find((option) => option.value === text) : undefined
  return [field.label, chosen?.label ?? text]
}

/** What signs the messages of a connection, by name. */
export function signaturesOf(connection: PaymentProvider): readonly (readonly [string, string | null])[] {
  const kind = kindOf(connection.type)
  if (kind?.byHand?.hasMadeSecret) return [['Signed with', connection.webhook_secret ?? null]]
  return (kind?.fields ?? []).flatMap((field) =>
    field.kind === 'secret' && field.signs ? [[field.signs, settingOf(connection, field)[1]] as const] : [],
  )
}

/** Whether messages come that are all refused, because what signs them is not known yet. */
export const lacksSignature = ({ type, hmac_key }: PaymentProvider): boolean => type === 'adyen' && !hmac_key

/** How messages of the provider get here, in a few words. */
export const MESSAGES_TEXT: Readonly<Record<PaymentProvider['webhook_state'], string>> = {
  registered: 'Asked for by Weir',
  manual: 'Set up by hand',
  missing: 'Not set up',
}

const WARNINGS: Readonly<Record<string, string>> = {
  hmac_key_missing: 'Its messages are refused until it has an HMAC key.',
  creditor_not_verified: 'GoCardless has not verified the account yet.',
}

/** What the test of a connection warns of, in words. */
export const textOfWarning = (warning: string): string => WARNINGS[warning] ?? warning
