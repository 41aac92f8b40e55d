import pg from 'pg'
import { ok } from './billing-fixtures.ts'
import type { Client, Harness } from './harness.ts'

/** An invoice as the database has it, whether the API shows it or not. */
export type StoredInvoice = {
  readonly id: string
  readonly status: string
  readonly number: string
  readonly payment_status: string
  readonly total_amount_cents: string
  readonly tax_status: string | null
}

/**
 * Monthly plans with these charges: in advance `basic` of 3,100 cents and `pro` of 6,200 and `free`, and `arrears` of
 * 3,100.
 */
export async function offerPlans(client: Client, charges: readonly object[] = []): Promise<void> {
  const plan = { interval: 'monthly', amount_currency: 'EUR', pay_in_advance: true, charges }
  for (const [code, amount_cents, others] of [
    ['basic', 3100, {}],
    ['pro', 6200, {}],
    ['arrears', 3100, { pay_in_advance: false }],
    ['free', 0, {}],
  ] as const) {
    await ok(client, 'POST', '/plans', { plan: { name: code, code, ...plan, amount_cents, ...others } })
  }
}

/** A request for subscription `s` of `acme`, which waits for its payment for 48 hours. */
export function gated(plan_code: string, others: object = {}) {
  return {
    subscription: {
      external_customer_id: 'acme',
      external_id: 's',
      plan_code,
      activation_rules: [{ type: 'payment', timeout_hours: 48 }],
      ...others,
    },
  }
}

/** The subscriptions of `acme`, oldest first. */
export async function subscriptionsOf(client: Client) {
  const states = ['pending', 'incomplete', 'active', 'terminated', 'canceled']
  const query = states.map((each) => `status[]=${each}`).join('&')
  const { subscriptions } = await ok(client, 'GET', `/customers/acme/subscriptions?${query}`)
  return subscriptions.sort((a: { lago_id: string }, b: { lago_id: string }) =>
    a.lago_id < b.lago_id ? -1 : 1,
  )
}

/** The invoices of an organization in the database, oldest first. */
export async function storedInvoices(
  harness: Harness,
  { organizationId }: Client,
): Promise<readonly StoredInvoice[]> {
  const owner = new pg.Client({ connectionString: harness.databaseUrl })
  await owner.connect()
  try {
    const { rows } = await owner.query(
      `select id, status, number, payment_status, total_amount_cents, tax_status from invoices
       where organization_id = $1 order by created_at, id`,
      [organizationId],
    )
    return rows
  } finally {
    await owner.end()
  }
}

/** The types of the messages to an endpoint, in order. */
export async function typesReceived(client: Client, endpointId: string): Promise<readonly string[]> {
  const { webhooks } = await ok(client, 'GET', `/webhook_endpoints/${endpointId}/webhooks?per_page=1000`)
  // Many are made at one instant of a sandbox's clock.
  const inOrder = webhooks.sort((a: { lago_id: string }, b: { lago_id: string }) =>
    a.lago_id < b.lago_id ? -1 : 1,
  )
  return inOrder.map((each: { webhook_type: string }) => each.webhook_type)
}
