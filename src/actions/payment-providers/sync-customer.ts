import { traitsOf } from '../../core/payment-providers/provider-types.ts'
import type { CustomerOrder, GatewayError, MethodSummary } from '../../core/payments/gateway.ts'
import { invalid, Refusal } from '../../core/refusal.ts'
import {
  type CustomerRow,
  detailsOfCustomer,
  lockCustomerById,
  readCustomer,
  updateCustomer,
} from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { applicableSections } from '../../store/invoice-custom-sections.ts'
import {
  enqueueLinkSync,
  findLink,
  findLinksOf,
  type LinkRow,
  updateLink,
} from '../../store/payment-provider-customers.ts'
import { type PaymentProviderRow, readProvider } from '../../store/payment-providers.ts'
import { inTransaction } from '../../store/transaction.ts'
import { ts } from '../../store/values.ts'
import { toWireCustomer } from '../../wire/customers.ts'
import { type Caller, type Context, presentCaller } from '../context.ts'
import { keepMethods } from '../payment-methods/keep-methods.ts'
import { askProvider, isPassing } from '../payments/provider-calls.ts'
import { announce } from '../webhooks/announce.ts'
import { openConnection } from './connection.ts'
import { firstEmailOf, openSetupPage } from './open-setup-page.ts'

/** A provider did not answer about a customer; the queue asks again. */
export class ProviderSilent extends Error {
  override readonly name = 'ProviderSilent'
}

const TRIES_MAX = 6

/** Columns of a customer that its provider knows too. */
const SYNCED = [
  'email',
  'name',
  'firstname',
  'lastname',
  'phone',
  'addressLine1',
  'addressLine2',
  'city',
  'state',
  'zipcode',
  'country',
] as const

/** Queues telling the providers what has changed of a customer that is kept the same there. */
export async function tellProvider(tx: Tx, before: CustomerRow, after: CustomerRow): Promise<void> {
  if (SYNCED.every((column) => before[column] === after[column])) return
  for (const link of await findLinksOf(tx, after.id)) {
    if (!link.syncWithProvider || link.providerCustomerId === null) continue
    const { providerType } = await readProvider(tx, link.paymentProviderId)
    if (!traitsOf(providerType).isPageOnly) await enqueueLinkSync(tx, link)
  }
}

/** What became of a talk with a provider about a customer. */
type Talk =
  | { readonly kind: 'gone' }
  | {
      readonly kind: 'synced'
      readonly providerCustomerId: string
      readonly methods: readonly MethodSummary[]
    }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly error: GatewayError; readonly type: string }

/**
 * One try to make a customer known to its provider, or to find it there (docs/rules/provider-payments.md#customers).
 * Throws `ProviderSilent` without an answer, so that the queue tries again; after six tries that is announced.
 */
export async function syncCustomer(
  context: Context,
  job: { readonly organizationId: string; readonly linkId: string; readonly attempt: number },
): Promise<void> {
  const { organizationId, linkId, attempt } = job
  const talk = await talkAbout(context, organizationId, linkId)
  const isOver = talk.kind !== 'failed' || !isPassing(talk.error) || attempt >= TRIES_MAX
  if (!isOver) throw new ProviderSilent(`link ${linkId}: ${talk.error.message}`)
  const caller = await context.database.read(organizationId, (reads) =>
    presentCaller(context, reads, organizationId),
  )
  const isNew = await settle(context, caller, linkId, talk)
  if (isNew) await openSetupPage(context, caller, linkId, 'in_background')
}

/** The same within a request, which is refused with what the provider says. */
export async function syncCustomerNow(context: Context, caller: Caller, linkId: string): Promise<void> {
  const talk = await talkAbout(context, caller.organizationId, linkId)
  const isNew = await settle(context, caller, linkId, talk)
  if (talk.kind === 'missing') throw invalid({ provider_customer_id: ['not_found_at_provider'] })
  if (talk.kind === 'failed') {
    const message = isPassing(talk.error) ? 'no answer' : talk.error.message
    throw new Refusal({ kind: 'third_party', party: traitsOf(talk.type).name, message })
  }
  if (isNew) await openSetupPage(context, caller, linkId, 'in_background')
}

async function talkAbout(context: Context, organizationId: string, linkId: string): Promise<Talk> {
  const found = await context.database.read(organizationId, async (reads) => {
    const link = await findLink(reads, linkId)
    if (!link || link.deletedAt !== null) return undefined
    const [customer, provider] = await Promise.all([
      readCustomer(reads, link.customerId),
      readProvider(reads, link.paymentProviderId),
    ])
    return { link, customer, provider }
  })
  return found ? talk(context, found) : { kind: 'gone' }
}

