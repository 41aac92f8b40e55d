import type { Tx } from '../../store/database.ts'
import { findPayments, paymentViews } from '../../store/payments.ts'
import { toWirePayment } from '../../wire/payments.ts'
import { logActivity } from '../activity-logs/log-activity.ts'
import type { Caller } from '../context.ts'

/** Logs that a payment was recorded by hand. */
export async function logPayment(tx: Tx, caller: Caller, id: string): Promise<void> {
  const [payment] = await paymentViews(tx, await findPayments(tx, [id]))
  if (!payment) throw new Error(`payment ${id} is gone`)
  await logActivity(tx, caller, 'payment.recorded', id, toWirePayment(payment))
}
