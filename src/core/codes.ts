import type { PermissionResource } from './organizations/permissions.ts'

/**
 * Every error code of the API, and its meaning (docs/decisions/0020-refusals-are-values.md). The types of
 * `problems.ts` are derived from this list, so no other code compiles; `test/codes.test.ts` finds unused ones.
 */

/** 422 `validation_errors`: codes by field name in `error_details`; `base` means the whole request. */
export const FIELD_CODES = {
  'Maximum number of webhook endpoints was reached': 'an organization has ten at most',
  answer_is_too_large: 'a page of so large objects is to be asked for in parts',
  'cannot be used with timestamp_from_started_at': 'two parameters that exclude each other',
  'required with timestamp_from_started_at': 'a parameter that another one needs',
  alert_already_exists: 'the subscription has an alert of the type, on the metric',
  amount_above_maximum: 'a purchase above the limit of its wallet',
  amount_below_minimum: 'a purchase below the limit of its wallet',
  amount_rounds_to_zero: 'credits that are worth less than a cent',
  billing_entity_must_be_in_eu: 'EU taxes need a billing entity with a country in the European Union',
  billing_periods_does_not_match: 'subscriptions of one preview are billed on different days',
  cannot_be_in_past: 'a preview looks ahead',
  clock_cannot_move_backwards: 'the clock of a sandbox is later already',
  clock_cannot_move_so_far: 'the clock of a sandbox moves a limited span at once',
  coupon_is_not_reusable: 'the customer had the coupon, which is for one use',
  country_must_be_present: 'e-invoicing needs the country of the billing entity',
  country_not_supported: 'there is no e-invoicing in the country',
  customer_not_found: 'an event names a customer that does not exist',
  does_not_match_an_instant_charge: 'no charge in advance is on the metric',
  duplicate_threshold_values: 'an alert has one threshold for a value',
  duplicated_type: 'two activation rules of one type',
  duplicated_values: 'a plan has one usage threshold for an amount',
  exceeds_available_amount: 'a wallet holds less',
  exceeds_remaining_transaction_amount: 'the transaction that is voided holds less',
  feature_not_available: 'alerts on lifetime usage are switched off',
  feature_unavailable: 'a part of the engine that is switched off',
  graduated_percentage_requires_premium_license: 'the charge model is switched off',
  incompatible_params: 'two fields that exclude each other',
  insufficient_credits: 'the wallet holds fewer credits',
  invalid_aggregation_type_or_charge_model:
    'a charge in advance that the aggregation or the model does not allow',
  invalid_amount: 'a price is no amount',
  invalid_billable_metric_or_charge_model: 'a prorated charge that the metric or the model does not allow',
  invalid_charge_model: 'a fixed charge in advance or prorated that the model does not allow',
  invalid_content_type: 'a logo is no data URL of a PNG or JPEG',
  invalid_count: 'too many entries, or two with one key',
  invalid_count_per_integration_type: 'a customer has one integration of a type',
  invalid_date: 'no ISO 8601 date or instant, or one outside the range that can be billed',
  invalid_email_format: 'no address, or a list with something else in it',
  invalid_event: 'the sample event of an expression does not fit',
  invalid_expression: 'the expression does not parse',
  invalid_fixed_amount: 'the amount of each event is no amount',
  invalid_format: 'a value of the wrong JSON type or form',
  invalid_free_units: 'the free units are no count',
  invalid_free_units_per_events: 'the free events are no count',
  invalid_free_units_per_total_aggregation: 'the free units are no amount',
  invalid_granted_credits: 'no text with an amount of credits',
  invalid_graduated_percentage_ranges: 'the ranges leave a gap or overlap',
  invalid_graduated_ranges: 'the ranges leave a gap or overlap',
  invalid_limitations: 'an unknown fee type or metric',
  invalid_package_size: 'the size of a package is no count above zero',
  invalid_key_value_pair: 'metadata of a wallet transaction is a list of keys with values',
  invalid_number_of_recurring_rules: 'a wallet has one recurring rule at most',
  invalid_paid_credits: 'no text with an amount of credits',
  invalid_payment_method: 'no such payment method',
  invalid_rate: 'a rate is no amount',
  invalid_recurring_rule: 'a recurring rule does not hold together, or breaks the limits of its wallet',
  invalid_size: 'a logo is too large',
  invalid_timestamp: 'no ISO 8601 date or instant',
  invalid_timezone: 'no time zone of the IANA list',
  invalid_transaction_type: 'fundings of what came in, or consumptions of what went out',
  invalid_type: 'a word or a list of another kind is expected',
  invalid_value: 'none of the words that are allowed',
  invalid_voided_credits: 'no text with an amount of credits',
  invalid_volume_ranges: 'the ranges leave a gap or overlap',
  key_too_long: 'a key of the metadata of a wallet transaction is longer than its bound',
  manual_payment_method_invalid_for_payment_activation_rules:
    'a payment by hand cannot decide when a subscription starts',
  missing_amount_cents: 'a usage threshold without an amount',
  missing_graduated_percentage_ranges: 'the model needs ranges',
  missing_graduated_ranges: 'the model needs ranges',
  missing_volume_ranges: 'the model needs ranges',
  multiple_recurring_thresholds: 'a plan has one recurring usage threshold',
  must_be_an_array: 'a list is expected',
  must_be_array: 'a list is expected; the word of webhook endpoints',
  must_be_greater_than_or_equal_min: 'the limits of a wallet exclude everything',
  must_be_persisted: 'only a customer has subscriptions',
  must_be_true_unless_pay_in_advance: 'only a charge in advance may go without invoices',
  nested_structure_not_allowed: 'metadata of a wallet transaction holds plain values',
  new_plan_should_be_different_from_existing_plan: 'a change of plan needs another plan',
  next_subscription_incomplete: 'the subscription that follows waits for its activation',
  no_active_subscription: 'an event names a customer without an active subscription',
  no_events: 'an empty batch',
  no_remaining_amount: 'nothing is left of the transaction that is voided',
  not_a_number: 'a rate is no number',
  not_a_valid_country_code: 'no country of ISO 3166',
  not_a_valid_language_code: 'no language that documents are written in',
  not_compatible_with_aggregation_type: 'the setting needs another aggregation',
  not_compatible_with_pay_in_advance: 'the setting needs a charge in arrears',
  no_linked_payment_provider: 'no payment provider can take the first payment of the customer',
  not_supported_yet: 'described, and not built yet',
  only_one_subscription_allowed_for_plan_change: 'a preview changes the plan of one subscription',
  only_one_subscription_allowed_for_termination: 'a preview terminates one subscription',
  only_compatible_with_pay_in_advance_and_non_invoiceable: 'regrouping needs fees that are paid one by one',
  org_must_be_in_eu: 'taxes of the European Union need a country in it',
  overlaps_other_filter: 'two filters claim the same events, and nothing tells which is meant',
  payment_provider_not_found: 'no connection to the payment provider',
  per_transaction_max_lower_than_per_transaction_min: 'the bounds of an event exclude each other',
  recurring_value_is_negative: 'the step of a recurring threshold is not above zero',
  several_active_subscriptions: 'an event names a customer with more than one active subscription',
  skip_sections_and_selected_ids_sent_together: 'two fields that exclude each other',
  subscription_billing_entities_do_not_match:
    'subscriptions of one preview are invoiced by different entities',
  subscription_currencies_does_not_match: 'subscriptions of one preview are in different currencies',
  subscription_incomplete: 'the subscription waits for its activation',
  subscription_not_pending: 'the setting can change only before the subscription starts',
  target_wallet_code_not_found: 'an event names a wallet that the customer does not have',
  too_long: 'the name of a transaction is longer than its bound',
  too_many_events: 'more events than a request may carry',
  too_many_keys: 'more keys than may be kept apart',
  total_amount_exceeds_invoice_amount: 'more is credited or refunded than the invoice holds',
  too_many_thresholds: 'more thresholds than an alert may have',
  unsupported_value: 'an entry of the list is none of the words that are allowed',
  url_is_invalid: 'no address of http or https',
  value_already_exist: 'unique, and taken',
  value_already_exists: 'the charge has a filter with these values',
  value_is_duplicated: 'twice in the request',
  value_is_invalid: 'of the wrong type, or none of the words that are allowed',
  value_is_mandatory: 'absent, null or blank',
  value_is_not_valid_number: 'the property that the metric reads is no number',
  value_is_out_of_range: 'a number below or above its bounds',
  value_is_too_long: 'longer than its bound',
  value_is_too_short: 'shorter than its bound',
  value_too_long: 'a value of the metadata of a wallet transaction is longer than its bound',
  values_are_invalid: 'a period with one end, or one that ends before it begins',
  value_must_be_blank: 'must not be given here',
  value_must_be_positive_or_zero: 'an amount below zero',
  value_not_in_select_options: 'none of the options of the privilege',
  wallet_is_terminated: 'nothing enters or leaves a terminated wallet',
  wallet_limit_reached: 'a customer has a limited number of active wallets',
  wallet_not_found: 'no such wallet',
  wallet_transaction_already_settled: 'the purchase is paid',
  wallet_transaction_has_no_attached_invoice: 'the invoice of the purchase is not made yet',
  wallet_transaction_not_found: 'no inbound transaction of the wallet',
  wallet_transaction_not_purchased: 'only purchases are paid for',
} as const

