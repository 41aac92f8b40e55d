import type { Input } from '../../core/input/fields.ts'
import { readResolution } from '../../core/payments/resolution-input.ts'
import { accepted, notAllowed, notFound } from '../../core/refusal.ts'
import { lockCustomerById } from '../../store/customers.ts'
import { isId } from '../../store/ids.ts'
import { insertTransition } from '../../store/payment-calls.ts'
import { customerOfPayment, lockPayment, updatePayment } from '../../store/provider-payments.ts'
import { inTransaction } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { applyEvidence } from './apply-evidence.ts'

/**
 * States what became of a payment by a provider that somebody has looked up there. 404 `payment_not_found`; 422 without a
 * note, or without the provider's id for a success; 405 `invalid_status` for a payment that has ended or was not sent.
 */
export async function resolvePayment(
  context: Context,
  caller: Caller,
  id: string,
  input: Input,
): Promise<void> {
  await inTransaction(context.database, caller, async (tx) => {
    const customerId = isId(id) ? await customerOfPayment(tx, id) : undefined
    if (customerId === undefined) throw notFound('payment')
    const { as, providerPaymentId, note } = accepted(readResolution(input))
    await lockCustomerById(tx, customerId)
    const payment = await lockPayment(tx, id)
    const evidence = { kind: 'resolved', as, providerPaymentId } as const
    if (payment.paymentType !== 'provider') throw notAllowed('invalid_status')
    const { result } = await applyEvidence(tx, caller, payment, evidence, 'operator')
    if (result !== 'applied') throw notAllowed('invalid_status')
    await updatePayment(tx, id, { review: null })
    const { organizationId, now } = caller
    const step = {
      organizationId,
      paymentId: id,
      fromState: as,
      toState: as,
      cause: 'operator',
      note,
    } as const
    await insertTransition(tx, step, now)
  })
}
