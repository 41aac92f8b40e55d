import { freeConnectionCode } from '../../core/payment-connections/connection-input.ts'
import type { ProviderLink } from '../../core/payment-providers/provider-link.ts'
import { knownTraits, traitsOf } from '../../core/payment-providers/provider-types.ts'
import { invalid, notFound } from '../../core/refusal.ts'
import { type CustomerRow, lockCustomerById, readCustomer, updateCustomer } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { discardMethodsOfLink, moveDefaultLink } from '../../store/payment-connections.ts'
import {
  discardLinks,
  enqueueLinkSync,
  findDefaultLink,
  findLinksOf,
  insertLink,
  type LinkRow,
  updateLink,
} from '../../store/payment-provider-customers.ts'
import { findProvidersOfType, holdProvider, type PaymentProviderRow } from '../../store/payment-providers.ts'
import { inTransaction } from '../../store/transaction.ts'
import { json, ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'
import { columnsOfLink, syncCustomerNow } from './sync-customer.ts'

/**
 * Links a customer to a payment provider (docs/rules/provider-payments.md#customers): as a customer that is known there,
 * or as one that is made there, in the background unless the request is to wait for it. 422 `base`:
 * `payment_provider_not_found`, or `payment_provider_code_missing` when several could be meant. Returns the customer.
 */
export async function linkCustomer(
  context: Context,
  caller: Caller,
  customerId: string,
  link: ProviderLink,
): Promise<CustomerRow> {
  const { organizationId } = caller
  // Where customers are not known, the link alone is enough.
  const isPageOnly = knownTraits(link.type)?.isPageOnly === true
  const linked = await inTransaction(context.database, caller, async (tx) => {
    await lockCustomerById(tx, customerId)
    const provider = await providerMeant(tx, link)
    const row = await writeLink(tx, caller, customerId, provider, link)
    await showLink(tx, caller, row, provider)
    if (!link.isImmediate && !isPageOnly) await enqueueLinkSync(tx, row)
    return row
  })
  if (link.isImmediate && !isPageOnly) await syncCustomerNow(context, caller, linked.id)
  return context.database.read(organizationId, (reads) => readCustomer(reads, customerId))
}

/**
 * Ends the default link of a customer, who is locked, and discards its methods; payments that are under way go on. A
 * customer without one stays as it is.
 */
export async function endDefaultLink(tx: Tx, caller: Caller, customer: CustomerRow): Promise<void> {
  const known = hasDefaultLink(customer) ? await findDefaultLink(tx, customer.id) : undefined
  if (known) await discardLinks(tx, { linkId: known.id }, caller.now)
}

/** Whether a customer shows a default link, and not only what a request has said of a provider. */
export function hasDefaultLink({ providerPaymentMethods }: CustomerRow): boolean {
  return providerPaymentMethods !== null
}

/** The connection that is meant, which stays as it is until the end; 422 on `base` for none, or more than one. */
export async function providerMeant(
  tx: Tx,
  { type, code }: Pick<ProviderLink, 'type' | 'code'>,
): Promise<PaymentProviderRow> {
  const [found, another] = await findProvidersOfType(tx, type, code)
  if (!found) throw invalid({ base: ['payment_provider_not_found'] })
  if (another) throw invalid({ base: ['payment_provider_code_missing'] })
  const held = await holdProvider(tx, found.id)
  if (!held) throw invalid({ base: ['payment_provider_not_found'] })
  return held
}

/**
 * Writes the default link of a customer. Another account that the customer is linked to already becomes the default,
 * and the link before stays; a new one takes its place.
 */
async function writeLink(
  tx: Tx,
  caller: Caller,
  customerId: string,
  provider: PaymentProviderRow,
  link: ProviderLink,
): Promise<LinkRow> {
  const { organizationId, now } = caller
  const { providerCustomerId, syncWithProvider, methodTypes } = link
  const links = await findLinksOf(tx, customerId)
  const there = links.find(({ paymentProviderId }) => paymentProviderId === provider.id)
  if (there) {
    if (!there.isDefault) await moveDefaultLink(tx, customerId, there.id, now)
    return changeLink(tx, caller, there, {
      syncWithProvider,
      ...(providerCustomerId === null ? {} : { providerCustomerId }),
      ...(methodTypes ? { methodTypes } : {}),
    })
  }
  const known = links.find(({ isDefault }) => isDefault)
  if (known) await discardLinks(tx, { linkId: known.id }, now)
  const others = links.filter(({ id }) => id !== known?.id)
  return insertLink(
    tx,
    {
      organizationId,
      customerId,
      paymentProviderId: provider.id,
      code: freeConnectionCode(
        provider.code,
        others.map(({ code }) => code),
      ),
      isDefault: true,
      providerCustomerId,
      syncWithProvider,
      methodTypes: methodTypes ?? standardMethodTypes(provider),
    },
    now,
  )
}

/** What a customer is offered at a connection without a choice. */
export function standardMethodTypes({
  providerType,
}: Pick<PaymentProviderRow, 'providerType'>): readonly string[] {
  return traitsOf(providerType).methodTypes?.standard ?? []
}

/** What changes of a link; absent keys stay as they are. */
export type LinkChange = {
  readonly code?: string
  readonly providerCustomerId?: string
  readonly syncWithProvider?: boolean
  readonly methodTypes?: readonly string[]
}

/** Changes a link, whose customer is locked. The methods of another customer of the provider are discarded. */
export async function changeLink(
  tx: Tx,
  { now }: Caller,
  known: LinkRow,
  { methodTypes, ...change }: LinkChange,
): Promise<LinkRow> {
  const { providerCustomerId: id } = change
  const isOther = id !== undefined && id !== known.providerCustomerId
  if (isOther && known.providerCustomerId !== null) await discardMethodsOfLink(tx, known.id, now)
  return updateLink(tx, known.id, {
    ...change,
    ...(isOther ? { isAnnounced: false } : {}),
    ...(methodTypes ? { providerPaymentMethods: json(methodTypes) } : {}),
    updatedAt: ts(now),
  })
}

/** Makes a link the default one of its customer, who is locked, and shows it on the customer. */
export async function makeLinkDefault(tx: Tx, caller: Caller, link: LinkRow): Promise<void> {
  await moveDefaultLink(tx, link.customerId, link.id, caller.now)
  const provider = await holdProvider(tx, link.paymentProviderId)
  if (!provider) throw notFound('payment_connection')
  await showLink(tx, caller, link, provider)
}

/** Shows the default link on its customer. */
export async function showLink(
  tx: Tx,
  { now }: Caller,
  link: LinkRow,
  provider: PaymentProviderRow,
): Promise<void> {
  const { providerPaymentMethods, ...columns } = columnsOfLink(link, provider)
  await updateCustomer(tx, link.customerId, {
    ...columns,
    providerPaymentMethods: json(providerPaymentMethods),
    updatedAt: ts(now),
  })
}