/** 404: an object in the path, or an id or code in the body, does not exist. */
export const NOT_FOUND_CODES = {
  add_on_not_found: '',
  add_ons_not_found: 'of the fixed charges of a plan',
  alert_not_found: '',
  api_key_not_found: '',
  applied_coupon_not_found: '',
  billable_metric_not_found: '',
  billable_metrics_not_found: 'of the charges of a plan or the limits of a coupon',
  billing_entity_not_found: '',
  charge_filter_not_found: '',
  charge_not_found: '',
  coupon_not_found: '',
  customer_not_found: '',
  entitlement_not_found: '',
  event_not_found: '',
  feature_not_found: '',
  fees_not_found: 'a one-off invoice without lines',
  fee_not_found: '',
  fixed_charge_not_found: '',
  invoice_custom_section_not_found: '',
  invoice_not_found: '',
  lifetime_usage_not_found: '',
  metadata_not_found: '',
  organization_not_found: '',
  plan_not_found: '',
  plans_not_found: 'of the limits of a coupon',
  pricing_unit_not_found: '',
  privilege_not_found: '',
  resource_not_found: 'no such path, or not with this method',
  subscription_not_found: '',
  tax_not_found: '',
  wallet_not_found: '',
  wallet_transaction_not_found: '',
  webhook_endpoint_not_found: '',
  webhook_not_found: '',
} as const

