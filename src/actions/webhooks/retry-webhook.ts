import { notAllowed, notFound } from '../../core/refusal.ts'
import { inTransaction } from '../../store/transaction.ts'
import { findWebhook, type LoggedWebhook, queueDeliveries, setWebhookStatus } from '../../store/webhooks.ts'
import type { Caller, Context } from '../context.ts'

/**
 * Resends a logged message on request, immediately and with all attempts. 404 for an unknown id, 405 `is_succeeded`
 * when it was already delivered.
 */
export async function retryWebhook(context: Context, caller: Caller, id: string): Promise<LoggedWebhook> {
  return inTransaction(context.database, caller, async (tx) => {
    const webhook = await findWebhook(tx, id, { forUpdate: true })
    if (!webhook) throw notFound('webhook')
    if (webhook.status === 'succeeded') throw notAllowed('is_succeeded')
    const { organizationId } = caller
    await queueDeliveries(tx, [{ organizationId, id, endpointId: webhook.webhookEndpointId }])
    await setWebhookStatus(tx, id, webhook.retries > 0 ? 'retrying' : 'pending', caller.now)
    return (await findWebhook(tx, id)) ?? webhook
  })
}
