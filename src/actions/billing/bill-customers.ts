import { claimBilling } from '../../store/billing/claim.ts'
import type { BatchAction } from '../due/due-action.ts'
import { billPeriodic } from './bill-periodic.ts'

/** Customers of one transaction: enough to share its statements, few enough to be undone and tried again. */
const CUSTOMERS_MAX = 200

/**
 * The billing run: bills customers whose billing day has come at one instant, hundreds in one transaction. Several
 * processes may do so at once, each with customers of its own.
 */
export const billCustomers: BatchAction = {
  itemsMax: CUSTOMERS_MAX,
  claim: claimBilling,
  act: (context, tx, caller, items) =>
    billPeriodic(
      context,
      tx,
      caller,
      items.map(({ subjectId }) => subjectId),
    ),
}
