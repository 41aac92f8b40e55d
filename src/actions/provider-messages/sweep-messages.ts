import { addMs, DAY_MS, instant } from '../../core/calendar/instant.ts'
import { enqueueMessages, enqueueProviderJob } from '../../store/payment-jobs.ts'
import { findProvider, updateProvider } from '../../store/payment-providers.ts'
import { deleteOldMessages, insertMessages, listSweepable } from '../../store/provider-messages.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import type { Context } from '../context.ts'
import { openConnection } from '../payment-providers/connection.ts'
import { askProvider } from '../payments/provider-calls.ts'

/** Messages may be listed later than they were made. */
const OVERLAP_MS = 15 * 60_000
/** Providers keep their messages for a month. */
const REACH_MS = 29 * DAY_MS

/** Every ten minutes: queues a look at the messages of each connection, of which some may have been lost on the way. */
export async function sweepAll(context: Context): Promise<void> {
  for (const { organizationId, id } of await listSweepable(context.database)) {
    await inTransaction(context.database, organizationId, (tx) =>
      enqueueProviderJob(tx, 'sweep_provider_messages', { organizationId, providerId: id }),
    )
  }
}

/**
 * Asks a provider for the messages of a connection since the last time, and has those handled that are not known. Goes
 * by the system time, like the provider. A provider without an answer is asked again the next time.
 */
export async function sweepMessages(context: Context, organizationId: string, id: string): Promise<void> {
  const provider = await context.database.read(organizationId, (reads) => findProvider(reads, id))
  if (provider?.state !== 'active') return
  const now = context.systemNow()
  const reach = addMs(now, -REACH_MS)
  const last = provider.sweptUntil === null ? reach : addMs(provider.sweptUntil, -OVERLAP_MS)
  const { connection, gateway } = openConnection(context, provider)
  const { listMessages } = gateway
  if (!listMessages) return
  const about = { organizationId, providerId: id, subjectId: id, call: 'list_messages', idempotencyKey: null }
  // A sandbox's connection may have been made in another year.
  const from = instant(Math.max(reach, Math.min(last, addMs(now, -OVERLAP_MS))))
  const answer = await askProvider(context, about, () => listMessages(connection, from))
  if (!answer.ok) return
  await inTransaction(context.database, organizationId, async (tx) => {
    const place = { organizationId, providerId: id }
    const ids = await insertMessages(tx, place, answer.value, { source: 'sweep', now })
    await enqueueMessages(tx, organizationId, ids)
    await updateProvider(tx, id, { sweptUntil: ts(now) })
  })
}

/** Deletes messages that were handled long ago. */
export async function dropOldMessages(context: Context): Promise<void> {
  await deleteOldMessages(context.database, context.systemNow())
}
