import { notAllowed, notFound } from '../../core/refusal.ts'
import { cancelItem } from '../../store/due-items.ts'
import { discardLinks } from '../../store/payment-provider-customers.ts'
import {
  findProvider,
  hasMoneyInFlight,
  lockProvider,
  type PaymentProviderRow,
  updateProvider,
} from '../../store/payment-providers.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'
import { askProvider } from '../payments/provider-calls.ts'
import { type Actor, logSecurity } from '../security-logs/log-security.ts'
import { openConnection } from './connection.ts'
import { reviveProvider } from './provider-health.ts'
import { resourcesOf } from './save-provider.ts'

/**
 * Ends a connection. Its customers lose their link and their methods; messages of what is still under way are taken for
 * sixty days. 405 `payments_in_flight` while money moves, unless it is forced; 404 for an unknown one.
 */
export async function deleteProvider(
  context: Context,
  caller: Caller,
  id: string,
  isForced: boolean,
  actor: Actor,
): Promise<PaymentProviderRow> {
  const { now } = caller
  const deleted = await inTransaction(context.database, caller, async (tx) => {
    const locked = await lockProvider(tx, id)
    if (!locked) throw notFound('payment_provider')
    if (!isForced && (await hasMoneyInFlight(tx, id))) throw notAllowed('payments_in_flight')
    await discardLinks(tx, { providerId: id }, now)
    await cancelItem(tx, 'provider_probe', id)
    const { organizationId } = caller
    await logSecurity(context, tx, organizationId, 'integration.deleted', actor, resourcesOf(locked))
    return updateProvider(tx, id, { deletedAt: ts(now), updatedAt: ts(now) })
  })
  const { connection, gateway } = openConnection(context, deleted)
  const { inbox } = gateway
  if (!inbox) return deleted
  const { organizationId } = caller
  const about = { organizationId, providerId: id, subjectId: id, call: 'remove_inbox', idempotencyKey: null }
  // Best effort: what the provider goes on sending is not taken any more.
  await askProvider(context, about, () => inbox.remove(connection))
  return deleted
}

/** Sends nothing through a connection until it is resumed; messages are still taken. 404 for an unknown one. */
export async function pauseProvider(
  context: Context,
  caller: Caller,
  id: string,
): Promise<PaymentProviderRow> {
  return inTransaction(context.database, caller, async (tx) => {
    if (!(await lockProvider(tx, id))) throw notFound('payment_provider')
    await cancelItem(tx, 'provider_probe', id)
    return updateProvider(tx, id, { state: 'paused', updatedAt: ts(caller.now) })
  })
}

/** Takes a paused connection into use again, with everything that waited. 404 for an unknown one. */
export async function resumeProvider(
  context: Context,
  caller: Caller,
  id: string,
): Promise<PaymentProviderRow> {
  return inTransaction(context.database, caller, async (tx) => {
    if (!(await lockProvider(tx, id))) throw notFound('payment_provider')
    return reviveProvider(tx, caller, id)
  })
}

/** What a harmless question to the provider says about a connection. 404 for an unknown one. */
export async function testProvider(context: Context, caller: Caller, id: string): Promise<object> {
  const provider = await context.database.read(caller, (reads) => findProvider(reads, id))
  if (!provider) throw notFound('payment_provider')
  const { connection, gateway } = openConnection(context, provider)
  const { organizationId } = caller
  const about = { organizationId, providerId: id, subjectId: id, call: 'check', idempotencyKey: null }
  const answer = await askProvider(context, about, () => gateway.check(connection))
  return {
    ok: answer.ok,
    account: answer.ok ? answer.value.accountId : null,
    mode: provider.mode,
    warnings: answer.ok ? answer.value.warnings : [answer.error.message],
  }
}
