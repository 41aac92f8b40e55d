import type { GatewayAnswer } from '../../core/payments/gateway.ts'
import type { Tx } from '../../store/database.ts'
import { enqueueProviderJob } from '../../store/payment-jobs.ts'
import {
  findProvider,
  lockProvider,
  type PaymentProviderRow,
  updateProvider,
} from '../../store/payment-providers.ts'
import { inTransaction } from '../../store/transaction.ts'
import { json, ts } from '../../store/values.ts'
import { type Caller, type Context, presentCaller } from '../context.ts'
import { askProvider } from '../payments/provider-calls.ts'
import { openConnection } from './connection.ts'
import { announceProviderError } from './provider-health.ts'
import { sealSecrets } from './secrets.ts'

/** Where a provider sends its messages about a connection. */
export function inboxUrl(
  { settings }: Pick<Context, 'settings'>,
  {
    providerType,
    organizationId,
    code,
  }: Pick<PaymentProviderRow, 'providerType' | 'organizationId' | 'code'>,
): string {
  const base = settings.apiUrl.replace(/\/+$/, '')
  return `${base}/webhooks/${providerType}/${organizationId}?code=${encodeURIComponent(code)}`
}

type Registration = GatewayAnswer<{ readonly id: string; readonly secret: string | null }>

/**
 * Has the provider send its messages to this installation, once for each URL. A failure is announced, and tried again
 * within the hour; payments go on without messages. Returns the connection afterwards; undefined when it is gone, or
 * when its messages were set up by hand.
 */
export async function registerInbox(
  context: Context,
  caller: Caller,
  id: string,
  isRetry = false,
): Promise<PaymentProviderRow | undefined> {
  const { organizationId } = caller
  const provider = await context.database.read(caller, (reads) => findProvider(reads, id))
  if (!provider || provider.webhookState === 'manual') return undefined
  const { connection, gateway } = openConnection(context, provider)
  const { inbox } = gateway
  if (!inbox) return undefined
  const about = {
    organizationId,
    providerId: id,
    subjectId: id,
    call: 'register_inbox',
    idempotencyKey: null,
  }
  const url = inboxUrl(context, provider)
  const answer = await askProvider(context, about, () => inbox.register(connection, url))
  const secret = answer.ok && answer.value.secret !== null ? { webhook_secret: answer.value.secret } : {}
  const sealed = await sealSecrets(context, organizationId, id, secret)
  return inTransaction(context.database, caller, async (tx) => {
    const locked = await lockProvider(tx, id)
    if (!locked) return undefined
    if (!answer.ok) return isRetry ? locked : failRegistration(tx, caller, locked, answer)
    return updateProvider(tx, id, {
      webhookState: 'registered',
      settings: json({ ...(locked.settings as object), webhook_id: answer.value.id }),
      secrets: json({ ...(locked.secrets as object), ...sealed.secrets }),
      hints: json({ ...(locked.hints as object), ...sealed.hints }),
      updatedAt: ts(caller.now),
    })
  })
}

async function failRegistration(
  tx: Tx,
  caller: Caller,
  locked: PaymentProviderRow,
  answer: Registration & { readonly ok: false },
): Promise<PaymentProviderRow> {
  await announceProviderError(tx, caller, locked, 'payment_provider.register_webhook', answer.error)
  const { organizationId } = caller
  await enqueueProviderJob(tx, 'register_provider_inbox', { organizationId, providerId: locked.id })
  return updateProvider(tx, locked.id, { webhookState: 'missing', updatedAt: ts(caller.now) })
}

/** Messages could not be asked for; the queue tries again with increasing delays. */
export class InboxMissing extends Error {
  override readonly name = 'InboxMissing'
}

/** The same as a job: throws `InboxMissing` while the provider refuses, so that it is tried again. */
export async function repairInbox(context: Context, organizationId: string, id: string): Promise<void> {
  const caller = await context.database.read(organizationId, (reads) =>
    presentCaller(context, reads, organizationId),
  )
  const provider = await context.database.read(organizationId, (reads) => findProvider(reads, id))
  if (provider?.webhookState !== 'missing') return
  const after = await registerInbox(context, caller, id, true)
  if (after?.webhookState === 'missing') throw new InboxMissing(`messages of ${provider.providerType}`)
}
