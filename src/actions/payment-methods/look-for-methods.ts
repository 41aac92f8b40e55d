import { wasMethodTold } from '../../store/payment-methods.ts'
import { findLink } from '../../store/payment-provider-customers.ts'
import { readProvider } from '../../store/payment-providers.ts'
import type { Context } from '../context.ts'
import { openConnection } from '../payment-providers/connection.ts'
import { askProvider } from '../payments/provider-calls.ts'
import { keepAndCharge } from './keep-and-charge.ts'

/** A provider did not say which methods a customer has; the queue asks again. */
export class MethodsUnknown extends Error {
  override readonly name = 'MethodsUnknown'
}

/**
 * Asks a provider for a method of a customer that was to be charged and has none here: its message may have been
 * lost, or the mandate was given elsewhere. The first one that was never told of is kept, and what is owed is charged
 * with it; one that was discarded here does not come back. Throws `MethodsUnknown` without an answer.
 */
export async function lookForMethods(
  context: Context,
  organizationId: string,
  linkId: string,
): Promise<void> {
  const found = await context.database.read(organizationId, async (reads) => {
    const link = await findLink(reads, linkId)
    if (!link?.providerCustomerId || link.deletedAt !== null) return undefined
    const provider = await readProvider(reads, link.paymentProviderId)
    return { link, provider, providerCustomerId: link.providerCustomerId }
  })
  if (found?.provider.state !== 'active') return
  const { link, provider, providerCustomerId } = found
  const { connection, gateway } = openConnection(context, provider)
  const about = { organizationId, providerId: provider.id, subjectId: link.id, idempotencyKey: null }
  const answer = await askProvider(context, { ...about, call: 'list_methods' }, () =>
    gateway.listMethods(connection, providerCustomerId),
  )
  if (!answer.ok) throw new MethodsUnknown(`link ${linkId}: ${answer.error.message}`)
  for (const method of answer.value) {
    const isKnown = await context.database.read(organizationId, (reads) =>
      wasMethodTold(reads, provider.id, method.providerMethodId),
    )
    if (isKnown) continue
    await keepAndCharge(context, link, method)
    return
  }
}
