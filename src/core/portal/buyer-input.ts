import type { Decimal } from '../amounts/decimal.ts'
import { type CustomerChange, readCustomer } from '../customers/customer-change.ts'
import { Fields, given, type Input } from '../input/fields.ts'
import { type Outcome, Problems } from '../problems.ts'
import { readCredits } from '../wallets/credit-input.ts'

/** What customers may change of themselves; prices, terms and providers follow from nothing of it. */
const OWN_FIELDS = [
  'name',
  'firstname',
  'lastname',
  'legal_name',
  'tax_identification_number',
  'email',
  'customer_type',
  'address_line1',
  'address_line2',
  'city',
  'state',
  'zipcode',
  'country',
  'shipping_address',
] as const

/**
 * Reads what a customer changes of itself in the portal, by the rules of `POST /customers`. Every other field is
 * ignored, and the customer is the session's, whatever the body says. 422 with every invalid field.
 */
export function readOwnChange(input: Input, externalId: string): Outcome<CustomerChange> {
  const own = Object.fromEntries(
    OWN_FIELDS.filter((key) => input[key] !== undefined).map((key) => [key, input[key]]),
  )
  const locale = given({ document_locale: input.document_locale })
  return readCustomer({
    ...own,
    external_id: externalId,
    ...('document_locale' in locale ? { billing_configuration: locale } : {}),
  })
}

/** Reads how many credits a customer buys: more than zero; free credits are never asked for here. */
export function readPurchase(input: Input): Outcome<Decimal> {
  const problems = new Problems()
  const credits = readCredits(input, 'paid_credits', problems)
  if (!problems.any && credits.isZero()) problems.add('paid_credits', 'value_is_mandatory')
  return problems.outcome(credits)
}

/** Reads to which plan a customer changes, and what it agreed to. */
export function readOwnPlanChange(
  input: Input,
): Outcome<{ readonly planId: string; readonly terms: string }> {
  const problems = new Problems()
  const fields = new Fields(input, problems)
  const planId = fields.mandatoryText('plan_id') ?? ''
  const terms = fields.mandatoryText('terms') ?? ''
  return problems.outcome({ planId, terms })
}
