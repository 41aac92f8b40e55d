import { scheduleCharges } from '../../store/charge-facts.ts'
import type { Tx } from '../../store/database.ts'
import type { Caller } from '../context.ts'

/**
 * Queues the charges of invoices that can be paid now, in the transaction that makes them so. Nothing is queued for
 * customers who are not linked to a payment provider.
 */
export async function queueCharges(tx: Tx, caller: Caller, invoiceIds: readonly string[]): Promise<void> {
  const { organizationId, now, chargeDelayMs: delayMs } = caller
  await scheduleCharges(tx, organizationId, invoiceIds, { now, delayMs })
}
