import { lockCustomersById } from '../../store/customers.ts'
import type { Tx } from '../../store/database.ts'
import { finishItem } from '../../store/due-items.ts'
import {
  type AdvanceUsageOf,
  customersWithAdvanceUsage,
  earliestAdvanceItem,
} from '../../store/subscription-due-items.ts'
import { inSavepoint } from '../../store/transaction.ts'
import type { Caller, Context } from '../context.ts'
import { priceAdvanceUsage } from './price-advance-usage.ts'

/**
 * Prices the waiting events in advance of some subscriptions before their prices change, so that events accepted
 * before the change are charged at the old prices, whether or not a worker got to them in time. Events that cannot be
 * priced stay due, since the change may fix them. Locks the customers, after the plan whose prices change.
 */
export async function settleAdvanceUsage(
  context: Context,
  tx: Tx,
  caller: Caller,
  whose: AdvanceUsageOf,
): Promise<void> {
  const failed: string[] = []
  const customerIds = await customersWithAdvanceUsage(tx, whose)
  await lockCustomersById(tx, customerIds)
  for (;;) {
    const item = await earliestAdvanceItem(tx, whose, { customerIds, except: failed })
    if (!item) return
    const { id, subjectId, dueAt } = item
    const priced = await inSavepoint(tx, async () => {
      await finishItem(tx, id)
      await priceAdvanceUsage(context, tx, { ...caller, now: dueAt }, subjectId)
    })
    if (priced.ok) continue
    failed.push(id)
    const { organizationId } = caller
    context.log.error(
      { err: priced.error, organizationId, subscriptionId: subjectId },
      'events in advance could not be priced before their prices changed',
    )
  }
}
