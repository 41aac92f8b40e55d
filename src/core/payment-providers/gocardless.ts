import type { Fields } from '../input/fields.ts'
import type { ProviderMode } from '../payments/gateway.ts'
import { REVIEW_AFTER_HOURS } from '../payments/next-look.ts'
import { KEPT_FOR_A_DAY_MS } from '../payments/provider-payment.ts'
import type { ProviderTraits, TypeSettings } from './provider-traits.ts'

const ACCESS_TOKEN = /^[A-Za-z0-9_.-]{1,300}$/
const ENVIRONMENTS = ['live', 'sandbox'] as const
const MODES: Readonly<Record<string, ProviderMode>> = { live: 'live', sandbox: 'test' }
const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

export const GOCARDLESS: ProviderTraits = {
  name: 'GoCardless',
  home: 'https://gocardless.com/',
  fields: [
    { name: 'access_token', kind: 'secret', says: 'Never shown again.' },
    {
      name: 'environment',
      kind: 'text',
      says: 'live or sandbox; needed for a token that does not begin with it.',
    },
    { name: 'webhook_secret', kind: 'secret' },
  ],
  credentials: ['access_token'],
  read: readGoCardless,
  generated: { field: 'webhook_secret', alphabet: ALPHANUMERIC, length: 50 },
  methodTypes: null,
  hasPaymentPages: false,
  methodsHoldPayments: true,
  returnsToApps: false,
  replayWithinMs: KEPT_FOR_A_DAY_MS,
  reviewAfterHours: REVIEW_AFTER_HOURS,
}

/** The token tells whether it is a test account, or the environment does; they may not contradict each other. */
function readGoCardless(fields: Fields, isNew: boolean): TypeSettings {
  const given = isNew ? fields.mandatoryText('access_token') : fields.presentText('access_token')
  const token = given !== undefined && ACCESS_TOKEN.test(given) ? given : undefined
  if (given !== undefined && token === undefined) fields.refuse('access_token', 'value_is_invalid')
  const secrets = token === undefined ? {} : { access_token: token }
  const prefix = token === undefined ? undefined : /^(live|sandbox)_/.exec(token)?.[1]
  // A connection stays in its environment.
  if (!isNew) return { mode: MODES[prefix ?? ''], settings: {}, secrets }
  const named = fields.word('environment', ENVIRONMENTS) ?? undefined
  const isContradicted = named !== undefined && prefix !== undefined && named !== prefix
  if (isContradicted) fields.refuse('environment', 'value_is_invalid')
  const environment = isContradicted ? undefined : (named ?? prefix)
  if (token !== undefined && prefix === undefined && fields.isBlank('environment')) {
    fields.refuse('environment', 'value_is_mandatory')
  }
  return { mode: MODES[environment ?? ''], settings: environment ? { environment } : {}, secrets }
}
