import { ok } from './billing-fixtures.ts'
import type { Client } from './harness.ts'

/** Makes an endpoint that takes every message; nothing is sent without a worker. Its id. */
export async function listen(client: Client): Promise<string> {
  const made = await ok(client, 'POST', '/webhook_endpoints', {
    webhook_endpoint: { webhook_url: 'http://127.0.0.1:1/hook' },
  })
  return made.webhook_endpoint.lago_id
}

/** The bodies of the messages of one type to an endpoint, oldest first. */
export async function receivedBy(
  client: Client,
  endpointId: string,
  type: string,
  // biome-ignore lint/suspicious/noExplicitAny: answers are read freely in tests
): Promise<any[]> {
  const { webhooks } = await ok(client, 'GET', `/webhook_endpoints/${endpointId}/webhooks?per_page=1000`)
  const own = webhooks.filter((each: { webhook_type: string }) => each.webhook_type === type).reverse()
  const bodies: unknown[] = []
  for (const { lago_id } of own) {
    bodies.push(JSON.parse((await ok(client, 'GET', `/webhooks/${lago_id}`)).webhook.payload))
  }
  return bodies
}
