/** Why there is no e-invoice, in sentences. */

const OWNERS = { billing_entity: "The billing entity's", customer: "The customer's" } as const

const FIELDS: Readonly<Record<string, string>> = {
  name: 'name',
  country: 'country',
  city: 'city',
  zipcode: 'postcode',
  phone: 'telephone number',
  email: 'e-mail address',
  legal_number: 'legal number (in France its SIREN)',
  tax_identification_number: 'VAT or tax number',
}

const STATES: Readonly<Record<string, string>> = {
  value_is_mandatory: 'is missing',
  value_is_invalid: 'is not one that is accepted here',
  value_is_too_long: 'is too long',
}

/** Whose data is to be mended: the page of which of the two. */
export type EInvoiceOwner = keyof typeof OWNERS

/** The sentence for a field of `einvoice_error` and its code; of an unknown one what the API says. */
export function textOfEInvoice(field: string, code: string): string {
  const [owner = '', name = ''] = field.split('.')
  if (code === 'einvoice_currency_not_supported') return 'An e-invoice cannot be issued in this currency.'
  if (code.startsWith('rule_failed:')) {
    return `The document breaks the rule ${code.slice('rule_failed:'.length)}.`
  }
  const state = STATES[code]
  if (name === 'number' && state) return `The number of the document ${state}.`
  const words = FIELDS[name]
  if (!isOwner(owner) || !words || !state) return `${field}: ${code}.`
  return `${OWNERS[owner]} ${words} ${state}.`
}

/** Whose data the fields of an `einvoice_error` are. */
export function ownersOf(fields: readonly string[]): ReadonlySet<EInvoiceOwner> {
  return new Set(fields.map((field) => field.split('.')[0] ?? '').filter(isOwner))
}

function isOwner(text: string): text is EInvoiceOwner {
  return text in OWNERS
}
