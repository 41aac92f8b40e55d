import type { Client } from './harness.ts'

/** A request that must succeed; its body. */
// biome-ignore lint/suspicious/noExplicitAny: answers are read freely in tests
export async function ok(client: Client, method: string, path: string, body?: unknown): Promise<any> {
  const answer = await client.call(method, path, body)
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`)
  return answer.body
}

type ChargeInput = { readonly metric: string; readonly [key: string]: unknown }

/**
 * Metrics by code, a plan `p` with charges on them (each named by its metric, `_charge` appended, unless it has a
 * code), a customer `c` and a subscription `s`; the plan itself costs nothing.
 */
export async function subscribe(
  client: Client,
  setUp: {
    readonly metrics: readonly { readonly code: string; readonly [key: string]: unknown }[]
    readonly charges: readonly ChargeInput[]
    readonly plan?: object
    readonly customer?: object
    readonly subscription?: object
  },
): Promise<void> {
  const ids = new Map<string, string>()
  for (const metric of setUp.metrics) {
    const made = await ok(client, 'POST', '/billable_metrics', {
      billable_metric: { name: metric.code, ...metric },
    })
    ids.set(metric.code, made.billable_metric.lago_id)
  }
  const plan = { name: 'P', code: 'p', interval: 'monthly', amount_cents: 0, amount_currency: 'EUR' }
  const charges = setUp.charges.map(({ metric, ...charge }) => ({
    code: `${metric}_charge`,
    charge_model: 'standard',
    billable_metric_id: ids.get(metric),
    ...charge,
  }))
  await ok(client, 'POST', '/plans', { plan: { ...plan, pay_in_advance: false, charges, ...setUp.plan } })
  await ok(client, 'POST', '/customers', {
    customer: { external_id: 'c', currency: 'EUR', ...setUp.customer },
  })
  await ok(client, 'POST', '/subscriptions', {
    subscription: { external_customer_id: 'c', external_id: 's', plan_code: 'p', ...setUp.subscription },
  })
}

/** Sends one event of subscription `s` at the clock's time unless it says otherwise. */
export async function send(
  client: Client,
  event: { readonly code: string; readonly [key: string]: unknown },
) {
  return ok(client, 'POST', '/events', { event: { external_subscription_id: 's', ...event } })
}