/** 405: not allowed in the object's current state. */
export const NOT_ALLOWED_CODES = {
  full_usage_not_allowed: 'full usage is given for one charge or group only',
  invalid_status: 'the invoice is not in the state that the request is for',
  invoiced_fee: 'the invoice of a fee answers for it',
  is_succeeded: 'the webhook was delivered',
  last_non_expiring_api_key: 'an organization keeps one key without an end',
  metadata_on_draft_invoice: 'metadata is for final invoices',
  no_active_subscription: 'there is no usage to show',
  not_deletable: 'only drafts are deleted',
  not_disputable: 'only final invoices are disputed',
  not_voidable: 'only final invoices without a lost dispute are voided',
  only_one_limitation_type_per_coupon_allowed: 'a coupon is limited to plans or to metrics',
  payment_status_update_on_draft_invoice: 'only final invoices are paid',
  plan_overlapping: 'an active coupon of the customer is for the same plan or metric',
  subscription_incomplete: 'the subscription waits for its activation',
  update_on_voided_invoice: 'a voided invoice stays as it is',
} as const

/** 409: the request conflicts with another one. */
export const CONFLICT_CODES = {
  clock_is_advancing: 'the clock of the sandbox is being moved',
  idempotency_key_in_use: 'a request with the key is being answered',
  idempotency_key_reused: 'the key was used for another request',
} as const

/** 403: not allowed for this caller, or not available in this installation. */
export const FORBIDDEN_CODES = {
  cannot_finalize_with_pending_taxes: 'the invoice becomes final by itself, once its taxes are known',
  cannot_override_charge_model: 'a subscription changes prices of a charge, and not their model',
  endpoint_not_available: 'the endpoint needs another event store',
  feature_unavailable: 'a part of the reference system that Weir does not have',
  not_a_sandbox: 'only the clock of a sandbox can be moved',
} as const

/** Errors outside of actions: the code and its status. */
export const OTHER_CODES = {
  body_too_large: 413,
  internal_error: 500,
  too_many_requests: 429,
  unsupported_media_type: 415,
  validation_errors: 422,
  service_unavailable: 503,
} as const

/** Unknown webhook types are listed in the code itself. */
export type FieldCode = keyof typeof FIELD_CODES | `contains invalid types: [${string}]`
export type NotFoundCode = keyof typeof NOT_FOUND_CODES
/** The resources of `<resource>_not_found`. */
export type MissingResource = NotFoundCode extends infer C
  ? C extends `${infer R}_not_found`
    ? R
    : never
  : never
export type NotAllowedCode = keyof typeof NOT_ALLOWED_CODES
export type ConflictCode = keyof typeof CONFLICT_CODES
/** The code names the permission that the key lacks. */
export type ForbiddenCode =
  | keyof typeof FORBIDDEN_CODES
  | `${'read' | 'write'}_action_not_allowed_for_${PermissionResource}`
export type OtherCode = keyof typeof OTHER_CODES
