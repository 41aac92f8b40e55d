import { Fields, type Input } from '../../core/input/fields.ts'
import { Problems } from '../../core/problems.ts'
import { accepted, notFound } from '../../core/refusal.ts'
import { inTransaction } from '../../store/transaction.ts'
import { findWebhookEndpoint } from '../../store/webhook-endpoints.ts'
import { lockFailedWebhooks, markRetrying, queueDeliveries } from '../../store/webhooks.ts'
import type { Caller, Context } from '../context.ts'

/** How many messages one request sends again. */
const REPLAYED_MAX = 10_000

/** How many messages are sent again, and whether more of them wait for another request. */
export type Replay = { readonly count: number; readonly isMore: boolean }

/**
 * Sends again what was given up for an endpoint, or of it only the messages of a `webhook_type`: the first one first,
 * one after the other, each with all its attempts. 404 for an unknown endpoint.
 */
export async function replayWebhooks(
  context: Context,
  caller: Caller,
  endpointId: string,
  input: Input,
): Promise<Replay> {
  const problems = new Problems()
  const type = new Fields(input, problems).text('webhook_type') ?? undefined
  accepted(problems.outcome(type))
  const { organizationId, now } = caller
  return inTransaction(context.database, caller, async (tx) => {
    if (!(await findWebhookEndpoint(tx, endpointId))) throw notFound('webhook_endpoint')
    const failed = await lockFailedWebhooks(tx, { endpointId, type }, REPLAYED_MAX + 1)
    const again = failed.slice(0, REPLAYED_MAX).map(({ id }) => ({ organizationId, id, endpointId }))
    if (again.length > 0) {
      await markRetrying(
        tx,
        again.map(({ id }) => id),
        now,
      )
      await queueDeliveries(tx, again, `replay:${endpointId}`)
    }
    return { count: again.length, isMore: failed.length > REPLAYED_MAX }
  })
}
