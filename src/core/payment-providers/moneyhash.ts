import { type Fields, given } from '../input/fields.ts'
import { REVIEW_AFTER_HOURS } from '../payments/next-look.ts'
import {
  MODE_FIELD,
  type ProviderTraits,
  readMode,
  readSecret,
  type TypeSettings,
} from './provider-traits.ts'

const API_KEY = /^[\x21-\x7e]{1,250}$/
const FLOW_ID_LENGTH_MAX = 20

export const MONEYHASH: ProviderTraits = {
  name: 'MoneyHash',
  home: 'https://moneyhash.io/',
  fields: [
    { name: 'api_key', kind: 'secret', says: 'Never shown again.' },
    { name: 'flow_id', kind: 'text', says: 'The payment flow of MoneyHash that intents go through.' },
    MODE_FIELD,
  ],
  credentials: ['api_key'],
  read: readMoneyHash,
  generated: null,
  methodTypes: null,
  hasPaymentPages: true,
  methodsHoldPayments: false,
  returnsToApps: false,
  // It has no keys against repetition: nothing is sent twice.
  replayWithinMs: 0,
  reviewAfterHours: REVIEW_AFTER_HOURS,
  hasNoRefunds: true,
}

function readMoneyHash(fields: Fields, isNew: boolean): TypeSettings {
  const key = readSecret(fields, isNew, 'api_key', API_KEY)
  const flow = isNew
    ? fields.mandatoryText('flow_id', FLOW_ID_LENGTH_MAX)
    : fields.presentText('flow_id', FLOW_ID_LENGTH_MAX)
  return {
    mode: readMode(fields, isNew),
    settings: given({ flow_id: flow }),
    secrets: given({ api_key: key }) as Record<string, string>,
  }
}
