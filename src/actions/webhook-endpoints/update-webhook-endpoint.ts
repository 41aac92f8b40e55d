import { accepted, invalid, notFound } from '../../core/refusal.ts'
import { readEndpoint, type SignatureAlgo } from '../../core/webhooks/endpoint.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import {
  findWebhookEndpoint,
  hasWebhookUrl,
  lockWebhookEndpoints,
  updateWebhookEndpoint as updateRow,
} from '../../store/webhook-endpoints.ts'
import type { WebhookEndpointRow } from '../../store/webhooks.ts'
import type { Caller, Context } from '../context.ts'
import { type Actor, logSecurity } from '../security-logs/log-security.ts'
import { awaitEventFaults } from './await-event-faults.ts'
import { resourcesOf } from './create-webhook-endpoint.ts'

/** Updates the given fields. 404 for an unknown id, 422 as on creation. */
export async function updateWebhookEndpoint(
  context: Context,
  caller: Caller,
  id: string,
  input: Readonly<Record<string, unknown>>,
  actor: Actor,
): Promise<WebhookEndpointRow> {
  return inTransaction(context.database, caller, async (tx) => {
    await lockWebhookEndpoints(tx, caller.organizationId)
    const current = await findWebhookEndpoint(tx, id)
    if (!current) throw notFound('webhook_endpoint')
    const fields = accepted(
      readEndpoint(input, {
        ...current,
        signatureAlgo: current.signatureAlgo as SignatureAlgo,
      }),
    )
    if (await hasWebhookUrl(tx, fields.webhookUrl, id))
      throw invalid({ webhook_url: ['value_already_exist'] })
    await awaitEventFaults(tx, caller, fields)
    const changed = await updateRow(tx, id, {
      ...fields,
      eventTypes: fields.eventTypes === null ? null : [...fields.eventTypes],
      updatedAt: ts(caller.now),
    })
    const { organizationId } = caller
    await logSecurity(context, tx, organizationId, 'webhook_endpoint.updated', actor, resourcesOf(changed))
    return changed
  })
}
