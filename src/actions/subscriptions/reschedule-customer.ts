import type { Tx } from '../../store/database.ts'
import { subscriptionsOf } from '../../store/subscriptions.ts'
import type { Caller } from '../context.ts'
import { scheduleSubscription } from './schedule-subscription.ts'

/**
 * Makes everything of a customer's subscriptions due again after the days of the customer moved: another time
 * zone of its own, or another billing entity (docs/rules/proration.md#counting-days and
 * docs/rules/periods.md#time-zones). The customer is locked.
 */
export async function rescheduleCustomer(tx: Tx, caller: Caller, customerId: string): Promise<void> {
  for (const row of await subscriptionsOf(tx, { customerId }, ['active', 'pending'])) {
    await scheduleSubscription(tx, caller, row)
  }
}
