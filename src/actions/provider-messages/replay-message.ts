import { notFound } from '../../core/refusal.ts'
import { enqueueMessages } from '../../store/payment-jobs.ts'
import { findMessage, updateMessage } from '../../store/provider-messages.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'

/** Has a message applied again, whatever became of it before, which is harmless. 404 `provider_message_not_found`. */
export async function replayMessage(context: Context, caller: Caller, id: string): Promise<void> {
  const { organizationId } = caller
  await inTransaction(context.database, caller, async (tx) => {
    if (!(await findMessage(tx, id))) throw notFound('provider_message')
    await updateMessage(tx, id, { status: 'pending', result: null })
    await enqueueMessages(tx, organizationId, [id])
  })
}