async function talk(
  context: Context,
  {
    link,
    customer,
    provider,
  }: { readonly link: LinkRow; readonly customer: CustomerRow; readonly provider: PaymentProviderRow },
): Promise<Talk> {
  const { connection, gateway } = openConnection(context, provider)
  const idempotencyKey = `customer-${link.id}`
  const about = (call: string, key: string | null = null) => ({
    organizationId: link.organizationId,
    providerId: provider.id,
    subjectId: link.id,
    call,
    idempotencyKey: key,
  })
  const order = { ...orderOf(customer), idempotencyKey }
  const failed = (error: GatewayError): Talk => ({ kind: 'failed', error, type: provider.providerType })
  const { updateCustomer } = gateway
  const known = link.providerCustomerId
  if (known === null) {
    const made = await askProvider(context, about('create_customer', idempotencyKey), () =>
      gateway.createCustomer(connection, order),
    )
    if (!made.ok) return failed(made.error)
    return { kind: 'synced', providerCustomerId: made.value.providerCustomerId, methods: [] }
  }
  const found = await askProvider(context, about('find_customer'), () =>
    gateway.findCustomer(connection, known),
  )
  if (!found.ok) return failed(found.error)
  if (!found.value) return { kind: 'missing' }
  if (link.syncWithProvider && link.isAnnounced && updateCustomer) {
    const told = await askProvider(context, about('update_customer'), () =>
      updateCustomer(connection, known, order),
    )
    if (!told.ok) return failed(told.error)
  }
  const methods = await askProvider(context, about('list_methods'), () =>
    gateway.listMethods(connection, known),
  )
  if (!methods.ok) return failed(methods.error)
  return { kind: 'synced', providerCustomerId: known, methods: methods.value }
}

/** Writes what the provider said; whether the customer was made there just now. */
async function settle(context: Context, caller: Caller, linkId: string, talk: Talk): Promise<boolean> {
  if (talk.kind === 'gone') return false
  return inTransaction(context.database, caller.organizationId, async (tx) => {
    const found = await findLink(tx, linkId)
    if (!found || found.deletedAt !== null) return false
    const customer = await lockCustomerById(tx, found.customerId)
    const link = (await findLink(tx, linkId)) ?? found
    if (link.deletedAt !== null) return false
    const provider = await readProvider(tx, link.paymentProviderId)
    if (talk.kind !== 'synced') {
      await announceCustomerError(tx, caller, customer, provider, errorOf(talk))
      return false
    }
    const { providerCustomerId, methods } = talk
    const isNew = link.providerCustomerId === null
    const set = { providerCustomerId, isAnnounced: true, updatedAt: ts(caller.now) }
    const linked = await updateLink(tx, linkId, set)
    if (linked.isDefault) await updateCustomer(tx, customer.id, { providerCustomerId })
    await keepMethods(tx, caller, link, methods.slice(0, 1))
    if (!link.isAnnounced)
      await announceLinked(tx, caller, { ...customer, ...columnsOfLink(linked, provider) })
    return isNew
  })
}

function errorOf(talk: Exclude<Talk, { kind: 'gone' | 'synced' }>): { message: string; error_code: string } {
  if (talk.kind === 'missing') {
    return { message: 'the provider has no such customer', error_code: 'not_found_at_provider' }
  }
  return { message: talk.error.message, error_code: talk.error.code ?? talk.error.class }
}

function orderOf(customer: CustomerRow): Omit<CustomerOrder, 'idempotencyKey'> {
  const { firstname, lastname } = customer
  const personal = [firstname, lastname].filter((part) => part).join(' ')
  return {
    customerId: customer.id,
    externalId: customer.externalId,
    email: firstEmailOf(customer),
    name: customer.name || personal || null,
    companyName: customer.name || null,
    taxId: customer.taxIdentificationNumber || null,
    person: firstname && lastname ? { firstName: firstname, lastName: lastname } : null,
    phone: customer.phone,
    address: {
      line1: customer.addressLine1,
      line2: customer.addressLine2,
      city: customer.city,
      state: customer.state,
      postal_code: customer.zipcode,
      country: customer.country,
    },
  }
}

/** What a customer shows of a link. */
export function columnsOfLink(link: LinkRow, { providerType, code }: PaymentProviderRow) {
  return {
    paymentProvider: providerType,
    paymentProviderCode: code,
    providerCustomerId: link.providerCustomerId,
    syncWithProvider: link.syncWithProvider,
    providerPaymentMethods: link.providerPaymentMethods,
  }
}

/** Tells that a customer is known at a provider now, as it is linked there. */
async function announceLinked(tx: Tx, caller: Caller, customer: CustomerRow): Promise<void> {
  await announce(tx, caller, {
    type: 'customer.payment_provider_created',
    objectType: 'customer',
    objectId: customer.id,
    payload: async () =>
      toWireCustomer(await detailsOfCustomer(tx, customer), await applicableSections(tx, customer)),
  })
}

/** Tells that a provider refused a customer. */
export async function announceCustomerError(
  tx: Tx,
  caller: Caller,
  customer: CustomerRow,
  provider: PaymentProviderRow,
  error: { readonly message: string; readonly error_code: string },
): Promise<void> {
  await announce(tx, caller, {
    type: 'customer.payment_provider_error',
    objectType: 'payment_provider_customer_error',
    objectId: customer.id,
    payload: () => ({
      lago_customer_id: customer.id,
      external_customer_id: customer.externalId,
      payment_provider: provider.providerType,
      payment_provider_code: provider.code,
      provider_error: error,
    }),
  })
}
