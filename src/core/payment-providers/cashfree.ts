import { type Fields, given } from '../input/fields.ts'
import { REVIEW_AFTER_HOURS } from '../payments/next-look.ts'
import {
  MODE_FIELD,
  type ProviderTraits,
  readMode,
  readSecret,
  type TypeSettings,
} from './provider-traits.ts'

const CREDENTIAL = /^[A-Za-z0-9_-]{1,250}$/

export const CASHFREE: ProviderTraits = {
  name: 'Cashfree',
  home: 'https://cashfree.com/',
  fields: [
    { name: 'client_id', kind: 'secret', says: 'Never shown again.' },
    { name: 'client_secret', kind: 'secret', says: 'Never shown again. It also signs messages.' },
    MODE_FIELD,
  ],
  credentials: ['client_id', 'client_secret'],
  read: readCashfree,
  generated: null,
  methodTypes: null,
  hasPaymentPages: true,
  methodsHoldPayments: false,
  returnsToApps: false,
  // It is sent no charges and no refunds.
  replayWithinMs: 0,
  reviewAfterHours: REVIEW_AFTER_HOURS,
  isPageOnly: true,
  hasNoRefunds: true,
}

function readCashfree(fields: Fields, isNew: boolean): TypeSettings {
  const secrets = given({
    client_id: readSecret(fields, isNew, 'client_id', CREDENTIAL),
    client_secret: readSecret(fields, isNew, 'client_secret', CREDENTIAL),
  })
  return { mode: readMode(fields, isNew), settings: {}, secrets: secrets as Record<string, string> }
}
