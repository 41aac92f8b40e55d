import type { ChargeOrder } from '../core/payments/gateway.ts'

/** The method that an order charges; throws where there is none, which is a bug: only Stripe takes bank transfers. */
export function methodOf({ paymentId, method }: ChargeOrder): NonNullable<ChargeOrder['method']> {
  if (method === null) throw new Error(`payment ${paymentId} has no method to charge`)
  return method
}
