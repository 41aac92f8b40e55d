import { lockCustomerById } from '../../store/customers.ts'
import { readProvider } from '../../store/payment-providers.ts'
import { findPayments, type PaymentRow } from '../../store/payments.ts'
import { lockPayment } from '../../store/provider-payments.ts'
import { inTransaction } from '../../store/transaction.ts'
import { type Context, presentCaller } from '../context.ts'
import { openConnection } from '../payment-providers/connection.ts'
import { advancePayment } from './advance-payment.ts'
import { applyEvidence } from './apply-evidence.ts'
import { orderFromProvider } from './provider-calls.ts'

const ENDED: readonly string[] = ['succeeded', 'failed', 'canceled']

/**
 * Ends a payment before its money moves: one that was not sent at once, any other at its provider. A provider that
 * refuses because it is too late is asked what became of the payment. Gives whether the payment has ended, in whatever
 * way.
 */
export async function cancelPayment(
  context: Context,
  organizationId: string,
  paymentId: string,
): Promise<boolean> {
  const payment = await inTransaction(context.database, organizationId, async (tx) => {
    const locked = await lock(context, tx, paymentId)
    if (locked?.payment.state !== 'created' && locked?.payment.state !== 'held') return locked?.payment
    const { caller } = locked
    return (await applyEvidence(tx, caller, locked.payment, { kind: 'abandoned' }, 'operator')).payment
  })
  if (!payment || ENDED.includes(payment.state)) return payment !== undefined
  if (payment.providerPaymentId !== null) await cancelThere(context, payment, payment.providerPaymentId)
  await advancePayment(context, { organizationId, paymentId, isAskedFor: true })
  const [after] = await context.database.read(organizationId, (reads) => findPayments(reads, [paymentId]))
  return after !== undefined && ENDED.includes(after.state)
}

async function cancelThere(context: Context, payment: PaymentRow, providerPaymentId: string): Promise<void> {
  const { organizationId, id } = payment
  const provider = await context.database.read(organizationId, (reads) =>
    readProvider(reads, payment.paymentProviderId ?? ''),
  )
  const { connection, gateway } = openConnection(context, provider)
  const idempotencyKey = `cancel-${id}`
  const about = { organizationId, providerId: provider.id, subjectId: id, call: 'cancel', idempotencyKey }
  const outcome = await orderFromProvider(context, about, () =>
    gateway.cancelPayment(connection, providerPaymentId, idempotencyKey),
  )
  if (outcome.kind !== 'known') return
  await inTransaction(context.database, organizationId, async (tx) => {
    const locked = await lock(context, tx, id)
    if (locked) {
      await applyEvidence(
        tx,
        locked.caller,
        locked.payment,
        { kind: 'told', payment: outcome.payment },
        'call',
      )
    }
  })
}

async function lock(context: Context, tx: Parameters<typeof lockPayment>[0], paymentId: string) {
  const [found] = await findPayments(tx, [paymentId])
  if (found?.paymentType !== 'provider') return undefined
  const caller = await presentCaller(context, tx, found.organizationId)
  await lockCustomerById(tx, found.customerId)
  return { caller, payment: await lockPayment(tx, paymentId) }
}
