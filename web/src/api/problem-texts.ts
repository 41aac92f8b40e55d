import type { ApiProblem } from './client.ts'

/** The codes of refusals as sentences. A code that is not listed is shown as it is, never hidden. */
const TEXTS: Readonly<Record<string, string>> = {
  value_is_mandatory: 'This is required.',
  value_already_exist: 'This is already taken.',
  value_is_invalid: 'This value is not valid.',
  invalid_value: 'This value is not valid.',
  value_is_out_of_range: 'This value is out of range.',
  value_is_too_long: 'This is too long.',
  invalid_email_format: 'This is not an e-mail address.',
  invalid_format: 'The format is not valid.',
  domain_is_not_proven: 'The record that proves it was not found.',
  invalid_content_type: 'This is not a file of the kind that is needed.',
  invalid_size: 'The file or the picture is too large, or has the wrong shape.',
  contrast_is_too_low: 'Text in this color could not be read.',
  url_is_invalid: 'Enter an address that begins with https:// or http://.',
  invalid_currency: 'This is not a currency.',
  currencies_does_not_match: 'The currency differs from the customer’s currency.',
  invalid_amount: 'Enter an amount of zero or more.',
  invalid_rate: 'Enter a rate of zero or more.',
  invalid_fixed_amount: 'Enter a fixed amount of zero or more.',
  invalid_package_size: 'The package size must be a whole number above zero.',
  invalid_free_units: 'Free units must be zero or more.',
  invalid_free_units_per_events: 'Free events must be a whole number above zero.',
  invalid_graduated_ranges: 'The tiers must start at 0, follow one another without gaps, and end open.',
  invalid_graduated_percentage_ranges:
    'The tiers must start at 0, follow one another without gaps, and end open.',
  invalid_volume_ranges: 'The tiers must start at 0, follow one another without gaps, and end open.',
  missing_graduated_ranges: 'Add at least one tier.',
  missing_graduated_percentage_ranges: 'Add at least one tier.',
  missing_volume_ranges: 'Add at least one tier.',
  per_transaction_max_lower_than_per_transaction_min: 'The maximum must not be below the minimum.',
  invalid_aggregation_type_or_charge_model: 'This metric cannot be charged that way.',
  invalid_billable_metric_or_charge_model: 'Only a recurring metric can be prorated.',
  not_compatible_with_pay_in_advance: 'This does not go with charging in advance.',
  must_be_true_unless_pay_in_advance: 'Only charges in advance can stay off the invoice.',
  clock_cannot_move_backwards: 'Time cannot go backwards.',
  clock_cannot_move_so_far: 'The clock moves by at most ten years at a time.',
  clock_is_advancing: 'The clock is moving already.',
  currency_is_locked: 'The currency is fixed once something was billed.',
  plan_overlapping: 'The customer has an active coupon for the same plan or metric.',
  invalid_credentials: 'The e-mail address or the password is wrong.',
  password_confirmation_required: 'Confirm your password to do this.',
  oauth_app_missing: 'This installation has no app at the provider that could ask for access. Paste a token.',
  authorization_expired: 'This took longer than ten minutes. Begin again.',
  authorization_used: 'This answer was used already. Begin again.',
  sign_up_closed: 'This installation does not accept sign-ups. Ask an administrator for an invitation.',
  csrf_token_invalid: 'This page is out of date. Reload it and try again.',
  higher_than_remaining_fee_amount: 'This is more than what is left of the fee.',
  higher_than_remaining_invoice_amount: 'This is more than what is left of the invoice.',
  higher_than_wallet_balance: 'This is more than the wallet still holds.',
  does_not_match_item_amounts: 'Credit, refund and offset must come to the total together.',
  total_amount_must_be_positive: 'The total must be above zero.',
  cannot_refund_unpaid_invoice: 'Only what was paid can be refunded.',
  cannot_apply_to_paid_invoice: 'Nothing is due on this invoice.',
  cannot_credit_invoice: 'This invoice cannot be credited.',
  no_voidable_amount: 'Nothing is left to void.',
  coupon_is_not_reusable: 'This customer had the coupon already, and it can be had once only.',
  must_be_greater_than_or_equal_min: 'The maximum must not be below the minimum.',
  last_admin: 'Somebody has to stay administrator.',
  cannot_revoke_own_membership: 'You cannot remove yourself.',
  cannot_grant_admin: 'Only an administrator can make others administrators.',
  cannot_grant_more: 'You cannot allow more than you may do yourself.',
  role_in_use: 'Somebody has this role.',
  invitation_for_other_address: 'This invitation is for another address. Sign out first.',
  credentials_of_another_account:
    'This key opens another account. Make a connection of its own for that one.',
  third_party_error: 'The provider did not answer. Nothing was saved; try again in a minute.',
  live_credentials_in_sandbox: 'A sandbox takes keys of test accounts only.',
  payments_in_flight:
    'Payments through this connection are still under way. Wait until they have ended, or delete it all the same.',
  invalid_status: 'The payment is no longer in a state in which this is possible.',
  no_failed_refund: 'Only a refund that failed can be sent again, and only once.',
  email_settings_disabled:
    'The billing entity does not send e-mails of this kind. You can allow them in its settings.',
  no_linked_payment_provider: 'The customer is not linked to a payment provider.',
  no_default_payment_method: 'The customer has no payment method that could be charged.',
  payment_method_not_found: 'The customer has no such payment method.',
  manual_payment_method_invalid_for_payment_activation_rules:
    'A subscription that is paid by hand cannot wait for a payment.',
  subscription_incomplete: 'The subscription waits for the payment of its first invoice.',
  plan_version_not_found: 'The plan has no such version.',
  missing_payment_provider: 'The connection of this customer no longer exists.',
  missing_payment_provider_customer: 'The provider does not know this customer yet. Try again in a minute.',
  payment_processor_is_currently_handling_payment: 'The provider is charging this invoice right now.',
  is_succeeded: 'It has been delivered already.',
  not_editable: 'This can no longer be changed.',
  offline: 'The server cannot be reached.',
}

