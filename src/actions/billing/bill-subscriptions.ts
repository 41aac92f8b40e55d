import type { BillEntry } from '../../core/billing/bill-request.ts'
import type { Instant } from '../../core/calendar/instant.ts'
import { lockCustomerById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import type { Caller, Context } from '../context.ts'
import { runBills } from './run-bills.ts'

/** Subscriptions of one customer that are billed together. */
export type SubscriptionsBill = {
  readonly customerId: string
  readonly at: Instant
  readonly entries: readonly BillEntry[]
  /** True for starting bills and at the end of a trial, which carry no usage. */
  readonly skipCharges: boolean
  /** Whether the start that is billed waits for the payment. */
  readonly awaitsPayment?: boolean
}

/** Bills subscriptions of a customer at an instant, in the caller's transaction; see `buildBill` in the core. */
export async function billSubscriptions(
  context: Context,
  tx: Tx,
  caller: Caller,
  bill: SubscriptionsBill,
): Promise<void> {
  await lockCustomerById(tx, bill.customerId)
  await runBills(context, tx, caller, [{ ...bill, createdAt: caller.now, draft: null }])
}
