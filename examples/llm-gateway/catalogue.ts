import type {
  BillableMetricBaseInput,
  CustomerCreateInput,
  PlanCreateInput,
  SubscriptionCreateInput,
} from 'lago-javascript-client'

/** When the customer signed up; earlier usage is free. */
export const STARTS_AT = '2023-11-16T00:00:00Z'
/** A few minutes into the next month, so that the first bill is created on the way. */
export const BILLED_AT = '2023-12-01T00:10:00Z'

export const CUSTOMER_ID = 'gateway-customer'
export const SUBSCRIPTION_ID = 'gateway-subscription'
export const PLAN_CODE = 'llm-gateway'

export const METRICS: readonly (BillableMetricBaseInput & { readonly code: string })[] = [
  { name: 'Input tokens', code: 'input_tokens', aggregation_type: 'sum_agg', field_name: 'tokens' },
  { name: 'Output tokens', code: 'output_tokens', aggregation_type: 'sum_agg', field_name: 'tokens' },
  { name: 'Requests', code: 'requests', aggregation_type: 'count_agg' },
]

/** 20.00 USD a month in arrears, and three ways of pricing; `metricIds` are the metrics' ids by their code. */
export function planOf(metricIds: ReadonlyMap<string, string>): PlanCreateInput {
  const metric = (code: string) => ({ billable_metric_id: metricIds.get(code) ?? '', code })
  return {
    plan: {
      name: 'LLM gateway',
      code: PLAN_CODE,
      interval: 'monthly',
      amount_cents: 2000,
      amount_currency: 'USD',
      pay_in_advance: false,
      charges: [
        { ...metric('input_tokens'), charge_model: 'standard', properties: { amount: '0.0000025' } },
        {
          ...metric('output_tokens'),
          charge_model: 'graduated',
          properties: {
            graduated_ranges: [
              { from_value: 0, to_value: 100_000, per_unit_amount: '0.00001', flat_amount: '0' },
              { from_value: 100_001, to_value: null, per_unit_amount: '0.000008', flat_amount: '0' },
            ],
          },
        },
        {
          ...metric('requests'),
          charge_model: 'package',
          properties: { amount: '0.50', free_units: 1000, package_size: 1000 },
        },
      ],
    },
  }
}

export const CUSTOMER: CustomerCreateInput = {
  customer: { external_id: CUSTOMER_ID, name: 'Gateway customer', currency: 'USD', timezone: 'UTC' },
}

export const SUBSCRIPTION: SubscriptionCreateInput = {
  subscription: {
    external_customer_id: CUSTOMER_ID,
    external_id: SUBSCRIPTION_ID,
    plan_code: PLAN_CODE,
    subscription_at: STARTS_AT,
  },
}
