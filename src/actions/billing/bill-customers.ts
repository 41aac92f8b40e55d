import type { BatchAction } from '../due/due-action.ts'
import { billPeriodic } from './bill-periodic.ts'

/**
 * The billing run: bills customers due at the same instant, hundreds per transaction. Several processes may run at
 * once, each with its own customers.
 */
export const billCustomers: BatchAction = {
  kind: 'subscription_billing',
  // Enough to amortize the statements of a transaction, few enough to roll back and retry.
  itemsMax: 200,
  act: (context, tx, caller, items) =>
    billPeriodic(
      context,
      tx,
      caller,
      items.map(({ subjectId }) => subjectId),
    ),
}
