import type { Fields } from '../input/fields.ts'
import { REVIEW_AFTER_HOURS } from '../payments/next-look.ts'
import { type ProviderTraits, readSecret, type TypeSettings } from './provider-traits.ts'

const SECRET_KEY = /^FLWSECK(_TEST)?-[A-Za-z0-9-]{1,250}$/
const HEX = '0123456789abcdef'

/** How long a page can be paid on, as its order says. */
export const FLUTTERWAVE_SESSION_MINUTES = 30

export const FLUTTERWAVE: ProviderTraits = {
  name: 'Flutterwave',
  home: 'https://flutterwave.com/',
  fields: [
    { name: 'secret_key', kind: 'secret', says: 'Never shown again.' },
    { name: 'webhook_secret', kind: 'secret' },
  ],
  credentials: ['secret_key'],
  read: readFlutterwave,
  generated: { field: 'webhook_secret', alphabet: HEX, length: 64 },
  methodTypes: null,
  hasPaymentPages: true,
  methodsHoldPayments: false,
  returnsToApps: false,
  // It is sent no charges and no refunds.
  replayWithinMs: 0,
  reviewAfterHours: REVIEW_AFTER_HOURS,
  isPageOnly: true,
  hasNoRefunds: true,
  pageLivesMs: FLUTTERWAVE_SESSION_MINUTES * 60_000,
}

/** The secret key tells whether it is a test account. */
function readFlutterwave(fields: Fields, isNew: boolean): TypeSettings {
  const key = readSecret(fields, isNew, 'secret_key', SECRET_KEY)
  if (key === undefined) return { mode: undefined, settings: {}, secrets: {} }
  return {
    mode: key.startsWith('FLWSECK_TEST') ? 'test' : 'live',
    settings: {},
    secrets: { secret_key: key },
  }
}