/** Codes that mean something else on some fields. */
const TEXTS_OF_FIELDS: Readonly<Record<string, string>> = {
  'secret_key invalid_credentials': 'The provider does not know this key.',
  'access_token invalid_credentials': 'The provider does not know this token.',
  'api_key invalid_credentials': 'The provider does not know this key.',
  'secret_key value_is_invalid': 'This is not a key of this provider.',
  'embedding_origins value_is_invalid':
    'Every line is an origin such as https://app.example.com, with no path and no wildcard. Only localhost may have http://.',
  'embedding_origins invalid_count': 'There are twenty at most.',
  'provider_customer_id not_found_at_provider': 'The provider has no such customer.',
}

/** The sentence for a code; the code itself in plain words when there is none. */
export function textOfCode(code: string): string {
  const known = TEXTS[code]
  if (known) return known
  const words = code.replaceAll('_', ' ')
  const refused = /^(read|write)_action_not_allowed_for_(?!api_key$)(\w+)$/.exec(code)
  if (refused) return `The key may not ${refused[1]} ${refused[2]?.replaceAll('_', ' ')}s.`
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`
}

/** The sentences for the codes of a field. */
export const textOfField = (field: string, codes: readonly string[]): string =>
  codes.map((code) => TEXTS_OF_FIELDS[`${field} ${code}`] ?? textOfCode(code)).join(' ')

/** What the API says in place of a provider that has said nothing. */
const NO_ANSWER = 'no answer'

/** What a person should read about a refused request. */
export function textOfProblem(problem: ApiProblem): string {
  const details = Object.entries(problem.details)
  if (details.length > 0) {
    return details.map(([field, codes]) => `${labelOf(field)}: ${textOfField(field, codes)}`).join(' ')
  }
  const { third_party: party, thirdparty_error: words } = problem.texts
  if (party && words && words !== NO_ANSWER) return `${party} refuses: ${words}`
  if (problem.code) return textOfCode(problem.code)
  if (problem.status >= 500) return 'Something went wrong on the server. Nothing was changed.'
  return problem.message
}

/** A field's name in words: `amount_cents` is `Amount cents`. */
export function labelOf(field: string): string {
  const words = field.replaceAll('_', ' ').replaceAll('.', ' › ')
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`
}

/** One of the `error_details` of an invoice or a credit note. */
export type ErrorDetail = {
  readonly error_code: string
  readonly details: { readonly [key: string]: unknown }
}

/** The sentence for what is missing from an invoice or its files, and what to do about it. */
export function textOfErrorDetail({ error_code: code, details }: ErrorDetail): string {
  if (code === 'document_failed') return 'The file could not be made. Open it to try again.'
  if (code === 'fee_amount_out_of_range')
    return `A line of ${details.units} units is not billed: its amount is too large.`
  return `${labelOf(code)}.`
}
