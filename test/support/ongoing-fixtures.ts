import { ok, subscribe } from './billing-fixtures.ts'
import type { Client, Harness } from './harness.ts'

/** A new organization at an instant, with the customer `c` on plan `p`: the metric `gb` at 1 EUR a unit. */
export async function prepaying(
  harness: Harness,
  more: {
    readonly at?: string
    readonly charge?: object
    readonly plan?: object
    readonly customer?: object
    readonly metrics?: readonly { readonly code: string; readonly amount: string }[]
  } = {},
): Promise<Client> {
  const client = await harness.organization()
  await client.clock(more.at ?? '2024-06-01T00:00:00Z')
  const metrics = more.metrics ?? [{ code: 'gb', amount: '1' }]
  await subscribe(client, {
    metrics: metrics.map(({ code }) => ({ code, aggregation_type: 'sum_agg', field_name: 'qty' })),
    charges: metrics.map(({ code, amount }) => ({ metric: code, properties: { amount }, ...more.charge })),
    ...(more.plan ? { plan: more.plan } : {}),
    ...(more.customer ? { customer: more.customer } : {}),
  })
  return client
}

/** A wallet of the customer `c` in EUR, one credit for 1 EUR unless it says otherwise; its id. */
export async function walletOf(client: Client, wallet: object): Promise<string> {
  const made = await ok(client, 'POST', '/wallets', {
    wallet: { external_customer_id: 'c', rate_amount: '1', currency: 'EUR', ...wallet },
  })
  return made.wallet.lago_id
}

/** The balance, the ongoing balance and the usage that it expects, in cents. */
export async function balancesOf(client: Client, id: string): Promise<readonly number[]> {
  const { wallet } = await ok(client, 'GET', `/wallets/${id}`)
  return [wallet.balance_cents, wallet.ongoing_balance_cents, wallet.ongoing_usage_balance_cents]
}

let events = 0

/** Sends an event of the subscription `s` about so many units of a metric. */
export async function use(client: Client, qty: number, more: object = {}): Promise<void> {
  events += 1
  const event = {
    transaction_id: `use-${events}`,
    code: 'gb',
    external_subscription_id: 's',
    properties: { qty },
  }
  await ok(client, 'POST', '/events', { event: { ...event, ...more } })
}

/** An endpoint that takes every webhook, so that they are kept. */
export async function listen(client: Client): Promise<void> {
  const endpoint = { webhook_url: 'http://127.0.0.1:9/hooks' }
  await ok(client, 'POST', '/webhook_endpoints', { webhook_endpoint: endpoint })
}

/** The webhooks of a type, oldest first. */
// biome-ignore lint/suspicious/noExplicitAny: messages are read freely in tests
export async function heard(harness: Harness, client: Client, type: string): Promise<any[]> {
  const rows = await harness.context.database.read(client.organizationId, (reads) =>
    reads
      .selectFrom('webhooks')
      .select('payload')
      .where('webhookType', '=', type)
      .orderBy('createdAt')
      .orderBy('id')
      .execute(),
  )
  return rows.map((row) => JSON.parse(String(row.payload)))
}
