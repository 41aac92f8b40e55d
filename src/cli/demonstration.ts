/** The data of `weir seed`: request bodies for the public API, the same on every run. */

/** An API product: requests are counted, storage is billed by its peak, model tokens by volume. */
export const METRICS = [
  { name: 'API requests', code: 'requests', aggregation_type: 'count_agg' },
  { name: 'Tokens', code: 'tokens', aggregation_type: 'sum_agg', field_name: 'tokens' },
  { name: 'Peak storage (GB)', code: 'storage', aggregation_type: 'max_agg', field_name: 'gb' },
] as const

type ChargeDraft = { metric: string; charge_model: string; properties: Record<string, unknown> }

export const PLANS: readonly {
  readonly body: Record<string, unknown>
  readonly charges: readonly ChargeDraft[]
}[] = [
  {
    body: {
      name: 'Starter',
      code: 'starter',
      interval: 'monthly',
      amount_cents: 0,
      amount_currency: 'EUR',
      pay_in_advance: false,
    },
    charges: [
      {
        metric: 'requests',
        charge_model: 'package',
        properties: { amount: '1', free_units: 1000, package_size: 1000 },
      },
      { metric: 'tokens', charge_model: 'standard', properties: { amount: '0.0002' } },
    ],
  },
  {
    body: {
      name: 'Scale',
      code: 'scale',
      interval: 'monthly',
      amount_cents: 9900,
      amount_currency: 'EUR',
      pay_in_advance: true,
    },
    charges: [
      {
        metric: 'requests',
        charge_model: 'graduated',
        properties: {
          graduated_ranges: [
            { from_value: 0, to_value: 1000, per_unit_amount: '0', flat_amount: '0' },
            { from_value: 1001, to_value: null, per_unit_amount: '0.0015', flat_amount: '0' },
          ],
        },
      },
      {
        metric: 'tokens',
        charge_model: 'volume',
        properties: {
          volume_ranges: [
            { from_value: 0, to_value: 100_000, per_unit_amount: '0.00015', flat_amount: '0' },
            { from_value: 100_001, to_value: null, per_unit_amount: '0.0001', flat_amount: '0' },
          ],
        },
      },
      { metric: 'storage', charge_model: 'standard', properties: { amount: '0.25' } },
    ],
  },
]

const FIRST = ['Amber', 'Birch', 'Cedar', 'Delta', 'Ember', 'Fjord', 'Grove', 'Harbor', 'Iris', 'Juniper']
const LAST = [
  'Analytics',
  'Robotics',
  'Labs',
  'Freight',
  'Media',
  'Health',
  'Energy',
  'Games',
  'Foods',
  'Travel',
]

/** The n-th fictional customer (from 0). */
export function demonstrationCustomer(n: number): Record<string, unknown> {
  const name = `${FIRST[n % FIRST.length]} ${LAST[Math.floor(n / FIRST.length) % LAST.length]}`
  return {
    external_id: `demo-${String(n + 1).padStart(4, '0')}`,
    name,
    currency: 'EUR',
    country: n % 3 === 0 ? 'FR' : 'DE',
    timezone: n % 2 === 0 ? 'Europe/Paris' : 'UTC',
  }
}

/** The n-th customer's events in a month, spread over its first 28 days; `monthAtMs` is the start of the month. */
export function demonstrationEvents(n: number, month: number, monthAtMs: number): Record<string, unknown>[] {
  const customer = demonstrationCustomer(n)
  const subscription = `${customer.external_id}-sub`
  return Array.from({ length: 24 }, (_, i) => {
    const code = METRICS[i % METRICS.length]?.code ?? 'requests'
    const amount = ((n + 3) * (i + 5) * (month + 2)) % 97
    const properties = code === 'tokens' ? { tokens: amount * 100 } : code === 'storage' ? { gb: amount } : {}
    return {
      transaction_id: `${subscription}-${month}-${i}`,
      external_subscription_id: subscription,
      code,
      timestamp: Math.floor(monthAtMs / 1000) + Math.floor((i * 28 * 86_400) / 24) + 3600,
      properties,
    }
  })
}
