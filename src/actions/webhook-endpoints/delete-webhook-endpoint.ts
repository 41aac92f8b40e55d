import { notFound } from '../../core/refusal.ts'
import { inTransaction } from '../../store/transaction.ts'
import { deleteWebhookEndpoint as deleteRow } from '../../store/webhook-endpoints.ts'
import type { WebhookEndpointRow } from '../../store/webhooks.ts'
import type { Caller, Context } from '../context.ts'
import { type Actor, logSecurity } from '../security-logs/log-security.ts'
import { resourcesOf } from './create-webhook-endpoint.ts'

/** Deletes an endpoint with its delivery log and returns it. 404 when unknown. */
export async function deleteWebhookEndpoint(
  context: Context,
  caller: Caller,
  id: string,
  actor: Actor,
): Promise<WebhookEndpointRow> {
  return inTransaction(context.database, caller, async (tx) => {
    const deleted = await deleteRow(tx, id)
    if (!deleted) throw notFound('webhook_endpoint')
    const { organizationId } = caller
    await logSecurity(context, tx, organizationId, 'webhook_endpoint.deleted', actor, resourcesOf(deleted))
    return deleted
  })
}
