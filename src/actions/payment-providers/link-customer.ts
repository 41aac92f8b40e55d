import type { ProviderLink } from '../../core/payment-providers/provider-link.ts'
import { knownTraits, traitsOf } from '../../core/payment-providers/provider-types.ts'
import { invalid } from '../../core/refusal.ts'
import { type CustomerRow, lockCustomerById, readCustomer, updateCustomer } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import {
  discardLinks,
  enqueueLinkSync,
  findDefaultLink,
  insertLink,
  type LinkRow,
  updateLink,
} from '../../store/payment-provider-customers.ts'
import { findProvidersOfType, type PaymentProviderRow } from '../../store/payment-providers.ts'
import { inTransaction } from '../../store/transaction.ts'
import { json, ts } from '../../store/values.ts'
import type { Caller, Context } from '../context.ts'
import { syncCustomerNow } from './sync-customer.ts'

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

/** Ends the link of a customer and discards its methods; payments that are under way go on. */
export async function unlinkCustomer(
  context: Context,
  caller: Caller,
  customerId: string,
): Promise<CustomerRow> {
  return inTransaction(context.database, caller, async (tx) => {
    const customer = await lockCustomerById(tx, customerId)
    if (customer.providerPaymentMethods !== null) await discardLinks(tx, { customerId }, caller.now)
    return readCustomer(tx, customerId)
  })
}

async function providerMeant(tx: Tx, { type, code }: ProviderLink): Promise<PaymentProviderRow> {
  const [found, another] = await findProvidersOfType(tx, type, code)
  if (!found) throw invalid({ base: ['payment_provider_not_found'] })
  if (another) throw invalid({ base: ['payment_provider_code_missing'] })
  return found
}

async function writeLink(
  tx: Tx,
  caller: Caller,
  customerId: string,
  provider: PaymentProviderRow,
  { providerCustomerId, syncWithProvider, methodTypes }: ProviderLink,
): Promise<LinkRow> {
  const { organizationId, now } = caller
  const known = await findDefaultLink(tx, customerId)
  if (known?.paymentProviderId === provider.id) {
    const isOther = providerCustomerId !== null && providerCustomerId !== known.providerCustomerId
    return updateLink(tx, known.id, {
      syncWithProvider,
      ...(isOther ? { providerCustomerId, isAnnounced: false } : {}),
      ...(methodTypes ? { providerPaymentMethods: json(methodTypes) } : {}),
      updatedAt: ts(now),
    })
  }
  if (known) await discardLinks(tx, { customerId }, now)
  return insertLink(
    tx,
    {
      organizationId,
      customerId,
      paymentProviderId: provider.id,
      providerCustomerId,
      syncWithProvider,
      methodTypes: methodTypes ?? traitsOf(provider.providerType).methodTypes?.standard ?? [],
    },
    now,
  )
}

/** Shows the link on the customer. */
async function showLink(tx: Tx, { now }: Caller, link: LinkRow, provider: PaymentProviderRow): Promise<void> {
  await updateCustomer(tx, link.customerId, {
    paymentProvider: provider.providerType,
    paymentProviderCode: provider.code,
    providerCustomerId: link.providerCustomerId,
    syncWithProvider: link.syncWithProvider,
    providerPaymentMethods: json(link.providerPaymentMethods),
    updatedAt: ts(now),
  })
}
