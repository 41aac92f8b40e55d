import { DAY_MS } from '../calendar/instant.ts'
import { type Fields, given } from '../input/fields.ts'
import type { ProviderTraits, TypeSettings } from './provider-traits.ts'

const API_KEY = /^[\x21-\x7e]{1,500}$/
const MERCHANT_ACCOUNT = /^[A-Za-z0-9_-]{1,80}$/
/** It becomes a part of a host name: nothing else is taken. */
const LIVE_PREFIX = /^(?=.{1,100}$)[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/
const HMAC_KEY = /^[0-9A-Fa-f]{64}$/

export const ADYEN: ProviderTraits = {
  name: 'Adyen',
  home: 'https://www.adyen.com/',
  fields: [
    { name: 'api_key', kind: 'secret', says: 'Never shown again.' },
    { name: 'merchant_account', kind: 'text', says: 'The account at Adyen. It stays.' },
    { name: 'live_prefix', kind: 'text', says: 'The prefix of the live address; test accounts have none.' },
    { name: 'hmac_key', kind: 'secret', says: 'Of the standard webhook; no message is taken without it.' },
    { name: 'token_hmac_key', kind: 'secret', says: 'Of the webhook of stored methods, where there is one.' },
  ],
  credentials: ['api_key'],
  read: readAdyen,
  generated: null,
  acknowledgement: '[accepted]',
  methodTypes: null,
  hasPaymentPages: true,
  methodsHoldPayments: false,
  returnsToApps: true,
  // Keys live for a week at least.
  replayWithinMs: 6 * DAY_MS,
  // Messages are all that tells, and those of three days may be on their way.
  reviewAfterHours: 72,
}

/** With a live prefix it is a live account. A connection stays with its account. */
function readAdyen(fields: Fields, isNew: boolean): TypeSettings {
  const secrets = given({
    api_key: matching(fields, 'api_key', API_KEY, isNew),
    hmac_key: matching(fields, 'hmac_key', HMAC_KEY),
    token_hmac_key: matching(fields, 'token_hmac_key', HMAC_KEY),
  }) as Record<string, string>
  if (!isNew) return { mode: undefined, settings: {}, secrets }
  const merchant_account = matching(fields, 'merchant_account', MERCHANT_ACCOUNT, true)
  const live_prefix = matching(fields, 'live_prefix', LIVE_PREFIX)
  return {
    mode: live_prefix === undefined ? 'test' : 'live',
    settings: given({ merchant_account, live_prefix }),
    secrets,
  }
}

function matching(fields: Fields, key: string, form: RegExp, isMandatory = false): string | undefined {
  const text = isMandatory ? fields.mandatoryText(key) : fields.text(key)
  if (typeof text !== 'string' || text === '') return undefined
  return form.test(text) ? text : fields.refuse(key, 'value_is_invalid')
}
