import type { Tx } from '../../store/database.ts'
import { subscriptionsOf } from '../../store/subscriptions.ts'
import type { Caller } from '../context.ts'
import { rescheduleRules } from '../wallets/write-rules.ts'
import { scheduleSubscription } from './schedule-subscription.ts'

/**
 * Reschedules all due items of a customer's subscriptions, and the top-ups of its wallets, after its time zone or billing
 * entity changed (docs/rules/proration.md#counting-days and docs/rules/periods.md#time-zones). The caller has locked the
 * customer.
 */
export async function rescheduleCustomer(tx: Tx, caller: Caller, customerId: string): Promise<void> {
  for (const row of await subscriptionsOf(tx, { customerId }, ['active', 'pending'])) {
    await scheduleSubscription(tx, caller, row)
  }
  await rescheduleRules(tx, caller, customerId)
}
