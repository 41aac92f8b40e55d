import { addMs, HOUR_MS, type Instant } from '../../core/calendar/instant.ts'
import type { GatewayError } from '../../core/payments/gateway.ts'
import type { Tx } from '../../store/database.ts'
import { cancelItem, scheduleItem } from '../../store/due-items.ts'
import { releaseWaiting } from '../../store/payment-jobs.ts'
import { lockProvider, type PaymentProviderRow, updateProvider } from '../../store/payment-providers.ts'
import { inTransaction } from '../../store/transaction.ts'
import { json, ts } from '../../store/values.ts'
import { type Caller, type Context, presentCaller } from '../context.ts'
import { announce } from '../webhooks/announce.ts'

/** How often a failing connection is tried. */
export const PROBE_EVERY_MS = 5 * 60_000
const TELL_EVERY_MS = HOUR_MS

/** What is kept of the last failure of a connection. */
type LastError = {
  readonly code: string
  readonly message: string
  readonly at: Instant
  readonly toldAt: Instant
}

/**
 * Stops a connection whose secrets the provider does not know any more: nothing is sent until a probe succeeds, and
 * payments wait instead of failing. Announced at once, then hourly.
 */
export async function failProvider(
  context: Context,
  organizationId: string,
  id: string,
  error: GatewayError,
): Promise<void> {
  await inTransaction(context.database, organizationId, async (tx) => {
    const caller = await presentCaller(context, tx, organizationId)
    const provider = await lockProvider(tx, id)
    if (!provider || provider.state === 'paused') return
    const { now } = caller
    const last = provider.lastError as LastError | null
    const isTold = provider.state === 'failing' && last !== null && now < addMs(last.toldAt, TELL_EVERY_MS)
    const lastError: LastError = {
      code: error.class,
      message: error.message,
      at: now,
      toldAt: isTold ? last.toldAt : now,
    }
    const failing = await updateProvider(tx, id, {
      state: 'failing',
      failingSince: ts(provider.failingSince ?? now),
      lastError: json(lastError),
      updatedAt: ts(now),
    })
    const dueAt = addMs(now, PROBE_EVERY_MS)
    await scheduleItem(tx, organizationId, { kind: 'provider_probe', subjectId: id, dueAt })
    if (!isTold) await announceProviderError(tx, caller, failing, 'payment_provider.call', error)
  })
}

/** Takes a connection into use again, with the payments that waited for it. The caller has locked it. */
export async function reviveProvider(tx: Tx, caller: Caller, id: string): Promise<PaymentProviderRow> {
  await cancelItem(tx, 'provider_probe', id)
  const revived = await updateProvider(tx, id, {
    state: 'active',
    failingSince: null,
    lastError: null,
    updatedAt: ts(caller.now),
  })
  await releaseWaiting(tx, caller.organizationId, id, caller.now)
  return revived
}

/** Tells of a failure of a connection itself. */
export async function announceProviderError(
  tx: Tx,
  caller: Caller,
  provider: PaymentProviderRow,
  action: 'payment_provider.call' | 'payment_provider.register_webhook',
  { class: reason, code, message }: GatewayError,
): Promise<void> {
  await announce(tx, caller, {
    type: 'payment_provider.error',
    objectType: 'payment_provider_error',
    objectId: provider.id,
    payload: () => ({
      lago_payment_provider_id: provider.id,
      payment_provider_code: provider.code,
      payment_provider_name: provider.name,
      source: provider.providerType,
      action,
      provider_error: { message, code: code ?? reason },
    }),
  })
}
