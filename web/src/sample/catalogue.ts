/** The sample company's catalogue: request bodies for the public API, the same each time. */

const tiers = (rows: readonly (readonly [number, number | null, string, string])[], price: string) =>
  rows.map(([from_value, to_value, each, flat_amount]) => ({
    from_value,
    to_value,
    [price]: each,
    flat_amount,
  }))

/** One metric for each aggregation but the custom one, which the API does not offer. */
export const METRICS = [
  { name: 'API calls', code: 'api_calls', aggregation_type: 'count_agg' },
  {
    name: 'Tokens',
    code: 'tokens',
    aggregation_type: 'sum_agg',
    field_name: 'tokens',
    filters: [{ key: 'model', values: ['small', 'large'] }],
  },
  { name: 'Peak storage', code: 'storage', aggregation_type: 'max_agg', field_name: 'gb' },
  { name: 'Active users', code: 'users', aggregation_type: 'unique_count_agg', field_name: 'user' },
  {
    name: 'Funds held',
    code: 'funds',
    description: 'The average balance of a month; what is held stays for the next one.',
    aggregation_type: 'weighted_sum_agg',
    weighted_interval: 'seconds',
    field_name: 'amount',
    rounding_function: 'round',
    rounding_precision: 0,
    recurring: true,
  },
  { name: 'Connected devices', code: 'devices', aggregation_type: 'latest_agg', field_name: 'devices' },
] as const

export const TAXES = [
  { name: 'VAT', code: 'vat', rate: 19, applied_to_organization: true },
  { name: 'Reverse charge', code: 'reverse_charge', rate: 0 },
] as const

export const ADD_ONS = [
  { name: 'Onboarding', code: 'onboarding', amount_cents: 50_000 },
  { name: 'Premium support', code: 'premium_support', amount_cents: 9_900 },
] as const

export const COUPONS = [
  {
    name: 'Launch',
    code: 'launch',
    coupon_type: 'percentage',
    percentage_rate: '20',
    frequency: 'recurring',
    frequency_duration: 3,
    expiration: 'no_expiration',
  },
  {
    name: 'Welcome',
    code: 'welcome',
    coupon_type: 'fixed_amount',
    amount_cents: 1500,
    frequency: 'once',
    expiration: 'no_expiration',
  },
] as const

export const FEATURES = [
  { code: 'seats', name: 'Seats', privileges: [{ code: 'max', name: 'Most seats', value_type: 'integer' }] },
  {
    code: 'sso',
    name: 'Single sign-on',
    privileges: [
      {
        code: 'provider',
        name: 'Provider',
        value_type: 'select',
        config: { select_options: ['okta', 'google'] },
      },
    ],
  },
  {
    code: 'audit',
    name: 'Audit log',
    privileges: [{ code: 'days', name: 'Days kept', value_type: 'integer' }],
  },
] as const

type Draft = {
  readonly metric: string
  readonly charge_model: string
  readonly properties: object
} & Readonly<Record<string, unknown>>

export type SamplePlan = {
  readonly body: Readonly<Record<string, unknown>> & { readonly code: string }
  readonly charges: readonly Draft[]
  readonly entitlements: object
  /** Whether it is sold by the second billing entity, in its currency. */
  readonly isAbroad?: boolean
}

const STARTER: SamplePlan = {
  body: { name: 'Starter', code: 'starter', interval: 'monthly', amount_cents: 1900, pay_in_advance: false },
  charges: [
    {
      metric: 'api_calls',
      charge_model: 'package',
      properties: { amount: '5', package_size: 100, free_units: 100 },
    },
    { metric: 'storage', charge_model: 'standard', properties: { amount: '0.05' } },
  ],
  entitlements: { seats: { max: 3 } },
}

const GROWTH: SamplePlan = {
  body: { name: 'Growth', code: 'growth', interval: 'monthly', amount_cents: 9900, pay_in_advance: true },
  charges: [
    {
      metric: 'api_calls',
      charge_model: 'graduated',
      properties: {
        graduated_ranges: tiers(
          [
            [0, 100, '1.00', '10'],
            [101, null, '0.50', '0'],
          ],
          'per_unit_amount',
        ),
      },
    },
    {
      metric: 'tokens',
      charge_model: 'standard',
      properties: { amount: '0.0002' },
      filters: [{ values: { model: ['large'] }, properties: { amount: '0.0008' } }],
    },
    { metric: 'users', charge_model: 'standard', properties: { amount: '4' } },
  ],
  entitlements: { seats: { max: 25 }, sso: { provider: 'google' } },
}

const SCALE: SamplePlan = {
  body: {
    name: 'Scale',
    code: 'scale',
    interval: 'monthly',
    amount_cents: 49_900,
    pay_in_advance: true,
    trial_period: 14,
    minimum_commitment: { amount_cents: 60_000, invoice_display_name: 'Commitment' },
  },
  charges: [
    {
      metric: 'api_calls',
      charge_model: 'volume',
      properties: {
        volume_ranges: tiers(
          [
            [0, 1000, '0.20', '0'],
            [1001, null, '0.15', '5'],
          ],
          'per_unit_amount',
        ),
      },
    },
    { metric: 'tokens', charge_model: 'dynamic', properties: {} },
    { metric: 'devices', charge_model: 'standard', properties: { amount: '0.40' } },
  ],
  entitlements: { seats: { max: 200 }, sso: { provider: 'okta' }, audit: { days: 365 } },
  isAbroad: true,
}

const PAYMENTS: SamplePlan = {
  body: {
    name: 'Payments',
    code: 'payments',
    interval: 'monthly',
    amount_cents: 2900,
    pay_in_advance: false,
  },
  charges: [
    {
      metric: 'funds',
      charge_model: 'percentage',
      invoice_display_name: 'Custody',
      properties: { rate: '0.4' },
    },
    {
      metric: 'funds',
      charge_model: 'graduated_percentage',
      invoice_display_name: 'Insurance',
      properties: {
        graduated_percentage_ranges: tiers(
          [
            [0, 10_000, '0.2', '0'],
            [10_001, null, '0.1', '5'],
          ],
          'rate',
        ),
      },
    },
    { metric: 'api_calls', charge_model: 'standard', properties: { amount: '0.02' } },
  ],
  entitlements: { seats: { max: 10 }, audit: { days: 90 } },
}

/** Plans that between them use every model that events can be priced by. */
export const PLANS: readonly SamplePlan[] = [STARTER, GROWTH, SCALE, PAYMENTS]

/** The seller, and the second one that sells in another currency. */
export const SELLER = {
  country: 'DE',
  legal_name: 'Sample company GmbH',
  address_line1: 'Lindenufer 12',
  zipcode: '13597',
  city: 'Berlin',
  email: 'billing@example.com',
  tax_identification_number: 'DE299999990',
  net_payment_term: 30,
} as const

export const SELLER_ABROAD = {
  code: 'us',
  name: 'Sample company, Inc.',
  legal_name: 'Sample company, Inc.',
  country: 'US',
  timezone: 'America/New_York',
  address_line1: '200 Orchard Street',
  zipcode: '10002',
  city: 'New York',
  state: 'NY',
  email: 'billing.us@example.com',
  tax_identification_number: '98-7654321',
  document_number_prefix: 'SUS',
  net_payment_term: 30,
} as const

/** Asks for what is overdue, for longer than the sample is old. */
export const DUNNING = {
  code: 'late_payers',
  name: 'Late payers',
  description: 'Every 15 days, six times.',
  days_between_attempts: 15,
  max_attempts: 6,
} as const

export const DUNNING_FROM_CENTS = 10_000
