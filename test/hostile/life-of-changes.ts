import { ok } from '../support/billing-fixtures.ts'
import type { Client } from '../support/harness.ts'

/**
 * Changes one after another all that bills something in an organization that has lived (test/support/lived-in.ts), and
 * lets months pass in between: upgrades, downgrades, copies of plans, entitlements, alerts, taxes, settings, drafts.
 */
export async function changeEverything(client: Client, mark: string): Promise<void> {
  const metric = (await ok(client, 'GET', `/billable_metrics/${mark}-calls`)).billable_metric.lago_id
  const plan = (code: string, amount: number, more: object = {}) =>
    ok(client, 'POST', '/plans', {
      plan: {
        name: code,
        code: `${mark}-${code}`,
        interval: 'monthly',
        amount_cents: amount,
        amount_currency: 'EUR',
        pay_in_advance: true,
        charges: [
          { billable_metric_id: metric, code: 'own', charge_model: 'standard', properties: { amount: '1' } },
        ],
        ...more,
      },
    })
  const subscription = (external: string, code: string, more: object = {}) =>
    ok(client, 'POST', '/subscriptions', {
      subscription: {
        external_customer_id: `${mark}-${external}-customer`,
        external_id: `${mark}-${external}`,
        plan_code: `${mark}-${code}`,
        ...more,
      },
    })
  await plan('small', 1000)
  await plan('large', 9000, { trial_period: 3 })
  await plan('middle', 3000)
  for (const each of ['a', 'b', 'c', 'd']) await subscription(each, 'middle')
  await subscription('a', 'large')
  await subscription('b', 'small')
  await subscription('c', 'small')
  await subscription('future', 'small', { subscription_at: '2024-02-20T00:00:00Z' })
  await subscription('short', 'small', { ending_at: '2024-03-20T00:00:00Z' })
  await ok(client, 'PUT', `/subscriptions/${mark}-d`, {
    subscription: { name: 'copied', plan_overrides: { amount_cents: 100 } },
  })
  await ok(client, 'PUT', `/subscriptions/${mark}-a/charges/own`, { charge: { properties: { amount: '2' } } })
  await ok(client, 'PUT', '/organizations', {
    organization: { timezone: 'Europe/Paris', document_numbering: 'per_organization' },
  })
  await ok(client, 'PUT', `/billing_entities/${mark}-entity`, {
    billing_entity: { timezone: 'Asia/Tokyo', tax_codes: [`${mark}-tax`] },
  })
  await client.clock('2024-03-01T12:00:00Z')
  await ok(client, 'PUT', `/plans/${mark}-small`, {
    plan: { name: 'dearer', amount_cents: 5000, cascade_updates: true },
  })
  await ok(client, 'PUT', `/plans/${mark}-middle`, {
    plan: { name: 'cheaper', amount_cents: 500, cascade_updates: true },
  })
  await ok(client, 'POST', `/plans/${mark}-middle/charges`, {
    charge: {
      billable_metric_id: metric,
      code: 'more',
      charge_model: 'standard',
      pay_in_advance: true,
      properties: { amount: '3' },
      cascade_updates: true,
    },
  })
  await ok(client, 'POST', '/events', {
    event: {
      transaction_id: `${mark}-late`,
      external_subscription_id: `${mark}-a`,
      code: `${mark}-calls`,
    },
  })
  await ok(client, 'POST', '/customers', {
    customer: { external_id: `${mark}-customer`, timezone: 'America/New_York', tax_codes: [`${mark}-tax`] },
  })
  await ok(client, 'PUT', `/taxes/${mark}-tax`, { tax: { rate: 10, applied_to_organization: true } })
  await client.clock('2024-04-02T12:00:00Z')
  await ok(client, 'DELETE', `/subscriptions/${mark}-a`)
  await ok(client, 'DELETE', `/customers/${mark}-b-customer`)
  await ok(client, 'DELETE', `/plans/${mark}-small`)
  await client.clock('2024-05-02T12:00:00Z')
}
