import type { ProviderType, RawDelivery } from '../../core/payments/gateway.ts'
import { storable } from '../../core/payments/storable.ts'
import { wallTime } from '../../store/clock.ts'
import { Last } from '../../store/database.ts'
import { isId } from '../../store/ids.ts'
import { enqueueMessages } from '../../store/payment-jobs.ts'
import { findReceivers, type PaymentProviderRow } from '../../store/payment-providers.ts'
import { insertMessages } from '../../store/provider-messages.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Context } from '../context.ts'
import { openConnection } from '../payment-providers/connection.ts'

/** Who a delivery is for, and its bytes. */
export type InboxDelivery = RawDelivery & {
  readonly type: ProviderType
  readonly organizationId: string
  /** The code of the connection; null when the sender named none. */
  readonly code: string | null
}

/**
 * Takes a delivery of a provider: keeps its messages, each once, and queues what they change. Gives false, whatever the
 * reason, for one that is not for a connection here, or whose signature is wrong; nothing of it is kept.
 */
export async function receiveMessages(context: Context, delivery: InboxDelivery): Promise<boolean> {
  const { organizationId, type, code } = delivery
  // An organization that is not here has no connections either.
  if (!isId(organizationId)) return false
  const now = context.systemNow()
  const receivers = await context.database.read(
    organizationId,
    async (reads) => new Last(findReceivers(reads, type, code, now)),
  )
  // Without a code, one of several could be meant.
  if (code === null && receivers.filter(({ deletedAt }) => deletedAt === null).length > 1) return false
  for (const provider of receivers) {
    const opened = await openWith(context, provider, delivery)
    if (!opened.ok) continue
    const messages = storable(opened.messages)
    await inTransaction(context.database, organizationId, async (tx) => {
      const place = { organizationId, providerId: provider.id }
      const ids = await insertMessages(tx, place, messages, { source: 'push', now })
      return new Last(enqueueMessages(tx, organizationId, ids))
    })
    return true
  }
  return false
}

function openWith(context: Context, provider: PaymentProviderRow, delivery: RawDelivery) {
  const { connection, gateway } = openConnection(context, provider)
  // Signatures have the provider's time. Where the clock was once set back, the time of our records is ahead of it.
  return gateway.openMessages(connection, delivery, { now: context.systemNow(), clock: wallTime() })
}
