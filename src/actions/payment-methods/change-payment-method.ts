import { traitsOf } from '../../core/payment-providers/provider-types.ts'
import { notAllowed, notFound } from '../../core/refusal.ts'
import { lockCustomerByExternalId } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { isId } from '../../store/ids.ts'
import { enqueueDetaching } from '../../store/payment-jobs.ts'
import {
  discardPaymentMethod,
  isNeeded,
  lockPaymentMethod,
  makeDefault,
  type PaymentMethodRow,
} from '../../store/payment-methods.ts'
import { findLink } from '../../store/payment-provider-customers.ts'
import { findProvider } from '../../store/payment-providers.ts'
import { hasPaymentsUnderWay } from '../../store/provider-payments.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { makeLinkDefault } from '../payment-providers/link-customer.ts'
import { announceMethod } from './announce-methods.ts'

/**
 * Makes a payment method the default of its customer, with its connection, or discards it, here and then at its
 * provider; a discarded default leaves none. Returns the method. 404 `customer_not_found` or `payment_method_not_found`;
 * 405 `payments_in_flight` where the provider would end payments with the method, and to customers in the portal
 * `payment_method_needed` for the last one while something is left to pay.
 */
export async function changePaymentMethod(
  context: Context,
  caller: Caller,
  { externalCustomerId, id }: { readonly externalCustomerId: string; readonly id: string },
  change: 'set_as_default' | 'discard',
): Promise<PaymentMethodRow> {
  return inTransaction(context.database, caller, async (tx) => {
    const method = await lockMethod(tx, externalCustomerId, id)
    if (change === 'set_as_default') {
      await moveToItsConnection(tx, caller, method)
      return makeDefault(tx, method, caller.now)
    }
    await refuseInFlight(tx, method)
    if (caller.buyer && (await isNeeded(tx, method))) throw notAllowed('payment_method_needed')
    const discarded = await discardPaymentMethod(tx, method.id, caller.now)
    const { organizationId } = caller
    if (method.paymentProviderId !== null) await enqueueDetaching(tx, { organizationId, methodId: method.id })
    await announceMethod(tx, caller, discarded, 'payment_method.deleted')
    return discarded
  })
}

/** The default of a customer is what is charged: it takes the default connection with it. */
async function moveToItsConnection(tx: Tx, caller: Caller, method: PaymentMethodRow): Promise<void> {
  const linkId = method.paymentProviderCustomerId
  const link = linkId === null ? undefined : await findLink(tx, linkId)
  if (link && !link.isDefault) await makeLinkDefault(tx, caller, link)
}

async function refuseInFlight(tx: Tx, { id, paymentProviderId }: PaymentMethodRow): Promise<void> {
  const provider = paymentProviderId === null ? undefined : await findProvider(tx, paymentProviderId)
  if (!provider || !traitsOf(provider.providerType).methodsHoldPayments) return
  if (await hasPaymentsUnderWay(tx, id)) throw notAllowed('payments_in_flight')
}

async function lockMethod(tx: Tx, externalCustomerId: string, id: string): Promise<PaymentMethodRow> {
  const customer = await lockCustomerByExternalId(tx, externalCustomerId)
  if (!customer) throw notFound('customer')
  const method = isId(id) ? await lockPaymentMethod(tx, customer.id, id) : undefined
  if (!method) throw notFound('payment_method')
  return method
}
