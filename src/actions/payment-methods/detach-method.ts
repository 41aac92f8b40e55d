import { findMethod } from '../../store/payment-methods.ts'
import { findLink } from '../../store/payment-provider-customers.ts'
import { readProvider } from '../../store/payment-providers.ts'
import type { Context } from '../context.ts'
import { openConnection } from '../payment-providers/connection.ts'
import { askProvider, isPassing } from '../payments/provider-calls.ts'

/** A provider did not answer when it was to forget a method; the queue asks again. */
export class MethodKept extends Error {
  override readonly name = 'MethodKept'
}

/** Has a provider forget a method that was discarded here. */
export async function detachMethod(
  context: Context,
  organizationId: string,
  methodId: string,
): Promise<void> {
  const found = await context.database.read(organizationId, async (reads) => {
    const method = await findMethod(reads, methodId)
    if (!method || method.paymentProviderId === null) return undefined
    const linkId = method.paymentProviderCustomerId
    const link = linkId === null ? undefined : await findLink(reads, linkId)
    return { method, link, provider: await readProvider(reads, method.paymentProviderId) }
  })
  if (!found) return
  const { method, link, provider } = found
  const { connection, gateway } = openConnection(context, provider)
  const { detachMethod: detach } = gateway
  if (!detach) return
  const about = {
    organizationId,
    providerId: provider.id,
    subjectId: method.id,
    call: 'detach_method',
    idempotencyKey: null,
  }
  const answer = await askProvider(context, about, () =>
    detach(connection, method.providerMethodId, link?.providerCustomerId ?? null),
  )
  if (!answer.ok && isPassing(answer.error))
    throw new MethodKept(`method ${methodId}: ${answer.error.message}`)
}
