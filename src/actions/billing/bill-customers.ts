import type { BatchAction } from '../due/due-action.ts'
import { billPeriodic } from './bill-periodic.ts'

/**
 * The billing run: bills customers whose billing day has come at one instant, hundreds in one transaction. Several
 * processes may do so at once, each with customers of its own.
 */
export const billCustomers: BatchAction = {
  kind: 'subscription_billing',
  // Enough to share the statements of a transaction, few enough to be undone and tried again.
  itemsMax: 200,
  act: (context, tx, caller, items) =>
    billPeriodic(
      context,
      tx,
      caller,
      items.map(({ subjectId }) => subjectId),
    ),
}
