import { OWN_API } from '../../api/queries.ts'
import type { PaymentProvider } from '../../api/types.ts'

export const CONNECTIONS = `${OWN_API}/payment_providers`

/** The types of providers that a connection can be made to, with what there is to know before. */
export const PROVIDER_KINDS = [
  { value: 'stripe', label: 'Stripe', help: 'Cards and more: charged at once, payment pages, 3-D Secure.' },
  { value: 'gocardless', label: 'GoCardless', help: 'Direct debits from bank accounts, which take days.' },
] as const

export type ProviderKind = (typeof PROVIDER_KINDS)[number]['value']

/** What people call a type of provider. */
export const kindName = (type: string): string =>
  PROVIDER_KINDS.find(({ value }) => value === type)?.label ?? type

export type ConnectionValues = {
  type: ProviderKind
  name: string
  previousName: string
  code: string
  success_redirect_url: string
  refund_duplicates: boolean
  secret_key: string
  webhook_secret: string
  supports_3ds: boolean
  require_terms_of_service_consent: boolean
  access_token: string
  environment: string
}

type OwnField = Exclude<
  keyof ConnectionValues,
  'type' | 'name' | 'previousName' | 'code' | 'success_redirect_url' | 'refund_duplicates'
>

const SECRETS: readonly OwnField[] = ['secret_key', 'webhook_secret', 'access_token']
const FIELDS: Readonly<Record<ProviderKind, readonly OwnField[]>> = {
  stripe: ['secret_key', 'webhook_secret', 'supports_3ds', 'require_terms_of_service_consent'],
  gocardless: ['access_token', 'environment'],
}

/** The fields that a type of provider has beside those of all. */
export const fieldsOfType = (type: ProviderKind): readonly string[] => FIELDS[type]

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
})

/** A stored connection as the form shows it: its secrets are empty, because nobody can see them again. */
export const valuesOfConnection = (stored: PaymentProvider): ConnectionValues => ({
  ...newConnection(stored.type as ProviderKind),
  name: stored.name,
  previousName: stored.name,
  code: stored.code,
  success_redirect_url: stored.success_redirect_url ?? '',
  refund_duplicates: stored.refund_duplicates,
  supports_3ds: stored.supports_3ds ?? false,
  require_terms_of_service_consent: stored.require_terms_of_service_consent ?? false,
  environment: stored.environment ?? '',
})

/** The request body of what is typed. Empty secrets are left out, which keeps those that are stored. */
export function bodyOfConnection(values: ConnectionValues, isNew: boolean): Record<string, unknown> {
  const own = FIELDS[values.type].flatMap((field): (readonly [OwnField, string | boolean])[] => {
    const value = values[field]
    if (typeof value === 'boolean') return [[field, value]]
    const isMeant = value.trim() !== '' && (isNew || field !== 'environment')
    return isMeant ? [[field, value.trim()]] : []
  })
  return {
    ...(isNew ? { type: values.type } : {}),
    name: values.name.trim(),
    code: values.code.trim(),
    success_redirect_url: values.success_redirect_url.trim() || null,
    refund_duplicates: values.refund_duplicates,
    ...Object.fromEntries(own),
  }
}

/** The same with its secrets hidden, to be shown. */
export function shownBody(values: ConnectionValues, isNew: boolean): Record<string, unknown> {
  const body = bodyOfConnection(values, isNew)
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [name, SECRETS.includes(name as OwnField) ? '…' : value]),
  )
}

/** What is wrong with a connection, by field. */
export function checkConnection(
  values: ConnectionValues,
  isNew: boolean,
): Record<string, string | undefined> {
  const { type, access_token: token } = values
  const key = { stripe: 'secret_key', gocardless: 'access_token' } as const
  const isKeyMissing = isNew && values[key[type]].trim() === ''
  const needsEnvironment =
    isNew && type === 'gocardless' && token.trim() !== '' && !/^(live|sandbox)_/.test(token.trim())
  return {
    name: values.name.trim() === '' ? 'Give the connection a name.' : undefined,
    code: values.code.trim() === '' ? 'Give the connection a code.' : undefined,
    [key[type]]: isKeyMissing ? 'Paste the key that the provider gave you.' : undefined,
    environment:
      needsEnvironment && values.environment === '' ? 'Choose the environment of this token.' : undefined,
  }
}

/** How messages of the provider get here, in a few words. */
export const MESSAGES_TEXT: Readonly<Record<PaymentProvider['webhook_state'], string>> = {
  registered: 'Asked for by Weir',
  manual: 'Set up by hand',
  missing: 'Not set up',
}
