import { ok } from './billing-fixtures.ts'
import type { Client } from './harness.ts'

/** A connection of a type; the connection. */
export async function connect(client: Client, type: string, fields: object) {
  const payment_provider = { type, code: type, name: type, ...fields }
  return (await ok(client, 'POST', '/api/weir/v1/payment_providers', { payment_provider })).payment_provider
}

/** A customer that is linked to the connection of a type. */
export async function linked(client: Client, externalId: string, type: string, others: object = {}) {
  const customer = {
    external_id: externalId,
    name: externalId,
    email: `${externalId}@example.com`,
    net_payment_term: 2,
    billing_configuration: { payment_provider: type, sync_with_provider: true },
    ...others,
  }
  return (await ok(client, 'POST', '/customers', { customer })).customer
}

/** The page on which an invoice is paid. */
export async function pageUrl(client: Client, invoiceId: string): Promise<string> {
  return (await ok(client, 'POST', `/invoices/${invoiceId}/payment_url`)).invoice_payment_details.payment_url
}

/** The payments of an invoice, the first one first: what each came to, and how it is. */
export async function paymentsOf(client: Client, invoiceId: string): Promise<[number, string, string][]> {
  const { payments } = await ok(client, 'GET', `/payments?invoice_id=${invoiceId}`)
  return payments
    .sort((a: { lago_id: string }, b: { lago_id: string }) => (a.lago_id < b.lago_id ? -1 : 1))
    .map((each: { amount_cents: number; payment_status: string; status: string }) => [
      each.amount_cents,
      each.payment_status,
      each.status,
    ])
}
