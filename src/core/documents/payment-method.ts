import type { FrozenMethod } from './frozen.ts'
import { type Locale, say } from './words.ts'

/** Names that are more than their first letter in capitals. */
const NAMES: Readonly<Record<string, string>> = {
  amex: 'American Express',
  au_becs_debit: 'BECS',
  bacs_debit: 'Bacs',
  cartes_bancaires: 'Cartes Bancaires',
  diners: 'Diners Club',
  eftpos_au: 'eftpos',
  gocardless: 'GoCardless',
  ideal: 'iDEAL',
  jcb: 'JCB',
  mastercard: 'Mastercard',
  moneyhash: 'MoneyHash',
  paypal: 'PayPal',
  sepa_debit: 'SEPA',
  unionpay: 'UnionPay',
  us_bank_account: 'ACH',
}

/**
 * How a payment was made, as its receipt says it: the brand of a card or the kind of a debit with its last four digits,
 * else the name of the provider; of a payment that was recorded by hand its reference. Null when nothing is known.
 */
export function methodText(locale: Locale, method: FrozenMethod | null): string | null {
  if (method === null) return null
  const { kind, reference, provider, type, brand, last4 } = method
  if (kind === 'manual') {
    const word = say(locale, 'method.manual')
    return reference?.trim() ? `${word} (${reference.trim()})` : word
  }
  // A card without a brand is only named by its provider.
  const name = [brand, type === 'card' ? null : type, provider].find((each) => each && each !== 'unknown')
  if (!name) return null
  return last4 ? `${nameOf(name)} ${last4}` : nameOf(name)
}

function nameOf(code: string): string {
  const known = NAMES[code]
  if (known !== undefined) return known
  const words = code.replaceAll('_', ' ').trim()
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`
}
