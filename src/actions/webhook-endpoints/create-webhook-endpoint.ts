import { accepted, invalid } from '../../core/refusal.ts'
import { ENDPOINTS_MAX, readEndpoint } from '../../core/webhooks/endpoint.ts'
import { newId } from '../../store/ids.ts'
import { stamps } from '../../store/organizations.ts'
import { inTransaction } from '../../store/transaction.ts'
import {
  countWebhookEndpoints,
  hasWebhookUrl,
  insertWebhookEndpoint,
  lockWebhookEndpoints,
} from '../../store/webhook-endpoints.ts'
import type { WebhookEndpointRow } from '../../store/webhooks.ts'
import type { Caller, Context } from '../context.ts'
import { type Actor, logSecurity } from '../security-logs/log-security.ts'
import { awaitEventFaults } from './await-event-faults.ts'

/** Creates a webhook endpoint. 422 for invalid fields, for a URL already in use, and beyond ten endpoints. */
export async function createWebhookEndpoint(
  context: Context,
  caller: Caller,
  input: Readonly<Record<string, unknown>>,
  actor: Actor,
): Promise<WebhookEndpointRow> {
  const { organizationId } = caller
  const fields = accepted(readEndpoint(input, null))
  return inTransaction(context.database, caller, async (tx) => {
    await lockWebhookEndpoints(tx, organizationId)
    if ((await countWebhookEndpoints(tx)) >= ENDPOINTS_MAX) {
      throw invalid({ base: ['Maximum number of webhook endpoints was reached'] })
    }
    if (await hasWebhookUrl(tx, fields.webhookUrl, null)) {
      throw invalid({ webhook_url: ['value_already_exist'] })
    }
    await awaitEventFaults(tx, caller, fields)
    const made = await insertWebhookEndpoint(tx, {
      organizationId,
      id: newId(),
      ...fields,
      eventTypes: fields.eventTypes === null ? null : [...fields.eventTypes],
      ...stamps(caller.now),
    })
    await logSecurity(context, tx, organizationId, 'webhook_endpoint.created', actor, resourcesOf(made))
    return made
  })
}

/** What the security log tells of an endpoint: where events go, and which. The rest of its URL may be a secret. */
export function resourcesOf({ id, webhookUrl, eventTypes }: WebhookEndpointRow): object {
  const { origin, pathname } = new URL(webhookUrl)
  return { id, webhook_url: `${origin}${pathname}`, event_types: eventTypes }
}
