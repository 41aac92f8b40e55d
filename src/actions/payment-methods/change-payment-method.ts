import { notFound } from '../../core/refusal.ts'
import { lockCustomerByExternalId } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { isId } from '../../store/ids.ts'
import {
  discardPaymentMethod,
  lockPaymentMethod,
  makeDefault,
  type PaymentMethodRow,
} from '../../store/payment-methods.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'

/**
 * Makes a payment method the default of its customer, or discards it; a discarded default leaves none. Returns the
 * method. 404 `customer_not_found` or `payment_method_not_found`.
 */
export async function changePaymentMethod(
  context: Context,
  caller: Caller,
  { externalCustomerId, id }: { readonly externalCustomerId: string; readonly id: string },
  change: 'set_as_default' | 'discard',
): Promise<PaymentMethodRow> {
  return inTransaction(context.database, caller, async (tx) => {
    const method = await lockMethod(tx, externalCustomerId, id)
    return change === 'discard'
      ? discardPaymentMethod(tx, method.id, caller.now)
      : makeDefault(tx, method, caller.now)
  })
}

async function lockMethod(tx: Tx, externalCustomerId: string, id: string): Promise<PaymentMethodRow> {
  const customer = await lockCustomerByExternalId(tx, externalCustomerId)
  if (!customer) throw notFound('customer')
  const method = isId(id) ? await lockPaymentMethod(tx, customer.id, id) : undefined
  if (!method) throw notFound('payment_method')
  return method
}
