import { type Fields, given } from '../input/fields.ts'
import type { ProviderMode } from '../payments/gateway.ts'
import { REVIEW_AFTER_HOURS } from '../payments/next-look.ts'
import { KEPT_FOR_A_DAY_MS } from '../payments/provider-payment.ts'
import type { ProviderTraits, TypeSettings } from './provider-traits.ts'

const SECRET_KEY = /^(?:sk|rk)_(test|live)_[A-Za-z0-9_]{1,250}$/
const WEBHOOK_SECRET = /^whsec_[A-Za-z0-9_+/=]{1,250}$/
const WEBHOOK_ID = /^we_[A-Za-z0-9_]{1,250}$/

const STORED = ['card', 'sepa_debit', 'us_bank_account', 'bacs_debit', 'link', 'boleto']

export const STRIPE: ProviderTraits = {
  name: 'Stripe',
  home: 'https://stripe.com/',
  fields: [
    { name: 'secret_key', kind: 'secret', says: 'Never shown again.' },
    { name: 'webhook_id', kind: 'text', isHidden: true },
    { name: 'webhook_secret', kind: 'secret', says: 'For keys that may not register endpoints.' },
    { name: 'supports_3ds', kind: 'flag' },
    { name: 'require_terms_of_service_consent', kind: 'flag' },
  ],
  credentials: ['secret_key'],
  read: readStripe,
  generated: null,
  methodTypes: { all: [...STORED, 'crypto', 'customer_balance'], stored: STORED, standard: ['card'] },
  hasPaymentPages: true,
  methodsHoldPayments: false,
  returnsToApps: false,
  replayWithinMs: KEPT_FOR_A_DAY_MS,
  reviewAfterHours: REVIEW_AFTER_HOURS,
}

/** The secret key tells whether it is a test account. */
function readStripe(fields: Fields, isNew: boolean): TypeSettings {
  const key = isNew ? fields.mandatoryText('secret_key') : fields.presentText('secret_key')
  const mode = key === undefined ? undefined : (SECRET_KEY.exec(key)?.[1] as ProviderMode | undefined)
  if (key !== undefined && mode === undefined) fields.refuse('secret_key', 'value_is_invalid')
  const webhookSecret = matching(fields, 'webhook_secret', WEBHOOK_SECRET)
  const webhookId = matching(fields, 'webhook_id', WEBHOOK_ID)
  return {
    mode,
    settings: given({
      supports_3ds: fields.boolean('supports_3ds') ?? undefined,
      require_terms_of_service_consent: fields.boolean('require_terms_of_service_consent') ?? undefined,
      webhook_id: webhookId,
    }),
    secrets: given({ secret_key: key, webhook_secret: webhookSecret }) as Record<string, string>,
  }
}

function matching(fields: Fields, key: string, form: RegExp): string | undefined {
  const text = fields.text(key)
  if (typeof text !== 'string') return undefined
  return form.test(text) ? text : fields.refuse(key, 'value_is_invalid')
}
