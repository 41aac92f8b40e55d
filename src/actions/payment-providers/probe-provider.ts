import { addMs } from '../../core/calendar/instant.ts'
import { scheduleItem } from '../../store/due-items.ts'
import { enqueueProviderJob } from '../../store/payment-jobs.ts'
import { findProvider, lockProvider } from '../../store/payment-providers.ts'
import { inTransaction } from '../../store/transaction.ts'
import { type Context, presentCaller } from '../context.ts'
import type { DueAction } from '../due/due-action.ts'
import { askProvider } from '../payments/provider-calls.ts'
import { openConnection } from './connection.ts'
import { PROBE_EVERY_MS, reviveProvider } from './provider-health.ts'

/** Due work: has a failing connection tried. */
export const dueProbe: DueAction = async (_context, tx, caller, id) => {
  const provider = await lockProvider(tx, id)
  if (provider?.state !== 'failing') return
  await enqueueProviderJob(tx, 'probe_payment_provider', {
    organizationId: caller.organizationId,
    providerId: id,
  })
}

/** One try whether the provider knows the secrets of a failing connection again. */
export async function probeProvider(context: Context, organizationId: string, id: string): Promise<void> {
  const provider = await context.database.read(organizationId, (reads) => findProvider(reads, id))
  if (provider?.state !== 'failing') return
  const { connection, gateway } = openConnection(context, provider)
  const about = { organizationId, providerId: id, subjectId: id, call: 'check', idempotencyKey: null }
  const answer = await askProvider(context, about, () => gateway.check(connection))
  await inTransaction(context.database, organizationId, async (tx) => {
    const caller = await presentCaller(context, tx, organizationId)
    const locked = await lockProvider(tx, id)
    if (locked?.state !== 'failing') return
    if (answer.ok) await reviveProvider(tx, caller, id)
    else {
      const dueAt = addMs(caller.now, PROBE_EVERY_MS)
      await scheduleItem(tx, organizationId, { kind: 'provider_probe', subjectId: id, dueAt })
    }
  })
}
