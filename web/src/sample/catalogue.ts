/** The sample company's catalogue: request bodies for the public API, the same each time. */

const tiers = (rows: readonly (readonly [number, number | null, string, string])[], price: string) =>
  rows.map(([from_value, to_value, each, flat_amount]) => ({
    from_value,
    to_value,
    [price]: each,
    flat_amount,
  }))

/** One metric for each common aggregation. */
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
  { name: 'Payments', code: 'payments', aggregation_type: 'sum_agg', field_name: 'amount' },
  { name: 'Last reading', code: 'reading', aggregation_type: 'latest_agg', field_name: 'level' },
] as const

export const TAXES = [
  { name: 'VAT', code: 'vat', rate: 20, applied_to_organization: true },
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

/** Plans that between them use every model that events can be priced by. */
export const PLANS: readonly {
  readonly body: Readonly<Record<string, unknown>>
  readonly charges: readonly Draft[]
}[] = [
  {
    body: {
      name: 'Starter',
      code: 'starter',
      interval: 'monthly',
      amount_cents: 1900,
      pay_in_advance: false,
    },
    charges: [
      {
        metric: 'api_calls',
        charge_model: 'package',
        properties: { amount: '2', package_size: 1000, free_units: 1000 },
      },
      { metric: 'storage', charge_model: 'standard', properties: { amount: '0.25' } },
    ],
  },
  {
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
  },
  {
    body: {
      name: 'Scale',
      code: 'scale',
      interval: 'monthly',
      amount_cents: 49_900,
      pay_in_advance: true,
      minimum_commitment: { amount_cents: 60_000, invoice_display_name: 'Commitment' },
    },
    charges: [
      {
        metric: 'api_calls',
        charge_model: 'volume',
        properties: {
          volume_ranges: tiers(
            [
              [0, 1000, '0.02', '0'],
              [1001, null, '0.01', '5'],
            ],
            'per_unit_amount',
          ),
        },
      },
      { metric: 'tokens', charge_model: 'standard', properties: { amount: '0.00015' } },
      { metric: 'reading', charge_model: 'standard', properties: { amount: '0.10' } },
    ],
  },
  {
    body: {
      name: 'Payments',
      code: 'payments',
      interval: 'monthly',
      amount_cents: 0,
      pay_in_advance: false,
      trial_period: 14,
    },
    charges: [
      { metric: 'payments', charge_model: 'percentage', properties: { rate: '2.9', fixed_amount: '0.30' } },
      {
        metric: 'storage',
        charge_model: 'graduated_percentage',
        properties: {
          graduated_percentage_ranges: tiers(
            [
              [0, 1000, '5', '0'],
              [1001, null, '3', '10'],
            ],
            'rate',
          ),
        },
      },
    ],
  },
]
