import type { Place } from './browser-journey.ts'

/** What a subscription needs, made by the API. */
export type Scene = { readonly metricIds: Readonly<Record<string, string>> }

/** A metric for each kind, a plan `pro` with a price per token, a customer `c` and a subscription `s` from January on. */
export async function makeScene(
  { api }: Place,
  options: { readonly plan?: object; readonly customer?: object } = {},
): Promise<Scene> {
  await api('PUT', '/test_clock', { test_clock: { now: '2026-01-01T00:00:00Z' } })
  const metricIds: Record<string, string> = {}
  for (const [code, name, aggregation_type, field_name] of [
    ['tokens', 'Tokens', 'sum_agg', 'tokens'],
    ['calls', 'Calls', 'count_agg', null],
  ] as const) {
    const metric = { name, code, aggregation_type, field_name }
    const { billable_metric } = await api('POST', '/billable_metrics', { billable_metric: metric })
    metricIds[code] = billable_metric.lago_id
  }
  await api('POST', '/plans', {
    plan: {
      name: 'Pro',
      code: 'pro',
      interval: 'monthly',
      amount_cents: 2900,
      amount_currency: 'EUR',
      charges: [
        { billable_metric_id: metricIds.tokens, charge_model: 'standard', properties: { amount: '0.01' } },
        { billable_metric_id: metricIds.calls, charge_model: 'standard', properties: { amount: '0.5' } },
      ],
      ...options.plan,
    },
  })
  await api('POST', '/customers', {
    customer: { external_id: 'c', name: 'Customer One', currency: 'EUR', ...options.customer },
  })
  await api('POST', '/subscriptions', {
    subscription: { external_customer_id: 'c', external_id: 's', plan_code: 'pro', name: 'Main' },
  })
  return { metricIds }
}

let sent = 0

/** Sends an event of a subscription, `s` unless told otherwise, at the sandbox's time. */
export async function sendEvent(
  { api }: Place,
  code: string,
  properties: object,
  subscription = 's',
): Promise<void> {
  sent += 1
  const { test_clock } = await api('GET', '/test_clock')
  await api('POST', '/events', {
    event: {
      transaction_id: `browser-${sent}`,
      external_subscription_id: subscription,
      code,
      timestamp: Math.floor(Date.parse(test_clock.now) / 1000),
      properties,
    },
  })
}
