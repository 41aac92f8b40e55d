import type { Write } from '../../api/queries.ts'
import { toMinor } from '../../format/money.ts'
import { codeOf } from '../../parts/fields.tsx'

export type OwnValues = {
  readonly metricName: string
  readonly metricCode: string
  readonly aggregation: string
  readonly field: string | null
  readonly planName: string
  readonly baseAmount: string
  readonly unitAmount: string
  readonly model: 'standard' | 'percentage'
  readonly customerName: string
  readonly units: string
}

type Kind = { readonly value: string; readonly label: string; readonly help: string } & Omit<
  OwnValues,
  'customerName' | 'planName'
>

/** What people sell, with a suggestion for each field. */
export const KINDS: readonly Kind[] = [
  {
    value: 'api',
    label: 'An API',
    help: 'Calls are counted.',
    metricName: 'API calls',
    metricCode: 'api_calls',
    aggregation: 'sum_agg',
    field: 'calls',
    baseAmount: '29',
    unitAmount: '0.002',
    model: 'standard',
    units: '12000',
  },
  {
    value: 'tokens',
    label: 'AI tokens',
    help: 'Tokens are added up.',
    metricName: 'Tokens',
    metricCode: 'tokens',
    aggregation: 'sum_agg',
    field: 'tokens',
    baseAmount: '0',
    unitAmount: '0.00002',
    model: 'standard',
    units: '1500000',
  },
  {
    value: 'seats',
    label: 'Seats',
    help: 'Different users are counted.',
    metricName: 'Seats',
    metricCode: 'seats',
    aggregation: 'unique_count_agg',
    field: 'user',
    baseAmount: '0',
    unitAmount: '12',
    model: 'standard',
    units: '1',
  },
  {
    value: 'storage',
    label: 'Storage',
    help: 'The peak of the month is billed.',
    metricName: 'Storage',
    metricCode: 'storage_gb',
    aggregation: 'max_agg',
    field: 'gb',
    baseAmount: '5',
    unitAmount: '0.09',
    model: 'standard',
    units: '250',
  },
  {
    value: 'payments',
    label: 'Payments',
    help: 'A share of every amount.',
    metricName: 'Payment volume',
    metricCode: 'payment_volume',
    aggregation: 'sum_agg',
    field: 'amount',
    baseAmount: '0',
    unitAmount: '2.9',
    model: 'percentage',
    units: '1000',
  },
]

export function valuesOfKind(kind: string): OwnValues {
  const found = KINDS.find(({ value }) => value === kind) ?? KINDS[0]
  if (!found) throw new Error('no kind of business')
  return { ...found, planName: 'Pro', customerName: 'Acme' }
}

/** The five requests: metric, plan, customer, subscription, event. */
export function writesOf(values: OwnValues, currency: string, metricId: string): readonly Write[] {
  const customer = codeOf(values.customerName)
  const plan = codeOf(values.planName)
  const properties =
    values.model === 'percentage' ? { rate: values.unitAmount } : { amount: values.unitAmount }
  const charge = { billable_metric_id: metricId, charge_model: values.model, properties }
  const used = values.aggregation === 'unique_count_agg' ? `user-${values.units}` : values.units
  return [
    {
      method: 'POST',
      path: '/billable_metrics',
      body: {
        billable_metric: {
          name: values.metricName,
          code: values.metricCode,
          aggregation_type: values.aggregation,
          field_name: values.field,
        },
      },
    },
    {
      method: 'POST',
      path: '/plans',
      body: {
        plan: {
          name: values.planName,
          code: plan,
          interval: 'monthly',
          amount_cents: toMinor(values.baseAmount || '0', currency) ?? -1,
          amount_currency: currency,
          charges: [charge],
        },
      },
    },
    {
      method: 'POST',
      path: '/customers',
      body: { customer: { external_id: customer, name: values.customerName, currency } },
    },
    {
      method: 'POST',
      path: '/subscriptions',
      body: {
        subscription: { external_customer_id: customer, external_id: `${customer}_1`, plan_code: plan },
      },
    },
    {
      method: 'POST',
      path: '/events',
      body: {
        event: {
          transaction_id: `first-${customer}`,
          external_subscription_id: `${customer}_1`,
          code: values.metricCode,
          properties: values.field ? { [values.field]: used } : {},
        },
      },
    },
  ]
}
