import type { Tx } from '../../store/database.ts'
import type { PaymentMethodRow } from '../../store/payment-methods.ts'
import { toWirePaymentMethod } from '../../wire/payment-methods.ts'
import type { Caller } from '../context.ts'
import { announce } from '../webhooks/announce.ts'

/** Tells that a customer has a new method, or does not have one any more. */
export async function announceMethod(
  tx: Tx,
  caller: Caller,
  method: PaymentMethodRow,
  type: 'payment_method.created' | 'payment_method.deleted',
): Promise<void> {
  await announce(tx, caller, {
    type,
    objectType: 'payment_method',
    objectId: method.id,
    payload: () => toWirePaymentMethod(method),
  })
}
