import type { MessageMeaning, ToldMethod } from '../../core/payments/gateway.ts'
import { findCustomer, lockCustomerById } from '../../store/customers.ts'
import { isId } from '../../store/ids.ts'
import {
  discardPaymentMethod,
  findMethodsOfLink,
  findMethodsThere,
  type PaymentMethodRow,
  wasMethodTold,
} from '../../store/payment-methods.ts'
import { findLinkAt, findLinksThere } from '../../store/payment-provider-customers.ts'
import { inTransaction } from '../../store/transaction.ts'
import { type Context, presentCaller } from '../context.ts'
import { announceMethod } from '../payment-methods/announce-methods.ts'
import { keepAndCharge } from '../payment-methods/keep-and-charge.ts'
import { openConnection } from '../payment-providers/connection.ts'
import { announceCustomerError } from '../payment-providers/sync-customer.ts'
import { askProvider } from '../payments/provider-calls.ts'
import { APPLIED, type Handled, ignored, type MessageAt, NO_CHANGE, NothingRead } from './handled.ts'

type Methods = Extract<MessageMeaning, { about: 'methods' }>

/**
 * Something has happened to methods. Each is read at its provider, so that the order of messages does not matter: one
 * that can be charged becomes the default, here and there, and what the customer owes is charged with it; any other is
 * discarded.
 */
export async function handleMethods(context: Context, at: MessageAt, meaning: Methods): Promise<Handled> {
  const results: Handled[] = []
  for (const id of meaning.providerMethodIds) results.push(await handleMethod(context, at, id, meaning))
  return results.find(({ result }) => result === APPLIED.result) ?? results[0] ?? NO_CHANGE
}

async function handleMethod(
  context: Context,
  { provider }: MessageAt,
  providerMethodId: string,
  { change, providerCustomerId: customerMeant = null }: Pick<Methods, 'change' | 'providerCustomerId'>,
): Promise<Handled> {
  const { organizationId, id: providerId } = provider
  const known = await context.database.read(organizationId, (reads) =>
    findMethodsThere(reads, providerId, providerMethodId),
  )
  if (known.length > 0 && change === 'added') return NO_CHANGE
  const { connection, gateway } = openConnection(context, provider)
  const about = { organizationId, providerId, subjectId: providerId, idempotencyKey: null }
  const answer = await askProvider(context, { ...about, call: 'read_method' }, () =>
    gateway.readMethod(connection, providerMethodId, customerMeant),
  )
  if (!answer.ok) throw new NothingRead(`method ${providerMethodId}: ${answer.error.message}`)
  const told = answer.value
  if (!told?.isUsable) {
    return known.length > 0 ? discard(context, organizationId, known) : ignored('method_is_gone')
  }
  const { method, providerCustomerId } = told
  const link = await context.database.read(organizationId, async (reads) => {
    const [found] = providerCustomerId ? await findLinksThere(reads, providerId, providerCustomerId) : []
    return found
  })
  if (!link || providerCustomerId === null) return ignored('not_ours')
  if (!(await keepAndCharge(context, link, method))) return NO_CHANGE
  const { makeDefaultMethod } = gateway
  if (makeDefaultMethod) {
    await askProvider(context, { ...about, subjectId: link.id, call: 'make_default_method' }, () =>
      makeDefaultMethod(connection, providerCustomerId, providerMethodId),
    )
  }
  return APPLIED
}

/**
 * A method of a provider that cannot be asked for it, as its message tells it. One that was discarded does not come
 * back, because an older message may be the later one.
 */
export async function handleToldMethod(
  context: Context,
  { provider }: MessageAt,
  { method, providerCustomerId, customerId }: ToldMethod,
): Promise<Handled> {
  const { organizationId, id: providerId } = provider
  const link = await context.database.read(organizationId, async (reads) => {
    if (await wasMethodTold(reads, providerId, method.providerMethodId)) return 'known'
    const [found] = providerCustomerId ? await findLinksThere(reads, providerId, providerCustomerId) : []
    if (found || !customerId || !isId(customerId)) return found
    return findLinkAt(reads, customerId, providerId)
  })
  if (link === 'known') return NO_CHANGE
  if (!link) return ignored('not_ours')
  return (await keepAndCharge(context, link, method)) ? APPLIED : NO_CHANGE
}

/** A customer could not leave a method: its provider says why. */
export async function handleSetupRefused(
  context: Context,
  { provider }: MessageAt,
  { externalCustomerId, code, message }: Extract<MessageMeaning, { about: 'setup_refused' }>,
): Promise<Handled> {
  return inTransaction(context.database, provider.organizationId, async (tx) => {
    const customer = await findCustomer(tx, externalCustomerId)
    if (!customer || !(await findLinkAt(tx, customer.id, provider.id))) return ignored('not_ours')
    const caller = await presentCaller(context, tx, provider.organizationId)
    await announceCustomerError(tx, caller, customer, provider, { message, error_code: code })
    return APPLIED
  })
}

/** A method is no good any more: a default is not replaced, and charges that wait for it are given up when they come. */
export async function handleMethodRemoved(
  context: Context,
  { provider }: MessageAt,
  providerMethodId: string,
): Promise<Handled> {
  const methods = await context.database.read(provider.organizationId, (reads) =>
    findMethodsThere(reads, provider.id, providerMethodId),
  )
  return discard(context, provider.organizationId, methods)
}

/** The provider has deleted a customer, and its methods with it. */
export async function handleCustomerDeleted(
  context: Context,
  { provider }: MessageAt,
  providerCustomerId: string,
): Promise<Handled> {
  const methods = await context.database.read(provider.organizationId, async (reads) => {
    const links = await findLinksThere(reads, provider.id, providerCustomerId)
    const lists = await Promise.all(links.map(({ id }) => findMethodsOfLink(reads, id)))
    return lists.flat()
  })
  return discard(context, provider.organizationId, methods)
}

async function discard(
  context: Context,
  organizationId: string,
  methods: readonly PaymentMethodRow[],
): Promise<Handled> {
  if (methods.length === 0) return NO_CHANGE
  await inTransaction(context.database, organizationId, async (tx) => {
    const caller = await presentCaller(context, tx, organizationId)
    for (const { id, customerId } of methods) {
      await lockCustomerById(tx, customerId)
      const gone = await discardPaymentMethod(tx, id, caller.now)
      await announceMethod(tx, caller, gone, 'payment_method.deleted')
    }
  })
  return APPLIED
}
