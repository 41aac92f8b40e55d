import { ok } from './billing-fixtures.ts'
import type { Client } from './harness.ts'

/** An add-on `job`, which `issue` sells, and a sandbox clock on 1 January 2025. */
export async function sell(client: Client): Promise<void> {
  await client.clock('2025-01-01T10:00:00Z')
  const addOn = { name: 'Job', code: 'job', amount_cents: 1000, amount_currency: 'EUR' }
  await ok(client, 'POST', '/add_ons', { add_on: addOn })
}

/** A customer that pays in `currency` within `days`. */
export async function addCustomer(client: Client, externalId: string, others: object = {}): Promise<void> {
  const customer = { external_id: externalId, name: externalId, email: `${externalId}@example.com` }
  await ok(client, 'POST', '/customers', { customer: { ...customer, net_payment_term: 2, ...others } })
}

/** A final one-off invoice of an amount in cents; its id. */
export async function issue(
  client: Client,
  externalId: string,
  cents: number,
  others: object = {},
): Promise<string> {
  const { invoice } = await ok(client, 'POST', '/invoices', {
    invoice: {
      external_customer_id: externalId,
      currency: 'EUR',
      fees: [{ add_on_code: 'job', unit_amount_cents: cents }],
      ...others,
    },
  })
  return invoice.lago_id
}

/** A manual payment of an invoice; the answer. */
export function pay(client: Client, invoiceId: unknown, cents: unknown, others: object = {}) {
  return client.call('POST', '/payments', {
    payment: { invoice_id: invoiceId, amount_cents: cents, reference: 'bank', ...others },
  })
}
